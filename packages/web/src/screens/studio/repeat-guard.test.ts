import { describe, expect, it } from 'vitest'
import { createRepeatGuard } from './repeat-guard.ts'

describe('repeat guard', () => {
  it('takes the second click of a double click for the first, and a later one for a wish', () => {
    const guard = createRepeatGuard()
    expect(guard.isRepeat('a', 0)).toBe(false)
    expect(guard.isRepeat('a', 300)).toBe(true)
    expect(guard.isRepeat('b', 400)).toBe(false)
    expect(guard.isRepeat('b', 1400)).toBe(false)
  })

  it('lets a held key submit no more often than the pause', () => {
    const guard = createRepeatGuard()
    const sent = Array.from({ length: 20 }, (_, index) => guard.isRepeat('a', index * 100)).filter((repeat) => !repeat)
    expect(sent).toHaveLength(4)
  })
})
