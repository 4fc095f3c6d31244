import { expect, it } from 'vitest'
import { endOfDay, yearsOf } from './days.ts'

it('a day ends where the next one begins, here', () => {
  expect(endOfDay('2026-02-28')).toBe(new Date(2026, 2, 1).toISOString())
  expect(endOfDay('2026-12-31')).toBe(new Date(2027, 0, 1).toISOString())
})

it('puts pieces of days together to months and years, the newest first', () => {
  const day = ['2026-03-02', '2026-03-02', '2026-03-01', '2026-01-31', '2024-02-29']
  expect(yearsOf({ day, images: [1000, 20, 3, 4, 5] })).toEqual([
    {
      year: '2026',
      months: [
        { month: '2026-03', images: 1023, day: '2026-03-02' },
        { month: '2026-01', images: 4, day: '2026-01-31' },
      ],
    },
    { year: '2024', months: [{ month: '2024-02', images: 5, day: '2024-02-29' }] },
  ])
  expect(yearsOf({ day: [], images: [] })).toEqual([])
})
