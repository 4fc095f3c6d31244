import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { resultOf, type Step, type StepResult } from './step.ts'

/**
 * What a visit may cost, in bytes after gzip: the scripts that index.html names, all scripts of the app together, and everything that the page of a
 * shared picture may come to load.
 */
const budget = { first: 210_000, all: 461_000, share: 30_000 }
/** As the manifest calls it. */
const shareEntry = 'share/share.ts'

const Manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    imports: z.array(z.string()).default([]),
    dynamicImports: z.array(z.string()).default([]),
  }),
)
type Manifest = z.infer<typeof Manifest>

/** Fails when the built web app has outgrown its budget. */
export function webSizeStep(root: string): Step {
  const dist = join(root, 'packages', 'web', 'dist')
  return {
    name: 'web size',
    title: `scripts after gzip: ${budget.first / 1000} kB at first, ${budget.all / 1000} kB in all, ${budget.share / 1000} kB of a shared picture`,
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
  const shared = shareScripts(dist)
  const all = total(sizes.filter((script) => !shared.has(script.name)))
  const share = total(sizes.filter((script) => shared.has(script.name)))
  return resultOf([
    ...(sizes.length === 0 ? ['packages/web/dist has no scripts'] : []),
    ...(first > budget.first ? [`the scripts of index.html weigh ${first} bytes, the budget is ${budget.first}`] : []),
    ...(all > budget.all ? [`all scripts weigh ${all} bytes, the budget is ${budget.all}`] : []),
    ...(shared.size === 0 ? ['the manifest of packages/web/dist does not know the page of a shared picture'] : []),
    ...(share > budget.share
      ? [`the scripts of a shared picture weigh ${share} bytes, the budget is ${budget.share}`]
      : []),
  ])
}

/** The scripts that the page of a shared picture loads, at once or later. */
function shareScripts(dist: string): ReadonlySet<string> {
  const path = join(dist, '.vite', 'manifest.json')
  const manifest = existsSync(path) ? Manifest.parse(JSON.parse(readFileSync(path, 'utf8'))) : {}
  const files = new Set<string>()
  addScripts(manifest, shareEntry, files)
  return files
}

function addScripts(manifest: Manifest, name: string, files: Set<string>): void {
  const chunk = manifest[name]
  if (chunk === undefined || files.has(chunk.file)) return
  files.add(chunk.file)
  for (const other of [...chunk.imports, ...chunk.dynamicImports]) addScripts(manifest, other, files)
}

function total(sizes: readonly { readonly bytes: number }[]): number {
  return sizes.reduce((sum, script) => sum + script.bytes, 0)
}
