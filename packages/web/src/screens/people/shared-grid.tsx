import type { MemberImage } from '@easel/contract'
import { useElementSize } from '@mantine/hooks'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { Icon } from '#parts/icon.tsx'
import { altOf, PictureFrame } from '#parts/picture-frame.tsx'
import rowClasses from '#screens/library/picture-timeline.module.css'
import tileClasses from '#screens/library/picture-tile.module.css'
import { isSelected, type Selection, type SelectionStep } from '#screens/library/selection.ts'
import { rowOf, timelineOf, verticalNeighbour } from '#screens/library/timeline.ts'
import { picturedOf } from './pictured.ts'
import classes from './shared-grid.module.css'

interface SharedGridProps {
  readonly label: string
  readonly images: readonly MemberImage[]
  readonly selection: Selection
  readonly dispatch: (step: SelectionStep) => void
  readonly onOpen: (id: string) => void
  readonly hasMore: boolean
  readonly onMore: () => void
}

const AHEAD = 6
const FRAMES = 20
const tileId = (id: string) => `shared-${id}`

/** Focuses a tile as soon as it has been scrolled into being. */
function focusTile(id: string, left = FRAMES): void {
  const tile = document.querySelector<HTMLElement>(`#${CSS.escape(tileId(id))}`)
  if (tile !== null) tile.focus({ preventScroll: true })
  else if (left > 0) requestAnimationFrame(() => focusTile(id, left - 1))
}

/** The pictures of a shared album, in its order. Only what is near the window is in the page. */
export function SharedGrid({ label, images, selection, dispatch, onOpen, hasMore, onMore }: SharedGridProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  const grid = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const [chosen, setChosen] = useState(0)
  const current = Math.min(chosen, Math.max(0, images.length - 1))
  const rows = useMemo(() => {
    const narrow = width < 600
    const frame = { width, gap: narrow ? 4 : 8, target: narrow ? 120 : 216, now: 0, days: false }
    return width === 0 ? [] : timelineOf(images, frame)
  }, [images, width])
  useEffect(() => setTop(grid.current?.offsetTop ?? 0), [width])
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => rows[index]?.height ?? 0,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: AHEAD,
    scrollMargin: top,
  })
  useEffect(() => virtualizer.measure(), [rows, virtualizer])
  const visible = virtualizer.getVirtualItems()
  const lastVisible = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && rows.length > 0 && lastVisible >= rows.length - AHEAD * 2) onMore()
  }, [hasMore, lastVisible, rows.length, onMore])

  const mark = (id: string, range: boolean) =>
    dispatch({ type: 'mark', id, range, list: images.map((image) => image.id) })
  const go = (index: number) => {
    const image = images[index]
    if (!image) return
    setChosen(index)
    virtualizer.scrollToIndex(rowOf(rows, index), { align: 'auto' })
    focusTile(image.id)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLButtonElement)) return
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
    if (target) go(target())
    else if (event.key === ' ' && image) mark(image.id, event.shiftKey)
    else return
    event.preventDefault()
  }

  return (
    <div ref={grid} className={rowClasses['flat']}>
      <div
        ref={ref}
        role="grid"
        tabIndex={-1}
        aria-label={label}
        aria-multiselectable={selection.active || undefined}
        aria-rowcount={hasMore ? -1 : rows.length}
        className={rowClasses['grid']}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={onKeyDown}
      >
        {visible.map((item) => {
          const row = rows[item.index]
          if (row?.kind !== 'pictures') return null
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 1}
              className={rowClasses['row']}
              style={{ height: row.height, transform: `translateY(${item.start - top}px)` }}
            >
              {row.widths.map((wide, offset) => {
                const index = row.from + offset
                const image = images[index]
                return (
                  image && (
                    <Tile
                      key={image.id}
                      image={image}
                      width={wide}
                      reachable={index === current}
                      selected={isSelected(selection, image.id)}
                      selecting={selection.active}
                      onFocus={() => setChosen(index)}
                      onOpen={() => onOpen(image.id)}
                      onMark={(range) => mark(image.id, range)}
                    />
                  )
                )
              })}
            </div>
          )
        })}
      </div>
    </div>
  )
}

interface TileProps {
  readonly image: MemberImage
  readonly width: number
  readonly reachable: boolean
  readonly selected: boolean
  readonly selecting: boolean
  readonly onFocus: () => void
  readonly onOpen: () => void
  readonly onMark: (range: boolean) => void
}

function Tile({ image, width, reachable, selected, selecting, onFocus, onOpen, onMark }: TileProps) {
  const pictured = picturedOf(image)
  return (
    <div
      role="gridcell"
      className={tileClasses['tile']}
      style={{ width }}
      aria-selected={selecting ? selected : undefined}
      data-selected={selected || undefined}
      data-selecting={selecting || undefined}
    >
      <button
        type="button"
        id={tileId(image.id)}
        className={`${tileClasses['open']} ${classes['open']}`}
        tabIndex={reachable ? 0 : -1}
        aria-label={`Open: ${altOf(pictured)}`}
        onFocus={onFocus}
        onClick={(event) => (selecting || event.shiftKey ? onMark(event.shiftKey) : onOpen())}
      >
        <PictureFrame image={pictured} />
      </button>
      <label className={tileClasses['mark']}>
        <input
          type="checkbox"
          tabIndex={-1}
          aria-label={`Select: ${altOf(pictured)}`}
          checked={selected}
          onChange={(event) => {
            const native = event.nativeEvent
            onMark(native instanceof MouseEvent && native.shiftKey)
          }}
        />
        <Icon name="check" size={14} />
      </label>
    </div>
  )
}
