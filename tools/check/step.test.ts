import { describe, expect, it } from 'vitest'
import { nothing, runSteps, tallyLine, type Step, type StepResult } from './step.ts'

const step = (name: string, result: StepResult): Step => ({
  name,
  title: 'a title',
  run: () => Promise.resolve(result),
})

describe('steps', () => {
  it('count one each, and say what they found', async () => {
    const printed: string[] = []
    const steps = [
      step('a', { state: 'passed' }),
      step('b', { state: 'failed', problems: 'one\ntwo' }),
      step('c', { state: 'skipped', reason: 'not built' }),
    ]
    expect(await runSteps(steps, (line) => printed.push(line))).toEqual({ passed: 1, failed: 1, skipped: 1 })
    expect(printed.join('\n')).toMatch(/^ok +a .*\nFAILED +b .*\n +one\n +two\nskipped +c: not built$/)
  })
})

describe('the last line', () => {
  it('names the skipped ones only where there are some', () => {
    expect(tallyLine({ passed: 12, failed: 0, skipped: 0 })).toBe('12 passed, 0 failed')
    expect(tallyLine({ passed: 12, failed: 1, skipped: 2 })).toBe('12 passed, 1 failed, 2 skipped')
    expect(tallyLine(nothing)).toBe('0 passed, 0 failed')
  })
})
