import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ImageFilter } from '#data/queries.ts'
import { Icon } from '#parts/icon.tsx'
import { AlbumHeading } from './album-heading.tsx'
import { useAddImages } from '#screens/add-images/add-images.tsx'
import { useHasPeople } from '#screens/people/has-people.ts'
import { GoToDate } from './go-to-date.tsx'
import classes from './library-screen.module.css'

interface LibraryHeaderProps {
  readonly filter: ImageFilter
  /** Null where nothing can be selected now. */
  readonly onSelect: (() => void) | null
}

/** What the list is, and the ways to the others. */
export function LibraryHeader({ filter, onSelect }: LibraryHeaderProps) {
  const { trash, album } = filter
  const addImages = useAddImages()
  const hasPeople = useHasPeople()
  return (
    <header className={classes['header']}>
      {album === undefined ? (
        <h1 className={classes['title']}>{trash ? 'Trash' : 'Library'}</h1>
      ) : (
        <AlbumHeading key={album} id={album} />
      )}
      <span className={classes['places']}>
        {!trash && album === undefined && (
          <Button variant="subtle" leftSection={<Icon name="plus" />} onClick={() => addImages('upload')}>
            Add
          </Button>
        )}
        {onSelect !== null && (
          <Button variant="subtle" leftSection={<Icon name="select" />} onClick={onSelect}>
            Select
          </Button>
        )}
        {!trash && album === undefined && <GoToDate />}
        {!trash && (
          <Button component={Link} to="/library/albums" variant="subtle" leftSection={<Icon name="album" />}>
            Albums
          </Button>
        )}
        {!trash && album === undefined && hasPeople && (
          <Button
            component={Link}
            to="/library/shared"
            variant="subtle"
            className={classes['roomy'] ?? ''}
            leftSection={<Icon name="user" />}
          >
            Shared with me
          </Button>
        )}
        {!trash && album === undefined && (
          <Button component={Link} to="/library/tags" variant="subtle" leftSection={<Icon name="tag" />}>
            Tags
          </Button>
        )}
        {trash && (
          <Button component={Link} to="/library" variant="subtle" leftSection={<Icon name="left" />}>
            Back
          </Button>
        )}
        {!trash && album === undefined && (
          <Button
            variant="subtle"
            leftSection={<Icon name="trash" />}
            renderRoot={(props) => <Link {...props} to="/library" search={{ trash: true }} />}
          >
            Trash
          </Button>
        )}
      </span>
    </header>
  )
}
