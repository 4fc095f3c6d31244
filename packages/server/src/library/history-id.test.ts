import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { historyId, historySecond, parseHistoryId } from './history-id.ts'

describe('ids of contract A', () => {
  it.each([
    ['20261121081500', { second: '20261121081500', number: 1 }],
    ['20261121081500_2', { second: '20261121081500', number: 2 }],
    ['20261121081500_999999999', { second: '20261121081500', number: 999_999_999 }],
    ['20261121081500_1', null],
    ['20261121081500_0', null],
    ['20261121081500_02', null],
    ['20261121081500_', null],
    ['20261121081500_1000000000', null],
    ['2026112108150', null],
    ['202611210815000', null],
    ['20261121081500 ', null],
    ['20261121081500\n', null],
    ['', null],
    ['../../etc/passwd', null],
    ['２０２６１１２１０８１５００', null],
  ])('%j is read as %j', (id, expected) => {
    expect(parseHistoryId(id)).toEqual(expected)
  })

  it('LB7: what is written is read again', () => {
    const time = fc.date({ min: new Date('1000-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
    fc.assert(
      fc.property(time, fc.integer({ min: 1, max: 999_999_999 }), (date, number) => {
        const second = historySecond(date)
        expect(second).toMatch(/^\d{14}$/)
        expect(parseHistoryId(historyId(second, number))).toEqual({ second, number })
      }),
    )
  })

  it('is the local time', () => {
    expect(historySecond(new Date(2026, 0, 2, 3, 4, 5, 999))).toBe('20260102030405')
  })
})
