import { expect, it } from 'vitest'
import { newId } from './ids.ts'

const version7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

function timeOf(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)
}

it('makes UUIDs of version 7 that carry the time', () => {
  const before = Date.now()
  const id = newId()
  expect(id).toMatch(version7)
  expect(timeOf(id)).toBeGreaterThanOrEqual(before)
})

it('makes ids that sort in the order they were made, within a millisecond and after the clock was set back', () => {
  const start = Date.now() + 1_000_000
  const clock = [...Array.from({ length: 10_000 }, () => start), start - 5_000, start - 1, start, start + 1, start + 2]
  const ids = clock.map((now) => newId(now))
  expect(ids).toEqual(ids.toSorted())
  expect(new Set(ids).size).toBe(ids.length)
  expect(ids.every((id) => version7.test(id))).toBe(true)
})

it('stays within milliseconds of the clock when many ids are made at once', () => {
  const start = Date.now() + 2_000_000
  const ids = Array.from({ length: 10_000 }, () => newId(start))
  // 4,096 fit into each millisecond.
  expect(timeOf(ids.at(-1) ?? '') - start).toBe(2)
  expect(timeOf(ids[4_095] ?? '')).toBe(start)
})
