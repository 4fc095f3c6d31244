import type { Image } from '@easel/contract'
import { Button } from '@mantine/core'
import { Link, Outlet, useNavigate } from '@tanstack/react-router'
import { useEffect, useReducer } from 'react'
import { wordsOf } from '#data/client.ts'
import type { ImageFilter } from '#data/queries.ts'
import { EmptyState } from '#parts/empty-state.tsx'
import { useAddImages } from '#screens/add-images/add-images.tsx'
import { DateLine } from './date-line.tsx'
import { FoundLine } from './found-line.tsx'
import { LibraryHeader } from './library-header.tsx'
import { OldPictures } from './old-pictures.tsx'
import { PictureTimeline } from './picture-timeline.tsx'
import { nothing, selectionAfter, type Selection, type SelectionStep } from './selection.ts'
import { SelectionBar } from './selection-bar.tsx'
import { SearchBar } from './search-bar.tsx'
import { TrashLine } from './trash-line.tsx'
import { useLibraryList } from './use-library-list.ts'
import classes from './library-screen.module.css'

/** Every picture ever made, or with `?trash=true` the deleted ones; with `?q=` those that a search finds. */
export function LibraryScreen() {
  const { filter, faults, query, images } = useLibraryList()
  const navigate = useNavigate({ from: '/library' })
  const [selection, dispatch] = useReducer(selectionAfter, nothing)
  const { trash } = filter
  // What was marked in one list says nothing in another.
  const list = JSON.stringify([filter.trash, filter.q, filter.album, filter.before])
  useEffect(() => dispatch({ type: 'close' }), [list])
  const q = filter.q ?? ''
  return (
    <div className={classes['screen']}>
      <LibraryHeader
        filter={filter}
        onSelect={images.length > 0 && !selection.active ? () => dispatch({ type: 'open' }) : null}
      />
      {trash && <TrashLine empty={images.length === 0 && q === ''} />}
      <SearchBar
        key={`${trash} ${filter.album}`}
        value={q}
        placeholder={placeholderOf(filter)}
        faults={faults}
        onChange={(next) =>
          void navigate({
            to: '/library',
            search: ({ q: _q, ...rest }) => (next === '' ? rest : { ...rest, q: next }),
            // One step back leads out of a search, and not through its letters.
            replace: q !== '',
            resetScroll: false,
          })
        }
      />
      {q !== '' && faults.length === 0 && (
        <FoundLine
          filter={filter}
          onSort={(sort) =>
            void navigate({
              to: '/library',
              search: ({ sort: _sort, ...rest }) => (sort === 'rank' ? { ...rest, sort } : rest),
              replace: true,
              resetScroll: false,
            })
          }
        />
      )}
      {filter.before !== undefined && <DateLine />}
      {!trash && q === '' && filter.album === undefined && filter.before === undefined && <OldPictures />}
      <Pictures
        key={`list ${trash} ${filter.album} ${filter.before}`}
        images={images}
        filter={filter}
        selection={selection}
        dispatch={dispatch}
        faulty={faults.length > 0}
        loading={query.isPending && faults.length === 0}
        error={query.error}
        hasMore={query.hasNextPage && !query.isFetchingNextPage}
        onMore={() => void query.fetchNextPage()}
        onRetry={() => void query.refetch()}
      />
      {selection.active && images.length > 0 && (
        <SelectionBar selection={selection} filter={filter} dispatch={dispatch} />
      )}
      <Outlet />
    </div>
  )
}

function placeholderOf({ trash, album }: ImageFilter): string {
  if (album !== undefined) return 'Search this album'
  return trash ? 'Search the trash' : 'Search prompts, tags, notes, models…'
}

function AddButton() {
  const addImages = useAddImages()
  return (
    <Button variant="default" onClick={() => addImages('import')}>
      Bring in pictures
    </Button>
  )
}

interface PicturesProps {
  readonly images: readonly Image[]
  readonly filter: ImageFilter
  readonly selection: Selection
  readonly dispatch: (step: SelectionStep) => void
  /** The search cannot be understood. */
  readonly faulty: boolean
  readonly loading: boolean
  readonly error: unknown
  readonly hasMore: boolean
  readonly onMore: () => void
  readonly onRetry: () => void
}

function Pictures(props: PicturesProps) {
  const { images, filter, faulty, loading, error, hasMore, onMore, onRetry, ...selecting } = props
  // A page of a search may be empty and go on all the same.
  const goOn = images.length === 0 && hasMore
  useEffect(() => {
    if (goOn) onMore()
  })
  if (images.length > 0) {
    return <PictureTimeline images={images} filter={filter} hasMore={hasMore} onMore={onMore} {...selecting} />
  }
  if (error !== null) {
    return (
      <EmptyState icon="warning" title="The pictures could not be read" text={wordsOf(error)}>
        <Button onClick={onRetry}>Try again</Button>
      </EmptyState>
    )
  }
  if (loading || goOn) return <div className={classes['ghost']} aria-busy="true" />
  if (filter.q !== undefined) {
    return faulty ? null : (
      <EmptyState icon="search" title="Nothing found" text="No picture has all of that. Fewer words find more." />
    )
  }
  if (filter.album !== undefined) {
    return (
      <EmptyState
        icon="album"
        title="Nothing in this album yet"
        text="Select pictures in the library and choose “Add to album”."
      />
    )
  }
  if (filter.before !== undefined) {
    return <EmptyState icon="calendar" title="Nothing that old" text="Every picture is newer than this day." />
  }
  if (filter.trash) {
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
      <AddButton />
    </EmptyState>
  )
}
