/** The same form sent again within this time, in milliseconds, was a double click and not a wish for a second picture. */
const DOUBLE_CLICK = 600

/** Remembers the last submit. */
export function createRepeatGuard() {
  let last = { body: '', at: Number.NEGATIVE_INFINITY }
  return {
    /** True for a second submit of the same body right after the first. */
    isRepeat(body: string, now: number): boolean {
      const repeat = body === last.body && now - last.at < DOUBLE_CLICK
      if (!repeat) last = { body, at: now }
      return repeat
    },
  }
}
