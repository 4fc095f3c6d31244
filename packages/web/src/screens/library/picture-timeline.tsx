import type { Image } from '@easel/contract'
import { useElementSize } from '@mantine/hooks'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { memo, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { ImageFilter } from '#data/queries.ts'
import { dayKey } from '#parts/format.ts'
import { useNow } from '#parts/use-now.ts'
import { useRestorePicture } from '#screens/picture/restore-picture.ts'
import classes from './picture-timeline.module.css'
import { PictureTile } from './picture-tile.tsx'
import { isSelected, type Selection, type SelectionStep } from './selection.ts'
import { timelineOf, type TimelineRow } from './timeline.ts'
import { useAlbumOrdering } from './use-album-ordering.ts'
import { useGridKeys } from './use-grid-keys.ts'

interface PictureTimelineProps {
  readonly images: readonly Image[]
  readonly filter: ImageFilter
  readonly selection: Selection
  readonly dispatch: (step: SelectionStep) => void
  readonly hasMore: boolean
  readonly onMore: () => void
}

const MINUTE = 60_000
const GAP = 8
const AHEAD = 6

/** Rows of pictures under the names of their days. Only what is near the window is in the page, however many are loaded. */
export function PictureTimeline({ images, filter, selection, dispatch, hasMore, onMore }: PictureTimelineProps) {
  const { trash } = filter
  const days = filter.sort === undefined || filter.sort === 'date'
  const { ref, width } = useElementSize<HTMLDivElement>()
  const grid = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  const now = useNow(MINUTE, true)
  const today = dayKey(now)
  const rows = useMemo(() => {
    const target = width < 600 ? 120 : 216
    const gap = width < 600 ? 4 : GAP
    // `today` stands for the time: the names of the days change only with it.
    return width === 0 ? [] : timelineOf(images, { width, gap, target, now: Date.parse(`${today}T12:00`), days })
  }, [images, width, today, days])

  useEffect(() => setTop(grid.current?.offsetTop ?? 0), [width, days])
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (index) => rows[index]?.height ?? 0,
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: AHEAD,
    scrollMargin: top,
  })
  useEffect(() => virtualizer.measure(), [rows, virtualizer])
  const listed = useRef(images)
  useEffect(() => {
    listed.current = images
  })
  const mark = useCallback(
    (id: string, range: boolean) =>
      dispatch({ type: 'mark', id, range, list: listed.current.map((image) => image.id) }),
    [dispatch],
  )
  const order = useAlbumOrdering({ filter, selection, listed })
  const keys = useGridKeys({
    images,
    rows,
    scrollTo: (row) => virtualizer.scrollToIndex(row, { align: 'auto' }),
    selecting: selection.active,
    onMark: mark,
    onAll: () => dispatch({ type: 'all' }),
    onMove: order?.step ?? null,
  })

  const restore = useRestorePicture()
  const visible = virtualizer.getVirtualItems()
  const lastVisible = visible.at(-1)?.index ?? 0
  useEffect(() => {
    if (hasMore && rows.length > 0 && lastVisible >= rows.length - AHEAD * 2) onMore()
  }, [hasMore, lastVisible, rows.length, onMore])

  return (
    <div ref={grid} className={days ? undefined : classes['flat']}>
      <div
        ref={ref}
        role="grid"
        tabIndex={-1}
        aria-label={trash ? 'Trash' : 'Library'}
        aria-multiselectable={selection.active || undefined}
        aria-rowcount={hasMore ? -1 : rows.length}
        className={classes['grid']}
        style={{ height: virtualizer.getTotalSize() }}
        onKeyDown={keys.onKeyDown}
      >
        {visible.map((item) => {
          const row = rows[item.index]
          if (!row) return null
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 1}
              className={classes['row']}
              style={{ height: row.height, transform: `translateY(${item.start - top}px)` }}
            >
              <Row
                row={row}
                images={images}
                trash={trash}
                current={keys.current}
                selection={selection}
                onFocus={keys.setCurrent}
                onMark={mark}
                onRestore={restore}
                onDrop={order?.drop ?? null}
              />
            </div>
          )
        })}
      </div>
    </div>
  )
}

interface RowProps {
  readonly row: TimelineRow
  readonly images: readonly Image[]
  readonly trash: boolean
  /** Index of the picture that Tab reaches. */
  readonly current: number
  readonly selection: Selection
  readonly onFocus: (index: number) => void
  readonly onMark: (id: string, range: boolean) => void
  readonly onRestore: (id: string) => void
  readonly onDrop: ((dragged: string, onto: string, after: boolean) => void) | null
}

// Scrolling draws the timeline again and again; a row that is there already is left as it is.
const Row = memo(({ row, images, trash, current, selection, onFocus, onMark, onRestore, onDrop }: RowProps) => {
  if (row.kind === 'day') {
    return (
      <div role="rowheader" className={classes['day']}>
        <h2 className={classes['dayName']}>{row.label}</h2>
      </div>
    )
  }
  return row.widths.map((width, offset) => {
    const index = row.from + offset
    const image = images[index]
    return (
      image && (
        <PictureTile
          key={image.id}
          image={image}
          width={width}
          trash={trash}
          reachable={index === current}
          selected={isSelected(selection, image.id)}
          selecting={selection.active}
          onFocus={() => onFocus(index)}
          onMark={onMark}
          onRestore={onRestore}
          onDrop={onDrop}
        />
      )
    )
  })
})
Row.displayName = 'Row'
