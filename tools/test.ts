import { addTallies, nothing, runSteps, tallyLine } from './check/step.ts'
import { checkSteps } from './check/steps.ts'
import { runTests } from './test-run/run-tests.ts'

const paths = process.argv.slice(2)

const checks = paths.length === 0 ? await runSteps(checkSteps(), (line) => console.log(line)) : nothing
const tally = addTallies(checks, await runTests(paths))
const ran = tally.passed + tally.failed > 0

if (!ran) console.log('No test ran.')
console.log(`\n${tallyLine(tally)}`)
process.exitCode = ran && tally.failed === 0 ? 0 : 1
