import { writeFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import type { Tally } from '../check/step.ts'

/** What a run of vitest leaves for `npm test`. */
interface TestReport extends Tally {
  /** One line for each skipped test: its name and why. */
  readonly skips: readonly string[]
}

/** A reporter that writes the counts to a file. Files that do not load and errors outside of tests count as failures. */
export function tallyReporter(file: string): Reporter {
  return {
    onTestRunEnd: (modules, unhandledErrors) => {
      writeFileSync(file, JSON.stringify(report(modules, unhandledErrors.length)))
    },
  }
}

function report(modules: readonly TestModule[], unhandled: number): TestReport {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  const states = tests.map((test) => ({ test, state: test.result().state }))
  const withoutReason = states.filter(({ test, state }) => state === 'skipped' && reasonFor(test) === null)
  const broken = modules.flatMap(failuresOutsideTests).length
  const count = (wanted: string): number => states.filter(({ state }) => state === wanted).length
  return {
    passed: count('passed'),
    // A test that never came to an end, and one that is skipped and does not say why, have not passed.
    failed: count('failed') + count('pending') + withoutReason.length + broken + unhandled,
    skipped: count('skipped') - withoutReason.length,
    skips: states
      .filter(({ state }) => state === 'skipped')
      .map(({ test }) => `${nameOf(test)}: ${reasonFor(test) ?? 'no reason given, so it counts as failed'}`),
  }
}

/** A file that does not load and a group whose set-up fails have errors of their own, beside those of their tests. */
function failuresOutsideTests(module: TestModule): readonly (TestModule | TestSuite)[] {
  return [module, ...module.children.allSuites()].filter((group) => group.errors().length > 0)
}

function reasonFor(test: TestCase): string | null {
  const result = test.result()
  if (result.state === 'skipped' && result.note !== undefined) return result.note
  return groupsOf(test).some((group) => group.errors().length > 0) ? 'its group could not be set up' : null
}

function groupsOf(test: TestCase): readonly (TestModule | TestSuite)[] {
  const groups: (TestModule | TestSuite)[] = []
  let parent: TestModule | TestSuite = test.parent
  for (; parent.type === 'suite'; parent = parent.parent) groups.push(parent)
  return [...groups, parent]
}

function nameOf(test: TestCase): string {
  return `${test.project.name} ${test.module.relativeModuleId} > ${test.fullName}`
}
