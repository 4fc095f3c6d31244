import { pino } from 'pino'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startHousekeeping } from './housekeeping.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function open(run: (signal: AbortSignal) => Promise<unknown>, times: { soonMs?: number } = {}) {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  return { lines, housekeeping: startHousekeeping({ log, tasks: [{ name: 'sweep', everyMs: 1000, run, ...times }] }) }
}

it('runs a task soon, then after every period, counted from its end', async () => {
  let runs = 0
  const { housekeeping } = open(
    async () => {
      runs += 1
      await new Promise((resolve) => setTimeout(resolve, 5000))
    },
    { soonMs: 10 },
  )
  await vi.advanceTimersByTimeAsync(9)
  expect(runs).toBe(0)
  await vi.advanceTimersByTimeAsync(5000)
  expect(runs).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect(runs).toBe(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(runs).toBe(2)
  const stopped = housekeeping.stop()
  await vi.advanceTimersByTimeAsync(5000)
  await stopped
})

it('runs again what failed, and logs why', async () => {
  let runs = 0
  const { lines, housekeeping } = open(async () => {
    runs += 1
    throw new Error('no such folder')
  })
  await vi.advanceTimersByTimeAsync(3000)
  expect(runs).toBe(3)
  expect(lines).toHaveLength(3)
  expect(lines[0]).toContain('no such folder')
  await housekeeping.stop()
})

it('tells a running task to leave the rest, waits for it and runs nothing more', async () => {
  let runs = 0
  let left = false
  const { housekeeping } = open(async (signal) => {
    runs += 1
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    left = true
  })
  await vi.advanceTimersByTimeAsync(1000)
  await housekeeping.stop()
  expect(left).toBe(true)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(runs).toBe(1)
})
