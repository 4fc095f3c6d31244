import type { SharedAlbum } from '@easel/contract'
import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useReducer, useState } from 'react'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { sharedAlbumQuery, sharedImagesQuery, useLeaveAlbum } from '#data/people.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { nothing, selectionAfter, type SelectionStep } from '#screens/library/selection.ts'
import { useHasPeople } from './has-people.ts'
import { NobodyElse } from './nobody-else.tsx'
import { SharedBar } from './shared-bar.tsx'
import { SharedGrid } from './shared-grid.tsx'
import classes from './shared-screen.module.css'

const SharedViewer = lazy(async () => ({ default: (await import('./shared-viewer.tsx')).SharedViewer }))
const AddPictures = lazy(async () => ({ default: (await import('./add-pictures.tsx')).AddPictures }))
const PeopleDialog = lazy(async () => ({ default: (await import('./people-dialog.tsx')).PeopleDialog }))
const ConfirmDialog = lazy(async () => ({ default: (await import('#parts/confirm-dialog.tsx')).ConfirmDialog }))

/** An album that somebody shares: its pictures are looked at, copied, and by editors added and taken out. */
export function SharedAlbumScreen() {
  const { albumId } = useParams({ from: '/library/shared/$albumId' })
  const here = useHasPeople()
  const album = useQuery({ ...sharedAlbumQuery(albumId), enabled: here })
  if (!here) return <NobodyElse />
  if (album.error !== null) {
    return (
      <div className={classes['screen']}>
        <EmptyState heading="h1" icon="album" title="No such album for you" text={wordsOf(album.error)}>
          <Button component={Link} to="/library/shared">
            Shared with me
          </Button>
        </EmptyState>
      </div>
    )
  }
  if (album.data === undefined) return <div className={classes['ghost']} aria-busy="true" />
  return <Album key={albumId} album={album.data} />
}

function Album({ album }: { readonly album: SharedAlbum }) {
  const { picture } = useSearch({ from: '/library/shared/$albumId' })
  const navigate = useNavigate()
  const query = useInfiniteQuery(sharedImagesQuery(album.id))
  const [selection, dispatch] = useReducer(selectionAfter, nothing)
  const images = itemsOf(query.data)
  // There is no search here: all is what is loaded.
  const select = (step: SelectionStep) => {
    if (step.type !== 'all') dispatch(step)
    else for (const { id } of images) if (!selection.ids.has(id)) dispatch({ type: 'mark', id, range: false, list: [] })
  }
  const show = (id: string) =>
    void navigate({
      to: '/library/shared/$albumId',
      params: { albumId: album.id },
      search: { picture: id },
      replace: picture !== undefined,
      resetScroll: false,
    })
  const close = () =>
    void navigate({
      to: '/library/shared/$albumId',
      params: { albumId: album.id },
      search: {},
      resetScroll: false,
    })
  return (
    <div className={classes['screen']}>
      <Heading
        album={album}
        onSelect={images.length > 0 && !selection.active ? () => dispatch({ type: 'open' }) : null}
      />
      {query.isPending && <div className={classes['ghost']} aria-busy="true" />}
      {query.error !== null && images.length === 0 && (
        <EmptyState icon="warning" title="The pictures could not be read" text={wordsOf(query.error)}>
          <Button onClick={() => void query.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {query.isSuccess && images.length === 0 && (
        <EmptyState icon="album" title="Nothing in this album yet" text="What is put into it is found here." />
      )}
      {images.length > 0 && (
        <SharedGrid
          label={album.name}
          images={images}
          selection={selection}
          dispatch={select}
          onOpen={show}
          hasMore={query.hasNextPage && !query.isFetchingNextPage}
          onMore={() => void query.fetchNextPage()}
        />
      )}
      {selection.active && images.length > 0 && (
        <SharedBar album={album} images={images} selection={selection} dispatch={select} />
      )}
      <Suspense fallback={null}>
        {picture !== undefined && images.length > 0 && (
          <SharedViewer album={album} images={images} imageId={picture} onShow={show} onClose={close} />
        )}
      </Suspense>
    </div>
  )
}

const roles = {
  owner: 'You share this album',
  editor: 'You may add pictures',
  viewer: 'You may look and copy',
} as const

interface HeadingProps {
  readonly album: SharedAlbum
  /** Null where nothing can be selected now. */
  readonly onSelect: (() => void) | null
}

function Heading({ album, onSelect }: HeadingProps) {
  const [dialog, setDialog] = useState<'add' | 'people' | 'leave' | null>(null)
  const leave = useLeaveAlbum()
  const navigate = useNavigate()
  const { name, description, owner, role, images } = album
  const close = () => setDialog(null)
  const gone = async () => {
    try {
      await navigate({ to: '/library/shared' })
      await leave.mutateAsync(album)
    } catch (error) {
      notifications.show({ message: `You could not leave it: ${wordsOf(error)}` })
    }
  }
  const facts = [role === 'owner' ? '' : owner.name, count(images, 'picture', 'pictures'), roles[role]]
  return (
    <>
      <header className={classes['header']}>
        <div>
          <h1 className={classes['title']}>{name}</h1>
          <p className={classes['about']}>{facts.filter((fact) => fact !== '').join(' · ')}</p>
        </div>
        <span className={classes['places']}>
          <Button component={Link} to="/library/shared" variant="subtle" leftSection={<Icon name="left" />}>
            Shared
          </Button>
          {onSelect !== null && (
            <Button variant="subtle" leftSection={<Icon name="select" />} onClick={onSelect}>
              Select
            </Button>
          )}
          {role !== 'viewer' && (
            <Button variant="subtle" leftSection={<Icon name="plus" />} onClick={() => setDialog('add')}>
              Add pictures
            </Button>
          )}
          {role === 'owner' ? (
            <Button variant="subtle" leftSection={<Icon name="user" />} onClick={() => setDialog('people')}>
              People
            </Button>
          ) : (
            <Button variant="subtle" leftSection={<Icon name="out" />} onClick={() => setDialog('leave')}>
              Leave
            </Button>
          )}
        </span>
      </header>
      {description !== null && description !== '' && <p className={classes['description']}>{description}</p>}
      <Suspense fallback={null}>
        {dialog === 'add' && <AddPictures album={album} onClose={close} />}
        {dialog === 'people' && <PeopleDialog albumId={album.id} name={name} onClose={close} />}
        {dialog === 'leave' && (
          <ConfirmDialog
            title="Leave this album?"
            text="You see it no longer, and what you have added goes from it. Your pictures and your copies stay yours."
            action="Leave"
            onCancel={close}
            onConfirm={() => void gone()}
          />
        )}
      </Suspense>
    </>
  )
}
