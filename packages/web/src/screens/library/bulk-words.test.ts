import type { Bulk } from '@easel/contract'
import { expect, it } from 'vitest'
import { canUndo, doingWords, doneWords } from './bulk-words.ts'

const bulk = (change: Partial<Bulk>): Bulk => ({
  id: '0199c1f0-0000-7000-8000-000000000001',
  action: { type: 'trash' },
  state: 'done',
  seen: 3,
  changed: 3,
  createdAt: '2026-11-21T12:00:00.000Z',
  finishedAt: null,
  ...change,
})

it('LB30: says what is done and what was', () => {
  expect(doingWords(bulk({ state: 'running' }))).toBe('Moving to the trash…')
  expect(doneWords(bulk({}))).toBe('3 pictures moved to the trash')
  expect(doneWords(bulk({ changed: 1, action: { type: 'favourite', favourite: false } }))).toBe(
    '1 picture taken out of the favourites',
  )
  expect(doneWords(bulk({ changed: 0 }))).toBe('Nothing had to be changed')
  expect(doneWords(bulk({ state: 'failed', changed: 2 }))).toBe('It broke off after 2 pictures')
})

it('LB31: offers to undo what can be undone', () => {
  expect(canUndo(bulk({}))).toBe(true)
  expect(canUndo(bulk({ state: 'failed' }))).toBe(true)
  expect(canUndo(bulk({ changed: 0 }))).toBe(false)
  expect(canUndo(bulk({ action: { type: 'erase' } }))).toBe(false)
  expect([doingWords(bulk({ state: 'undoing' })), doneWords(bulk({ state: 'undone' }))]).toEqual(['Undoing…', 'Undone'])
})
