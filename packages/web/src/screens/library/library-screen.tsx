import type { Image } from '@easel/contract'
import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { Link, Outlet, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { wordsOf } from '#data/client.ts'
import { itemsOf } from '#data/pages.ts'
import { imagesQuery } from '#data/queries.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { Icon } from '#parts/icon.tsx'
import { OldPictures } from './old-pictures.tsx'
import { PictureTimeline } from './picture-timeline.tsx'
import classes from './library-screen.module.css'

/** Every picture ever made, or with `?trash=true` the deleted ones. */
export function LibraryScreen() {
  const trash = useSearch({ from: '/library' }).trash === true
  const query = useInfiniteQuery(imagesQuery({ trash }))
  const images = useMemo(() => itemsOf(query.data), [query.data])
  return (
    <div className={classes['screen']}>
      <header className={classes['header']}>
        <h1 className={classes['title']}>{trash ? 'Trash' : 'Library'}</h1>
        {trash ? (
          <Button component={Link} to="/library" variant="subtle" leftSection={<Icon name="left" />}>
            Back
          </Button>
        ) : (
          <Button
            variant="subtle"
            leftSection={<Icon name="trash" />}
            renderRoot={(props) => <Link {...props} to="/library" search={{ trash: true }} />}
          >
            Trash
          </Button>
        )}
      </header>
      {!trash && <OldPictures />}
      <Pictures
        key={String(trash)}
        images={images}
        trash={trash}
        loading={query.isPending}
        error={query.error}
        hasMore={query.hasNextPage && !query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
        onRetry={() => void query.refetch()}
      />
      <Outlet />
    </div>
  )
}

interface PicturesProps {
  readonly images: readonly Image[]
  readonly trash: boolean
  readonly loading: boolean
  readonly error: unknown
  readonly hasMore: boolean
  readonly onMore: () => void
  readonly onRetry: () => void
}

function Pictures({ images, trash, loading, error, hasMore, onMore, onRetry }: PicturesProps) {
  if (images.length > 0) {
    return <PictureTimeline images={images} trash={trash} hasMore={hasMore} onMore={onMore} />
  }
  if (error !== null) {
    return (
      <EmptyState icon="warning" title="The pictures could not be read" text={wordsOf(error)}>
        <Button onClick={onRetry}>Try again</Button>
      </EmptyState>
    )
  }
  if (loading) return <div className={classes['ghost']} aria-busy="true" />
  if (trash) {
    return (
      <EmptyState
        icon="trash"
        title="The trash is empty"
        text="Deleted pictures wait here for a while and can be brought back."
      />
    )
  }
  return (
    <EmptyState
      icon="library"
      title="No pictures yet"
      text="Every picture you make is kept here, with the words and settings that made it."
    >
      <Button component={Link} to="/">
        Make the first one
      </Button>
    </EmptyState>
  )
}
