import { expect, it } from 'vitest'
import { createByteCache } from './byte-cache.ts'

const bytes = (length: number) => new Uint8Array(length)

it('gives what was set, and lets go of what was used longest ago', () => {
  const cache = createByteCache(10)
  cache.set('a', bytes(4))
  cache.set('b', bytes(4))
  expect(cache.get('a')?.length).toBe(4)
  cache.set('c', bytes(4))
  expect(cache.get('b')).toBeNull()
  expect(cache.get('a')?.length).toBe(4)
  expect(cache.get('c')?.length).toBe(4)
})

it('counts a replaced entry once', () => {
  const cache = createByteCache(10)
  for (let again = 0; again < 5; again++) cache.set('a', bytes(8))
  cache.set('b', bytes(2))
  expect(cache.get('a')?.length).toBe(8)
  cache.set('a', bytes(1))
  cache.set('c', bytes(7))
  expect(['a', 'b', 'c'].map((key) => cache.get(key)?.length)).toEqual([1, 2, 7])
})

it('takes nothing larger than itself, and everything else goes on', () => {
  const cache = createByteCache(10)
  cache.set('a', bytes(10))
  cache.set('b', bytes(11))
  expect(cache.get('b')).toBeNull()
  expect(cache.get('a')?.length).toBe(10)
  cache.set('c', bytes(1))
  expect(cache.get('a')).toBeNull()
})
