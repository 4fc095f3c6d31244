import { describe, expect, it } from 'vitest'
import { stepHistory } from './prompt-history.ts'

const history = ['newest', 'middle', 'oldest']

describe('stepHistory', () => {
  it('walks back from the empty box and forth to it again', () => {
    expect(stepHistory(history, '', 'older')).toBe('newest')
    expect(stepHistory(history, 'newest', 'older')).toBe('middle')
    expect(stepHistory(history, 'middle', 'newer')).toBe('newest')
    expect(stepHistory(history, 'newest', 'newer')).toBe('')
  })

  it('stops at the ends, and leaves a text of one’s own alone', () => {
    expect(stepHistory(history, 'oldest', 'older')).toBeNull()
    expect(stepHistory(history, '', 'newer')).toBeNull()
    expect(stepHistory(history, 'newest, but changed', 'older')).toBeNull()
    expect(stepHistory([], '', 'older')).toBeNull()
  })
})
