import { setTimeout as sleep } from 'node:timers/promises'
import { parseCLI, startVitest } from 'vitest/node'
import { tallyReporter } from './tally-reporter.ts'

const closeMs = 20_000

/** Runs vitest in a process of its own, so that a crash of it can be told from a success: `<report file> [paths …]`. */
const [reportFile = '', ...args] = process.argv.slice(2)
const { filter, options } = parseCLI(['vitest', 'run', ...args])

const vitest = await startVitest('test', filter, {
  ...options,
  watch: false,
  reporters: ['default', tallyReporter(reportFile)],
})
// What a test left open, such as a program that still writes, must not keep the run from ending; its result is already written.
await Promise.race([vitest.close(), sleep(closeMs)])
process.exit()
