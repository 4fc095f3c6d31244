import { expect, it } from 'vitest'
import { tooDear } from './quota-price.ts'

const clock = { now: () => Date.UTC(2026, 10, 21) }
const ask = (limit: number | null, spent: number, promised: number, cost: number) =>
  tooDear({ moneyAMonth: limit }, { spent, promised, cost }, clock)?.message ?? null

it.each([
  ['no limit', null, 5, 5, 5],
  ['no price', 1, 1, 1, 0],
  ['exactly the limit', 1, 0.5, 0.25, 0.25],
  ['ten times a price that is no binary fraction', 0.3, 0.1, 0.1, 0.1],
] as const)('QU10: %s is no reason to refuse', (_, limit, spent, promised, cost) => {
  expect(ask(limit, spent, promised, cost)).toBeNull()
})

it('QU10: names the limit, what is spent, what is under way and what this costs', () => {
  expect(ask(10, 9.5, 0.4, 0.2)).toBe(
    'You may spend 10.00 a month on engines. 9.50 of this month are spent, 0.40 go to what is under way, and this costs about 0.20. ' +
      'The next month begins on 2026-12-01 (UTC).',
  )
  expect(ask(1, 1, 0, 0.002)).toContain('1.00 of this month are spent, and this costs about 0.0020.')
})
