import { expect, it } from 'vitest'
import { createSeenFiles } from './seen-files.ts'

function open() {
  const sizes = new Map<string, number>()
  let asked = 0
  let nowMs = 0
  const storage = {
    stat: async (key: string) => {
      asked += 1
      const size = sizes.get(key)
      return size === undefined ? null : { size, modifiedMs: 0 }
    },
  }
  const seen = createSeenFiles(() => nowMs)
  return {
    sizes,
    sizeOf: (key: string) => seen.sizeOf(storage, key),
    asked: () => asked,
    wait(ms: number) {
      nowMs += ms
    },
  }
}

it('SH25: a file that is there is looked for once in five seconds', async () => {
  const files = open()
  files.sizes.set('a', 7)
  expect([await files.sizeOf('a'), await files.sizeOf('a'), files.asked()]).toEqual([7, 7, 1])
  files.sizes.delete('a')
  files.wait(4_999)
  expect(await files.sizeOf('a')).toBe(7)
  files.wait(1)
  expect(await files.sizeOf('a')).toBeNull()
})

it('SH25: a file that is not there is looked for each time', async () => {
  const files = open()
  expect(await files.sizeOf('a')).toBeNull()
  files.sizes.set('a', 7)
  expect(await files.sizeOf('a')).toBe(7)
})

it('SH25: no more than 20,000 are remembered, and the oldest go', async () => {
  const files = open()
  for (let number = 0; number <= 20_000; number++) {
    files.sizes.set(String(number), number)
    await files.sizeOf(String(number))
  }
  const before = files.asked()
  await files.sizeOf('20000')
  await files.sizeOf('1')
  expect(files.asked()).toBe(before)
  await files.sizeOf('0')
  expect(files.asked()).toBe(before + 1)
})
