import type { Album, SavedSearch } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { albumsQuery, searchesQuery, useCreateAlbum, useDeleteSearch } from '#data/collections.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { Row, Rows } from '#parts/rows.tsx'
import { useHasPeople } from '#screens/people/has-people.ts'
import classes from './albums-screen.module.css'

const SearchDialog = lazy(async () => ({ default: (await import('./search-dialog.tsx')).SearchDialog }))
const NameDialog = lazy(async () => ({ default: (await import('#parts/name-dialog.tsx')).NameDialog }))

/** All albums by their covers, and the searches that were saved. */
export function AlbumsScreen() {
  const [naming, setNaming] = useState(false)
  const albums = useQuery(albumsQuery())
  const create = useCreateAlbum()
  const hasPeople = useHasPeople()
  const navigate = useNavigate()
  const add = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setNaming(true)}>
      New album
    </Button>
  )
  return (
    <div className={classes['screen']}>
      <header className={classes['header']}>
        <h1 className={classes['title']}>Albums</h1>
        <span className={classes['places']}>
          <Button component={Link} to="/library" variant="subtle" leftSection={<Icon name="left" />}>
            Library
          </Button>
          {hasPeople && (
            <Button component={Link} to="/library/shared" variant="subtle" leftSection={<Icon name="user" />}>
              Shared with me
            </Button>
          )}
          {(albums.data ?? []).length > 0 && add}
        </span>
      </header>
      {albums.error !== null && (
        <EmptyState icon="warning" title="The albums could not be read" text={wordsOf(albums.error)}>
          <Button onClick={() => void albums.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {albums.data?.length === 0 && (
        <EmptyState
          icon="album"
          title="No albums yet"
          text="An album holds pictures in the order you give them. A picture may be in many."
        >
          {add}
        </EmptyState>
      )}
      {albums.data !== undefined && albums.data.length > 0 && (
        <ul className={classes['albums']} aria-label="Albums">
          {albums.data.map((album) => (
            <Cover key={album.id} album={album} />
          ))}
        </ul>
      )}
      <Searches />
      {naming && (
        <Suspense fallback={null}>
          <NameDialog
            title="New album"
            action="Make it"
            fault={create.error === null ? null : wordsOf(create.error)}
            busy={create.isPending}
            onClose={() => {
              create.reset()
              setNaming(false)
            }}
            onSubmit={(name) =>
              create.mutate(name, { onSuccess: ({ id }) => void navigate({ to: '/library', search: { album: id } }) })
            }
          />
        </Suspense>
      )}
    </div>
  )
}

function Cover({ album: { id, name, images, coverId } }: { readonly album: Album }) {
  return (
    <li>
      <Link to="/library" search={{ album: id }} className={classes['album']}>
        <span className={classes['cover']}>
          {coverId === null ? (
            <Icon name="album" size={32} />
          ) : (
            <img src={`/api/images/${coverId}/thumbnail`} alt="" loading="lazy" draggable={false} />
          )}
        </span>
        <span className={classes['name']}>{name}</span>
        <span className={classes['images']}>{count(images, 'picture', 'pictures')}</span>
      </Link>
    </li>
  )
}

function Searches() {
  const [edited, setEdited] = useState<SavedSearch | null>(null)
  const { data = [] } = useQuery(searchesQuery())
  const remove = useDeleteSearch()
  const forget = ({ id }: SavedSearch) =>
    remove.mutate(id, {
      onError: (error) => notifications.show({ message: `It could not be deleted: ${wordsOf(error)}` }),
    })
  // What else a search may hold comes from elsewhere than this page, which keeps all in its words.
  const shown = data.filter(({ query }) => query.q !== undefined)
  if (shown.length === 0) return null
  return (
    <section className={classes['searches']}>
      <h2 className={classes['heading']}>Saved searches</h2>
      <Rows label="Saved searches" framed>
        {shown.map((search) => (
          <Row
            key={search.id}
            name={
              <Link to="/library" search={{ q: search.query.q ?? '' }} className={classes['search']}>
                {search.name}
              </Link>
            }
            facts={[search.query.q ?? '']}
          >
            <span>
              <IconButton icon="edit" label={`Edit search: ${search.name}`} onClick={() => setEdited(search)} />
              <IconButton icon="trash" label={`Delete search: ${search.name}`} onClick={() => forget(search)} />
            </span>
          </Row>
        ))}
      </Rows>
      {edited !== null && (
        <Suspense fallback={null}>
          <SearchDialog search={edited} onClose={() => setEdited(null)} />
        </Suspense>
      )}
    </section>
  )
}
