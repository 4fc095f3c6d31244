import { parseCLI, startVitest } from 'vitest/node'
import { tallyReporter } from './tally-reporter.ts'

/** Runs vitest in a process of its own, so that a crash of it can be told from a success: `<report file> [paths …]`. */
const [reportFile = '', ...args] = process.argv.slice(2)
const { filter, options } = parseCLI(['vitest', 'run', ...args])

const vitest = await startVitest('test', filter, {
  ...options,
  watch: false,
  reporters: ['default', tallyReporter(reportFile)],
})
await vitest.close()
// What a test left open must not keep the run from ending; its result is already written.
process.exit()
