import { dayKey, dayLabel } from '#parts/format.ts'
import { justify, type Proportions } from './justified.ts'

interface Dated extends Proportions {
  readonly id: string
  readonly createdAt: string
}

/** A line of the library: the name of a day, or pictures side by side. */
export type TimelineRow =
  | { readonly kind: 'day'; readonly key: string; readonly label: string; readonly height: number }
  | {
      readonly kind: 'pictures'
      readonly key: string
      /** Index in the whole list of the row's first picture. */
      readonly from: number
      readonly widths: readonly number[]
      readonly height: number
    }

interface Frame {
  readonly width: number
  readonly gap: number
  readonly target: number
  readonly now: number
  /** False where the order is another one than that of the days. */
  readonly days: boolean
}

const DAY_HEIGHT = 56
const FIRST_DAY_HEIGHT = 40

/** Cuts a list of pictures into rows, and where it is by day, newest first, into days. */
export function timelineOf(pictures: readonly Dated[], frame: Frame): TimelineRow[] {
  const rows: TimelineRow[] = []
  const sameDay = (index: number, day: string) =>
    !frame.days || dayKey(Date.parse(pictures[index]?.createdAt ?? '')) === day
  let start = 0
  while (start < pictures.length) {
    const time = Date.parse(pictures[start]?.createdAt ?? '')
    const key = dayKey(time)
    let end = start + 1
    while (end < pictures.length && sameDay(end, key)) end += 1
    if (frame.days) {
      rows.push({
        kind: 'day',
        key: `day ${key} ${start}`,
        label: dayLabel(time, frame.now),
        height: start === 0 ? FIRST_DAY_HEIGHT : DAY_HEIGHT,
      })
    }
    for (const row of justify(pictures.slice(start, end), frame)) {
      const from = start + row.from
      rows.push({
        kind: 'pictures',
        key: `row ${pictures[from]?.id}`,
        from,
        widths: row.widths,
        height: row.height + frame.gap,
      })
    }
    start = end
  }
  return rows
}

/** The index of the row that shows the picture, or -1. */
export function rowOf(rows: readonly TimelineRow[], picture: number): number {
  return rows.findIndex(
    (row) => row.kind === 'pictures' && picture >= row.from && picture < row.from + row.widths.length,
  )
}

/** The picture straight above or below, by the middle of its place; the same one at the edge of the list. */
export function verticalNeighbour(rows: readonly TimelineRow[], picture: number, direction: 1 | -1): number {
  const at = rowOf(rows, picture)
  const here = rows[at]
  if (here?.kind !== 'pictures') return picture
  const before = here.widths.slice(0, picture - here.from).reduce((sum, width) => sum + width, 0)
  const middle = before + (here.widths[picture - here.from] ?? 0) / 2
  for (let index = at + direction; index >= 0 && index < rows.length; index += direction) {
    const row = rows[index]
    if (row?.kind === 'pictures') return row.from + columnAt(row.widths, middle)
  }
  return picture
}

function columnAt(widths: readonly number[], x: number): number {
  let right = 0
  const column = widths.findIndex((width) => {
    right += width
    return x < right
  })
  return column === -1 ? widths.length - 1 : column
}
