import type { Image } from '@easel/contract'
import { Link } from '@tanstack/react-router'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { altOf, PictureFrame } from '#parts/picture-frame.tsx'
import classes from './picture-tile.module.css'

interface PictureTileProps {
  readonly image: Image
  /** In pixels. */
  readonly width: number
  readonly trash: boolean
  /** Tab stops at one tile of the grid; arrows reach the others. */
  readonly reachable: boolean
  readonly onFocus: () => void
  readonly onRestore: (id: string) => void
}

/** The id of a tile's element. */
export function tileId(imageId: string): string {
  return `tile-${imageId}`
}

export function PictureTile({ image, width, trash, reachable, onFocus, onRestore }: PictureTileProps) {
  return (
    <div role="gridcell" className={classes['tile']} style={{ width }}>
      <Link
        id={tileId(image.id)}
        to="/library/$imageId"
        params={{ imageId: image.id }}
        search
        resetScroll={false}
        className={classes['open']}
        tabIndex={reachable ? 0 : -1}
        aria-label={`Open: ${altOf(image)}${image.favourite ? ', favourite' : ''}`}
        onFocus={onFocus}
      >
        <PictureFrame image={image} />
        {image.favourite && (
          <span className={classes['heart']}>
            <Icon name="heart" size={16} filled />
          </span>
        )}
      </Link>
      {trash && (
        <IconButton
          icon="restore"
          label="Restore"
          className={classes['restore'] ?? ''}
          onClick={() => onRestore(image.id)}
        />
      )}
    </div>
  )
}
