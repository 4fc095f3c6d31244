import type { Usage } from '@easel/contract'
import { bytes } from '#parts/format.ts'

export interface Meter {
  readonly label: string
  /** `1.2 GB of 5.0 GB`. */
  readonly words: string
  /** From 0 to 1; null where there is no limit. */
  readonly share: number | null
}

const money = (value: number) => value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const plain = (value: number) => value.toLocaleString()

const rows = [
  { name: 'bytes', label: 'Storage', write: bytes },
  { name: 'imagesADay', label: 'Pictures today', write: plain },
  { name: 'atOnce', label: 'Generations at once', write: plain },
  { name: 'moneyAMonth', label: 'Spent this month', write: money },
] as const

/** What has been used of each limit. */
export function metersOf({ used, allowed }: Usage): Meter[] {
  return rows.map(({ name, label, write }) => {
    const [value, limit] = [used[name], allowed[name]]
    if (limit === null) return { label, words: write(value), share: null }
    const share = limit === 0 ? 1 : Math.min(1, value / limit)
    return { label, words: `${write(value)} of ${write(limit)}`, share }
  })
}
