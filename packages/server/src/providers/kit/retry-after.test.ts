import { describe, expect, it } from 'vitest'
import { readRetryAfter } from './retry-after.ts'

const now = Date.parse('2026-11-21T08:00:00Z')
const google = JSON.stringify({
  error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '34.5s' }] },
})

describe('retry after', () => {
  it.each([
    [{ 'retry-after': '7' }, '', 7000],
    [{ 'retry-after': '0' }, '', 0],
    [{ 'retry-after': '1.5' }, '', 1500],
    [{ 'retry-after': 'Sat, 21 Nov 2026 08:00:30 GMT' }, '', 30_000],
    [{ 'retry-after-ms': '250', 'retry-after': '7' }, '', 250],
    [{ 'x-ratelimit-reset': String(now / 1000 + 12) }, '', 12_000],
    [{}, google, 34_500],
    [{ 'retry-after': '1000000000' }, '', 3_600_000],
    [{ 'retry-after': 'Sat, 21 Nov 2126 08:00:30 GMT' }, '', 3_600_000],
  ])('PR25: %j %s is %i ms', (headers, body, expected) => {
    expect(readRetryAfter(new Headers(headers), body, now)).toBe(expected)
  })

  it.each([
    {},
    { 'retry-after': 'soon' },
    { 'retry-after': '-5' },
    { 'retry-after': 'Infinity' },
    { 'retry-after': '' },
    { 'retry-after': 'Sat, 21 Nov 2020 08:00:30 GMT' },
    { 'retry-after-ms': 'NaN' },
    { 'x-ratelimit-reset': '60' },
  ])('PR25: %j is nothing', (headers) => {
    expect(readRetryAfter(new Headers(headers), 'no', now)).toBeNull()
  })
})
