import type { Image } from '@easel/contract'
import { Link } from '@tanstack/react-router'
import { Icon } from '#parts/icon.tsx'
import { IconButton } from '#parts/icon-button.tsx'
import { altOf, PictureFrame } from '#parts/picture-frame.tsx'
import { useTileDrag } from './use-tile-drag.ts'
import classes from './picture-tile.module.css'

interface PictureTileProps {
  readonly image: Image
  /** In pixels. */
  readonly width: number
  readonly trash: boolean
  /** Tab stops at one tile of the grid; arrows reach the others. */
  readonly reachable: boolean
  readonly selected: boolean
  /** Marks are shown, and a click marks. */
  readonly selecting: boolean
  readonly onFocus: () => void
  /** With `range` everything from the last one marked. */
  readonly onMark: (id: string, range: boolean) => void
  readonly onRestore: (id: string) => void
  /** Something is dragged onto this one, or null where the order is not people's own. */
  readonly onDrop: ((dragged: string, onto: string, after: boolean) => void) | null
}

/** The id of a tile's element. */
export function tileId(imageId: string): string {
  return `tile-${imageId}`
}

export function PictureTile(props: PictureTileProps) {
  const { image, width, trash, reachable, selected, selecting, onFocus, onMark, onRestore, onDrop } = props
  const drag = useTileDrag(image.id, onDrop)
  return (
    <div
      role="gridcell"
      className={classes['tile']}
      style={{ width }}
      aria-selected={selecting ? selected : undefined}
      data-selected={selected || undefined}
      data-selecting={selecting || undefined}
      {...drag}
    >
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
        onClick={(event) => {
          if (!selecting && !event.shiftKey) return
          event.preventDefault()
          onMark(image.id, event.shiftKey)
        }}
      >
        <PictureFrame image={image} />
        {image.favourite && (
          <span className={classes['heart']}>
            <Icon name="heart" size={16} filled />
          </span>
        )}
      </Link>
      <label className={classes['mark']}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select: ${altOf(image)}`}
          checked={selected}
          onChange={(event) => {
            const native = event.nativeEvent
            onMark(image.id, native instanceof MouseEvent && native.shiftKey)
          }}
        />
        <Icon name="check" size={14} />
      </label>
      {trash && !selecting && (
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
