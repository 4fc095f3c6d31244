import { describe, expect, it } from 'vitest'
import { adjustmentWords } from '#parts/adjustment-words.ts'
import { failureTitle, placeWords } from './words.ts'

describe('words', () => {
  it('says what became of an option, and why', () => {
    const size = { field: 'size', asked: '512x500', used: '512x512', reason: 'The model takes only multiples of 64.' }
    expect(adjustmentWords(size)).toBe('Size 512 × 500 became 512 × 512: the model takes only multiples of 64')
    expect(adjustmentWords({ field: 'negativePrompt', asked: 'fog', used: null, reason: 'This model has none.' })).toBe(
      'The negative prompt was left out: this model has none',
    )
    expect(adjustmentWords({ field: 'clipSkip', asked: 3, used: 2, reason: '' })).toBe('clipSkip 3 became 2')
  })

  it('counts the place in line', () => {
    expect([null, 1, 2, 3, 4, 11, 21, 112].map(placeWords)).toEqual([
      'Waiting',
      'Next in line',
      '2nd in line',
      '3rd in line',
      '4th in line',
      '11th in line',
      '21st in line',
      '112th in line',
    ])
  })

  it('has words for a refusal', () => {
    expect(failureTitle({ kind: 'content-rejected', engineStatus: 400 })).toBe('The engine declined this prompt')
  })

  it('does not say of an engine that answered that it could not be reached', () => {
    expect(failureTitle({ kind: 'unavailable', engineStatus: 500 })).toBe('The engine failed')
    expect(failureTitle({ kind: 'unavailable', engineStatus: null })).toBe('The engine could not be reached')
  })
})
