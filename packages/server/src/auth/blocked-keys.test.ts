import { expect, it } from 'vitest'
import { createBlockedKeys } from './blocked-keys.ts'

it('LI3: says how long a key is blocked, until its time is over', () => {
  let nowMs = 1000
  const blocked = createBlockedKeys({ now: () => nowMs })
  expect(blocked.left('a')).toBe(0)
  blocked.block('a', 500)
  expect(blocked.left('a')).toBe(500)
  nowMs = 1499
  expect(blocked.left('a')).toBe(1)
  nowMs = 1500
  expect([blocked.left('a'), blocked.size]).toEqual([0, 0])
  blocked.block('b', 500)
  blocked.free('b')
  expect(blocked.left('b')).toBe(0)
})

it('LI3: remembers so many at most, and forgets the oldest and what is over first', () => {
  let nowMs = 0
  const blocked = createBlockedKeys({ now: () => nowMs }, 100)
  let most = 0
  for (let number = 0; number < 100_000; number++) {
    blocked.block(String(number), 1000)
    most = Math.max(most, blocked.size)
  }
  expect(most).toBe(100)
  expect([blocked.left('99899'), blocked.left('99900'), blocked.left('99999')]).toEqual([0, 1000, 1000])
  nowMs = 2000
  blocked.block('new', 1000)
  expect(blocked.size).toBe(1)
})
