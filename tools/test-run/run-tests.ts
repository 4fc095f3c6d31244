import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { addTallies, nothing, type Tally } from '../check/step.ts'
import { root, runShown } from '../processes.ts'
import { makeTestFolder } from './test-folder.ts'

const Report = z.object({ passed: z.int(), failed: z.int(), skipped: z.int(), skips: z.array(z.string()) })

/** Runs vitest on the given paths (all tests without any), shows its output, and counts. */
export async function runTests(args: readonly string[]): Promise<Tally> {
  const folder = makeTestFolder()
  const reportFile = join(folder, 'report.json')
  try {
    // Every file runs in a process of its own: what one has compiled of the libraries, the others need not.
    const env = { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: join(root, '.cache/compiled') }
    const code = await runShown([join(import.meta.dirname, 'vitest-run.ts'), reportFile, ...args], env)
    const report = readReport(reportFile)
    if (report === null) {
      console.log(`vitest ended with ${code} before it had a result.`)
      return { ...nothing, failed: 1 }
    }
    for (const skip of report.skips) console.log(`skipped  ${skip}`)
    const hidden = code !== 0 && report.failed === 0
    if (hidden) console.log(`vitest ended with ${code} although no test failed.`)
    return addTallies(report, { ...nothing, failed: hidden ? 1 : 0 })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function readReport(file: string): z.infer<typeof Report> | null {
  try {
    return Report.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return null
  }
}
