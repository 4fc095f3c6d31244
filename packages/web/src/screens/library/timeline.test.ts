import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { justify } from './justified.ts'
import { rowOf, timelineOf, verticalNeighbour } from './timeline.ts'

const frame = { width: 1000, gap: 8, target: 200 }

describe('justify', () => {
  it('holds every picture once and in order, and full rows reach from edge to edge', () => {
    const picture = fc.record({ width: fc.integer({ min: 64, max: 4000 }), height: fc.integer({ min: 64, max: 4000 }) })
    fc.assert(
      fc.property(fc.array(picture, { maxLength: 60 }), (pictures) => {
        const rows = justify(pictures, frame)
        expect(rows.flatMap((row) => row.widths.map((_, index) => row.from + index))).toEqual([...pictures.keys()])
        for (const row of rows.slice(0, -1)) {
          const sum = row.widths.reduce((total, width) => total + width, 0) + frame.gap * (row.widths.length - 1)
          expect(Math.abs(sum - frame.width)).toBeLessThanOrEqual(1)
          expect(row.height).toBeLessThanOrEqual(500)
        }
      }),
    )
  })

  it('does not blow up a last row that is not full', () => {
    expect(justify([{ width: 100, height: 100 }], frame)).toEqual([{ from: 0, to: 1, height: 200, widths: [200] }])
  })

  it('shows a ribbon cut, not as a ribbon', () => {
    expect(justify([{ width: 10_000, height: 100 }], frame)[0]?.height).toBe(200)
  })

  it('lays out 10,000 pictures', () => {
    const pictures = Array.from({ length: 10_000 }, (_, index) => ({ width: 512 + (index % 7) * 100, height: 768 }))
    expect(justify(pictures, frame).at(-1)?.to).toBe(10_000)
  })
})

describe('timeline', () => {
  const now = new Date(2026, 10, 21, 12).getTime()
  const picture = (id: string, day: number) => ({
    id,
    width: 300,
    height: 200,
    createdAt: new Date(2026, 10, day, 9).toISOString(),
  })
  const pictures = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    .map((id) => picture(id, 21))
    .concat([picture('h', 20), picture('i', 3)])
  const rows = timelineOf(pictures, { ...frame, now, days: true })

  it('names each day once, above its pictures', () => {
    const days = rows.flatMap((row) => (row.kind === 'day' ? [row.label] : []))
    expect(days).toHaveLength(3)
    expect(days.slice(0, 2)).toEqual(['Today', 'Yesterday'])
    expect(rows[0]?.kind).toBe('day')
  })

  it('finds the row of a picture, and neighbours above and below across days', () => {
    expect(rowOf(rows, 0)).toBe(1)
    const below = verticalNeighbour(rows, 0, 1)
    expect(below).toBeGreaterThan(0)
    expect(verticalNeighbour(rows, below, -1)).toBe(0)
    expect(verticalNeighbour(rows, 7, 1)).toBe(8)
    expect(verticalNeighbour(rows, 8, 1)).toBe(8)
    expect(verticalNeighbour(rows, 0, -1)).toBe(0)
  })

  it('runs through without days where the order is another one', () => {
    const flat = timelineOf(pictures, { ...frame, now, days: false })
    expect(flat.every((row) => row.kind === 'pictures')).toBe(true)
    expect(flat.reduce((sum, row) => sum + (row.kind === 'pictures' ? row.widths.length : 0), 0)).toBe(pictures.length)
  })

  it('is empty without pictures', () => {
    expect(timelineOf([], { ...frame, now, days: true })).toEqual([])
    expect(verticalNeighbour([], 0, 1)).toBe(0)
  })
})
