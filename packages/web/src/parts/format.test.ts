import { describe, expect, it } from 'vitest'
import { ago, bytes, count, dayKey, dayLabel, dollars, duration, plainValue } from './format.ts'

describe('format', () => {
  it('says how long', () => {
    expect([-5, 840, 9_960, 12_700, 185_000, 7_500_000].map(duration)).toEqual([
      '0.0 s',
      '0.8 s',
      '10.0 s',
      '12 s',
      '3 min 5 s',
      '2 h 5 min',
    ])
  })

  it('says how long ago', () => {
    const now = new Date(2026, 10, 21, 15, 30).getTime()
    const before = (minutes: number) => ago(now - minutes * 60_000, now)
    expect([0, 5, 180, 16 * 60].map(before)).toEqual(['just now', '5 min ago', '3 h ago', 'Yesterday'])
  })

  it('names days by the local calendar', () => {
    const now = new Date(2026, 10, 21, 0, 5).getTime()
    expect(dayLabel(new Date(2026, 10, 21, 0, 1).getTime(), now)).toBe('Today')
    expect(dayLabel(new Date(2026, 10, 20, 23, 59).getTime(), now)).toBe('Yesterday')
    expect(dayLabel(new Date(2025, 0, 2).getTime(), now)).toContain('2025')
    expect(dayKey(new Date(2026, 0, 2, 23).getTime())).toBe('2026-01-02')
  })

  it('says sizes and counts', () => {
    expect([842, 12_400, 1_430_000, 200 * 1024 ** 2, 120 * 1024 ** 3].map(bytes)).toEqual([
      '842 bytes',
      '12 KB',
      '1.4 MB',
      '200 MB',
      '120 GB',
    ])
    expect(count(1, 'picture', 'pictures')).toBe('1 picture')
    expect(count(0, 'picture', 'pictures')).toBe('0 pictures')
  })

  it('says any value', () => {
    expect(['512x500', 7, true, null, { a: 1 }].map(plainValue)).toEqual(['512 × 500', '7', 'true', 'none', '{"a":1}'])
  })
})

it.each([
  [0, '$0.00'],
  [0.04, '$0.04'],
  [0.1 + 0.2, '$0.30'],
  [0.0025, '$0.0025'],
  [0.035, '$0.035'],
  [12, '$12.00'],
])('%d is %s', (amount, words) => {
  expect(dollars(amount)).toBe(words)
})
