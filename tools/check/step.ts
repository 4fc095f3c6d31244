/** One gate of `npm run check`. `npm test` counts each as a test. */
export interface Step {
  readonly name: string
  /** What the step looks after, shown while it runs. */
  readonly title: string
  run(): Promise<StepResult>
}

export type StepResult =
  | { readonly state: 'passed' }
  | { readonly state: 'failed'; readonly problems: string }
  | { readonly state: 'skipped'; readonly reason: string }

export const passed: StepResult = { state: 'passed' }

/** Passed without problems, else failed with one a line. */
export function resultOf(problems: readonly string[]): StepResult {
  return problems.length === 0 ? passed : { state: 'failed', problems: problems.join('\n') }
}

export interface Tally {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 }

export function addTallies(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }
}

/** The last line of `npm test`. */
export function tallyLine(tally: Tally): string {
  const skipped = tally.skipped === 0 ? '' : `, ${tally.skipped} skipped`
  return `${tally.passed} passed, ${tally.failed} failed${skipped}`
}

/** Runs the steps one after the other, since each keeps all cores busy, and prints what they find. */
export async function runSteps(steps: readonly Step[], print: (line: string) => void): Promise<Tally> {
  let tally = nothing
  for (const step of steps) {
    const started = performance.now()
    const result = await step.run()
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    tally = addTallies(tally, { ...nothing, [result.state]: 1 })
    if (result.state === 'passed') print(`ok       ${step.name} (${step.title}, ${seconds} s)`)
    if (result.state === 'skipped') print(`skipped  ${step.name}: ${result.reason}`)
    if (result.state === 'failed')
      print(`FAILED   ${step.name} (${step.title}, ${seconds} s)\n${indent(result.problems)}`)
  }
  return tally
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `         ${line}`)
    .join('\n')
}
