const longestMs = 3_600_000

/**
 * When an engine says that it may be asked again, in milliseconds from now: at most an hour; null when it says nothing or
 * nonsense. Read are `retry-after-ms`, `Retry-After` (seconds or an HTTP date), Google's `RetryInfo` in the body, and on
 * lack of those `X-RateLimit-Reset` (seconds since 1970).
 */
export function readRetryAfter(headers: Headers, body: string, now: number = Date.now()): number | null {
  return (
    bounded(plainNumber(headers.get('retry-after-ms'))) ??
    bounded(seconds(headers.get('retry-after'))) ??
    bounded(untilDate(headers.get('retry-after'), now)) ??
    bounded(googleDelay(body)) ??
    bounded(untilReset(headers.get('x-ratelimit-reset'), now))
  )
}

function bounded(ms: number | null): number | null {
  return ms !== null && Number.isFinite(ms) && ms >= 0 ? Math.min(Math.round(ms), longestMs) : null
}

function plainNumber(value: string | null): number | null {
  return value !== null && /^\d+(\.\d+)?$/.test(value.trim()) ? Number(value) : null
}

function seconds(value: string | null): number | null {
  const number = plainNumber(value)
  return number === null ? null : number * 1000
}

function untilDate(value: string | null, now: number): number | null {
  // Date.parse also takes things like "1"; an HTTP date begins with the day's name.
  return value !== null && /^[A-Za-z]{3,9},? /.test(value) ? Date.parse(value) - now : null
}

function googleDelay(body: string): number | null {
  const match = /"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"/.exec(body)
  return match?.[1] === undefined ? null : Number(match[1]) * 1000
}

function untilReset(value: string | null, now: number): number | null {
  const reset = plainNumber(value)
  // Some engines give seconds from now here; only a time of this century is a time.
  return reset !== null && reset > 1e9 ? reset * 1000 - now : null
}
