import type { Timeline } from '@easel/contract'

/** The end of a day (`YYYY-MM-DD`) where one is, as a moment: what is older is of that day or before. */
export function endOfDay(day: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return new Date(year, month - 1, date + 1).toISOString()
}

export interface Month {
  /** `YYYY-MM` */
  readonly month: string
  readonly images: number
  /** The newest day of it that has pictures. */
  readonly day: string
}

export interface Year {
  readonly year: string
  readonly months: readonly Month[]
}

/** The months that have pictures, by years, the newest first. */
export function yearsOf({ day, images }: Pick<Timeline, 'day' | 'images'>): Year[] {
  const years: { year: string; months: { month: string; images: number; day: string }[] }[] = []
  for (const [at, one] of day.entries()) {
    const [year, month] = [one.slice(0, 4), one.slice(0, 7)]
    let last = years.at(-1)
    if (last?.year !== year) years.push((last = { year, months: [] }))
    const known = last.months.at(-1)
    if (known?.month === month) known.images += images[at] ?? 0
    else last.months.push({ month, images: images[at] ?? 0, day: one })
  }
  return years
}
