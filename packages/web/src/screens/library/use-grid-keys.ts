import type { Image } from '@easel/contract'
import { useState, type KeyboardEvent } from 'react'
import { useDeletePicture } from '#screens/picture/delete-picture.tsx'
import { tileId } from './picture-tile.tsx'
import { rowOf, verticalNeighbour, type TimelineRow } from './timeline.ts'

interface GridKeysOptions {
  readonly images: readonly Image[]
  readonly rows: readonly TimelineRow[]
  readonly scrollTo: (row: number) => void
  readonly selecting: boolean
  readonly onMark: (id: string, range: boolean) => void
  readonly onAll: () => void
  /** Moves a picture by one place; null where the order is not people's own. */
  readonly onMove: ((id: string, direction: 1 | -1) => boolean) | null
}

const FRAMES = 20

/** Focuses a tile as soon as it has been scrolled into being. */
function focusTile(imageId: string, left = FRAMES): void {
  const tile = document.querySelector<HTMLElement>(`#${CSS.escape(tileId(imageId))}`)
  if (tile !== null) tile.focus({ preventScroll: true })
  else if (left > 0) requestAnimationFrame(() => focusTile(imageId, left - 1))
}

/** Arrows, Home, End, Space and Delete in the grid of pictures. */
export function useGridKeys({ images, rows, scrollTo, selecting, onMark, onAll, onMove }: GridKeysOptions) {
  const [chosen, setCurrent] = useState(0)
  const remove = useDeletePicture()
  const current = Math.min(chosen, Math.max(0, images.length - 1))

  const go = (index: number) => {
    const image = images[index]
    if (!image) return
    setCurrent(index)
    scrollTo(rowOf(rows, index))
    focusTile(image.id)
  }

  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLAnchorElement)) return
    const targets: Readonly<Record<string, () => number>> = {
      ArrowLeft: () => current - 1,
      ArrowRight: () => current + 1,
      ArrowUp: () => verticalNeighbour(rows, current, -1),
      ArrowDown: () => verticalNeighbour(rows, current, 1),
      Home: () => 0,
      End: () => images.length - 1,
    }
    const target = targets[event.key]
    const image = images[current]
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      if (onMove === null || !image) return
      event.preventDefault()
      const direction = event.key === 'ArrowLeft' ? -1 : 1
      if (onMove(image.id, direction)) {
        setCurrent(current + direction)
        focusTile(image.id)
      }
    } else if (target) {
      event.preventDefault()
      go(target())
    } else if (event.key === ' ' && image) {
      event.preventDefault()
      onMark(image.id, event.shiftKey)
    } else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      onAll()
    } else if (event.key === 'Delete' && !selecting && image && image.deletedAt === null) {
      event.preventDefault()
      remove(image)
    }
  }
  return { current, setCurrent, onKeyDown }
}
