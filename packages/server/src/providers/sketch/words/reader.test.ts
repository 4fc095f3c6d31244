import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readPrompt } from './reader.ts'

const Rows = z.array(z.object({ prompt: z.string(), reads: z.record(z.string(), z.unknown()) }))
const rows = Rows.parse(JSON.parse(readFileSync(new URL('../__fixtures__/readings.json', import.meta.url), 'utf8')))

/** A reading without what was not said; a subject as its kind, its number and whether it has a colour of its own. */
function said(prompt: string): Record<string, unknown> {
  const reading = readPrompt(prompt)
  const short: Record<string, unknown> = {
    ...reading,
    subjects: reading.subjects.map(({ kind, count, colour }) => [
      kind,
      count,
      ...(colour === null ? [] : ['coloured']),
    ]),
    colours: reading.colours.length,
    without: [...reading.without],
  }
  const told = (value: unknown) => value !== null && value !== 0 && !(Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(short).filter(([, value]) => told(value)))
}

describe('readPrompt', () => {
  it('has a table worth its name', () => {
    expect(rows.length).toBeGreaterThanOrEqual(40)
  })

  it.each(rows.map((row) => [row.prompt, row.reads] as const))('reads %j', (prompt, reads) => {
    expect(said(prompt)).toEqual(reads)
  })

  it('gives a colour to the thing it stands before, else to the picture', () => {
    expect(readPrompt('blue cat').colours).toEqual([])
    expect(readPrompt('blue cat').subjects[0]?.colour).not.toBeNull()
    expect(readPrompt('a city in blue and orange').colours).toHaveLength(2)
  })

  it('leaves out what the negative prompt names', () => {
    const reading = readPrompt('forest with a fox and an owl at night in the rain', 'fox, rain')
    expect(reading.subjects.map((subject) => subject.kind)).toEqual(['owl'])
    expect(reading.weather).toBeNull()
    expect(reading.time).toBe('night')
    expect(readPrompt('mountains', 'birds and clouds').without).toEqual(new Set(['bird', 'clouds']))
  })

  it('takes any text', () => {
    for (const prompt of [
      '',
      ' ',
      '🦊🌲',
      '山と湖',
      '!!! ,,, ...',
      'no',
      'without',
      'x'.repeat(32_000),
      'constructor __proto__',
    ]) {
      expect(readPrompt(prompt).subjects).toEqual([])
    }
  })
})
