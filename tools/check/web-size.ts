import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { resultOf, type Step, type StepResult } from './step.ts'

/** What a first visit may cost: the scripts that index.html names, and all scripts together, in bytes after gzip. */
const budget = { first: 210_000, all: 402_000 }

/** Fails when the built web app has outgrown its budget. */
export function webSizeStep(root: string): Step {
  const dist = join(root, 'packages', 'web', 'dist')
  return {
    name: 'web size',
    title: `scripts after gzip: ${budget.first / 1000} kB at first, ${budget.all / 1000} kB in all`,
    run: () => Promise.resolve(measure(dist)),
  }
}

function measure(dist: string): StepResult {
  const page = join(dist, 'index.html')
  if (!existsSync(page)) return { state: 'skipped', reason: 'packages/web/dist is not built (npm start builds it)' }
  const html = readFileSync(page, 'utf8')
  const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => /\.m?js$/.test(name))
  const sizes = scripts.map((name) => ({
    name: name.replaceAll('\\', '/'),
    bytes: gzipSync(readFileSync(join(dist, name)), { level: 9 }).length,
  }))
  const first = total(sizes.filter((script) => html.includes(script.name)))
  const all = total(sizes)
  return resultOf([
    ...(sizes.length === 0 ? ['packages/web/dist has no scripts'] : []),
    ...(first > budget.first ? [`the scripts of index.html weigh ${first} bytes, the budget is ${budget.first}`] : []),
    ...(all > budget.all ? [`all scripts weigh ${all} bytes, the budget is ${budget.all}`] : []),
  ])
}

function total(sizes: readonly { readonly bytes: number }[]): number {
  return sizes.reduce((sum, script) => sum + script.bytes, 0)
}
