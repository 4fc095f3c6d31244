import { expect } from 'vitest'
import type { KillReport } from './kill-run.ts'

/** What must hold however often a server was killed. */
export function expectNothingLost(report: KillReport): void {
  const { accepted, generations, charges } = report
  expect(report.faults, 'complaints of the servers').toEqual([])
  expect(report.exitCode, 'exit code of the last one').toBe(0)

  const found = new Map(generations.map((generation) => [generation.id, generation]))
  const lost = accepted.filter(({ id, key }) => found.get(id)?.key !== key)
  expect(lost, 'accepted and not there').toEqual([])
  expect(new Set(accepted.map(({ id }) => id)).size, 'one generation for every key').toBe(accepted.length)
  const keys = new Set(accepted.map(({ key }) => key))
  expect(
    generations.filter(({ key }) => !keys.has(key ?? '')),
    'asked for by nobody',
  ).toEqual([])

  for (const generation of generations) {
    const { state, reason, images, n, provider, ends } = generation
    expect(ends, 'told once that it ended').toEqual([state])
    // An engine that may charge is not asked again when nobody knows what became of the first time.
    const whole = provider !== 'openai' || reason === null
    expect([state, reason], JSON.stringify(generation)).toEqual(
      whole ? ['succeeded', null] : [images === 0 ? 'failed' : 'succeeded', 'interrupted'],
    )
    expect(whole ? images === n : images < n, JSON.stringify(generation)).toBe(true)
  }

  expect(
    [...charges].filter(([, count]) => count > 1),
    'charged more than once',
  ).toEqual([])
  expect(report.announcedWrongly).toEqual([])
  expect(report.openJobs).toBe(0)
  expect(report.underived, 'without a thumbnail').toBe(0)
  expect(report.swept.missing).toBe(0)
  expect(report.fileProblems).toEqual([])
}
