import type { SharedAlbum } from '@easel/contract'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { wordsOf } from '#data/client.ts'
import { sharedAlbumsQuery } from '#data/people.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { count } from '#parts/format.ts'
import { Icon } from '#parts/icon.tsx'
import { WaitingRows } from '#parts/rows.tsx'
import { useHasPeople } from './has-people.ts'
import { NobodyElse } from './nobody-else.tsx'
import classes from './shared-screen.module.css'

/** Albums of others that one may see, and those of one's own that others see. */
export function SharedScreen() {
  const here = useHasPeople()
  const query = useQuery({ ...sharedAlbumsQuery(), enabled: here })
  const albums = query.data ?? []
  const theirs = albums.filter(({ role }) => role !== 'owner')
  const mine = albums.filter(({ role }) => role === 'owner')
  if (!here) return <NobodyElse />
  return (
    <div className={classes['screen']}>
      <header className={classes['header']}>
        <h1 className={classes['title']}>Shared with me</h1>
        <Button component={Link} to="/library" variant="subtle" leftSection={<Icon name="left" />}>
          Library
        </Button>
      </header>
      {query.isPending && <WaitingRows label="Loading the albums" />}
      {query.error !== null && albums.length === 0 && (
        <EmptyState icon="warning" title="The albums could not be read" text={wordsOf(query.error)}>
          <Button onClick={() => void query.refetch()}>Try again</Button>
        </EmptyState>
      )}
      {query.isSuccess && theirs.length === 0 && mine.length > 0 && (
        <p className={classes['about']}>Nobody shares an album with you yet.</p>
      )}
      {query.isSuccess && albums.length === 0 && (
        <EmptyState
          icon="user"
          title="Nobody shares an album with you"
          text="When somebody here does, it is found on this page. Your own are shared from their menu, with “People…”."
        />
      )}
      <Albums label="Shared with me" albums={theirs} />
      {mine.length > 0 && <h2 className={classes['heading']}>Shared by me</h2>}
      <Albums label="Shared by me" albums={mine} />
    </div>
  )
}

function Albums({ label, albums }: { readonly label: string; readonly albums: readonly SharedAlbum[] }) {
  if (albums.length === 0) return null
  return (
    <ul className={classes['albums']} aria-label={label}>
      {albums.map((album) => (
        <Cover key={album.id} album={album} />
      ))}
    </ul>
  )
}

function Cover({ album: { id, name, images, coverUrl, owner, role } }: { readonly album: SharedAlbum }) {
  const pictures = count(images, 'picture', 'pictures')
  return (
    <li>
      <Link to="/library/shared/$albumId" params={{ albumId: id }} className={classes['album']}>
        <span className={classes['cover']}>
          {coverUrl === null ? (
            <Icon name="album" size={32} />
          ) : (
            <img src={coverUrl} alt="" loading="lazy" draggable={false} />
          )}
        </span>
        <span className={classes['name']}>{name}</span>
        <span className={classes['about']}>{role === 'owner' ? pictures : `${owner.name} · ${pictures}`}</span>
      </Link>
    </li>
  )
}
