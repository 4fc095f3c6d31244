import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createStored } from './stored.ts'

function memory(start: Record<string, string> = {}) {
  const values = new Map(Object.entries(start))
  return {
    values,
    getItem: (name: string) => values.get(name) ?? null,
    setItem: (name: string, value: string) => void values.set(name, value),
  }
}

const options = { name: 'n', schema: z.number(), fallback: 1 }

describe('stored', () => {
  it('starts with what was stored and writes what is set', () => {
    const storage = memory({ n: '5' })
    const stored = createStored({ ...options, storage })
    expect(stored.get()).toBe(5)
    stored.set(6)
    expect(storage.values.get('n')).toBe('6')
    expect(createStored({ ...options, storage }).get()).toBe(6)
  })

  it('falls back on nothing, on another form and on broken JSON', () => {
    for (const start of [{}, { n: '"five"' }, { n: '{' }]) {
      expect(createStored({ ...options, storage: memory(start) }).get()).toBe(1)
    }
  })

  it('works without storage, and where storage is full', () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    for (const storage of [null, full]) {
      const stored = createStored({ ...options, storage })
      stored.set(2)
      expect(stored.get()).toBe(2)
    }
  })

  it('tells those who watch, until they stop', () => {
    const stored = createStored({ ...options, storage: null })
    let told = 0
    const stop = stored.subscribe(() => (told += 1))
    stored.set(2)
    stop()
    stored.set(3)
    expect(told).toBe(1)
  })
})
