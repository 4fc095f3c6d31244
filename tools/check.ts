import { runSteps } from './check/step.ts'
import { checkSteps } from './check/steps.ts'

const wanted = process.argv.slice(2)
const steps = checkSteps()
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name))

if (unknown.length > 0) {
  console.error(
    `There is no step called ${unknown.join(', ')}; there are: ${steps.map((step) => step.name).join(', ')}.`,
  )
  process.exitCode = 1
} else {
  const chosen = wanted.length === 0 ? steps : steps.filter((step) => wanted.includes(step.name))
  const tally = await runSteps(chosen, (line) => console.log(line))
  process.exitCode = tally.failed === 0 ? 0 : 1
}
