// Contract A's ids: the local save time to the second, `_2`, `_3` … from the second picture in that second on.

const pad = (value: number, width = 2): string => String(value).padStart(width, '0')

/** `YYYYMMDDhhmmss` in the server's time zone. */
export function historySecond(time: Date): string {
  return (
    `${pad(time.getFullYear(), 4)}${pad(time.getMonth() + 1)}${pad(time.getDate())}` +
    `${pad(time.getHours())}${pad(time.getMinutes())}${pad(time.getSeconds())}`
  )
}

export function historyId(second: string, number: number): string {
  return number === 1 ? second : `${second}_${number}`
}

/** The parts of an id, or null when no picture can have it. */
export function parseHistoryId(id: string): { second: string; number: number } | null {
  const match = /^(\d{14})(?:_([1-9]\d{0,8}))?$/.exec(id)
  if (match?.[1] === undefined) return null
  const number = match[2] === undefined ? 1 : Number(match[2])
  return match[2] === '1' ? null : { second: match[1], number }
}
