import { expect, it } from 'vitest'
import { metersOf } from './usage-meters.ts'

it('tells what was used of each limit, and where there is none', () => {
  const meters = metersOf({
    used: { bytes: 1.5 * 1024 ** 2, imagesADay: 12, atOnce: 0, moneyAMonth: 1.5 },
    allowed: { bytes: 3 * 1024 ** 2, imagesADay: 10, atOnce: 0, moneyAMonth: null },
  })
  expect(meters.map(({ share }) => share)).toEqual([0.5, 1, 1, null])
  expect(meters[0]).toEqual({ label: 'Storage', words: '1.5 MB of 3.0 MB', share: 0.5 })
  expect(meters.map(({ words }) => words).slice(1, 3)).toEqual(['12 of 10', '0 of 0'])
})
