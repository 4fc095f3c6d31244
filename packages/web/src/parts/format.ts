const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** How long something took, in milliseconds, in words: `0.8 s`, `12 s`, `3 min 5 s`. */
export function duration(milliseconds: number): string {
  const value = Math.max(0, milliseconds)
  if (value < 10 * second) return `${(value / second).toFixed(1)} s`
  if (value < minute) return `${Math.floor(value / second)} s`
  const minutes = Math.floor(value / minute)
  if (value < hour) return `${minutes} min ${Math.floor((value % minute) / second)} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `just now`, `5 min ago`, `3 h ago`, `yesterday`, else the date. Times in milliseconds. */
export function ago(then: number, now: number): string {
  const passed = now - then
  if (passed < minute) return 'just now'
  if (passed < hour) return `${Math.floor(passed / minute)} min ago`
  if (passed < 12 * hour && dayKey(then) === dayKey(now)) return `${Math.floor(passed / hour)} h ago`
  return dayLabel(then, now)
}

/** The local calendar day as a sortable key. */
export function dayKey(time: number): string {
  const date = new Date(time)
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`
}

/** `Today`, `Yesterday`, the weekday and date, with the year where it is another one. */
export function dayLabel(time: number, now: number): string {
  if (dayKey(time) === dayKey(now)) return 'Today'
  if (dayKey(time) === dayKey(now - day)) return 'Yesterday'
  const sameYear = new Date(time).getFullYear() === new Date(now).getFullYear()
  return new Intl.DateTimeFormat(undefined, {
    weekday: sameYear ? 'long' : undefined,
    day: 'numeric',
    month: 'long',
    year: sameYear ? undefined : 'numeric',
  }).format(time)
}

export function dateTime(time: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(time)
}

const kilobyte = 1024
const short = (value: number): string => (value < 100 ? value.toFixed(1) : String(Math.round(value)))

/** Bytes in words, in the units that limits are set in: `842 bytes`, `12 KB`, `1.4 MB`, `120 GB`. */
export function bytes(value: number): string {
  if (value < 1000) return `${value} bytes`
  const [kilobytes, megabytes, gigabytes] = [value / kilobyte, value / kilobyte ** 2, value / kilobyte ** 3]
  if (kilobytes < 1000) return `${Math.round(kilobytes)} KB`
  return megabytes < 1000 ? `${short(megabytes)} MB` : `${short(gigabytes)} GB`
}

/** `1 picture`, `4 pictures`. */
export function count(value: number, one: string, many: string): string {
  return `${value} ${value === 1 ? one : many}`
}

/** `1024x768` with a real multiplication sign. */
export function pixels(width: number, height: number): string {
  return `${width} × ${height}`
}

/** With a capital first letter, as on a button. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** A value of unknown kind as words. */
export function plainValue(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'string') return value.replace(/^(\d+)x(\d+)$/, '$1 × $2')
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return JSON.stringify(value)
}

/** An amount in US dollars, with as many places as it takes to tell it from nothing: `$0.04`, `$0.0025`, `$12.00`. */
export function dollars(amount: number): string {
  const places = amount > 0 && amount < 0.01 ? 4 : Number.isInteger(Math.round(amount * 1e6) / 1e4) ? 2 : 3
  return `$${amount.toFixed(places)}`
}
