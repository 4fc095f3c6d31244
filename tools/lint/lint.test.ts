import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lintSteps } from '../check/lint.ts'
import type { StepResult } from '../check/step.ts'
import { root } from '../processes.ts'

const server = 'packages/server/src'
const web = 'packages/web/src'
const lines = (count: number): string =>
  Array.from({ length: count }, (_, n) => `export const line${n} = ${n}`).join('\n')

/** Files that break one rule each: path, text, the rule, and a word of the message where the rule alone says too little. */
const violations: readonly (readonly [path: string, text: string, rule: string, says?: string])[] = [
  // The import table
  [`${server}/library/a.ts`, `import '#generation/run.ts'`, 'no-restricted-imports', 'base, db, events, media'],
  [`${server}/base/b.ts`, `import '#db/rows.ts'`, 'no-restricted-imports', 'nothing of ours'],
  [`${server}/http/routes/c.ts`, `import '#storage/disk/storage.ts'`, 'no-restricted-imports', 'http may import'],
  [
    `${server}/library/d.ts`,
    `import { serve } from '#bin/serve.ts'\nserve()`,
    'no-restricted-imports',
    'Nobody imports bin',
  ],
  [
    `${server}/library/e.ts`,
    `import type { Serve } from '#bin/serve.ts'\nexport type E = Serve`,
    'no-restricted-imports',
  ],
  [`${server}/library/f.ts`, `import '../base/ids.ts'`, 'no-restricted-imports', 'stays inside'],
  [`${server}/http/routes/g.ts`, `import '../../base/ids.ts'`, 'no-restricted-imports', 'stays inside'],
  [`${server}/library/h.test.ts`, `import '../base/ids.ts'`, 'no-restricted-imports', 'stays inside'],
  [`${server}/providers/openai/i.ts`, `import '../xai/wire.ts'`, 'no-restricted-imports', 'stands alone'],
  [`${server}/providers/openai/j.ts`, `import '#providers/xai/wire.ts'`, 'no-restricted-imports', 'providers/kit'],
  [`${server}/providers/spec/k.ts`, `import '../kit/http.ts'`, 'no-restricted-imports', 'stands alone'],
  [`${server}/storage/disk/l.ts`, `import '../memory/storage.ts'`, 'no-restricted-imports', 'stands alone'],
  [`${server}/db/m.ts`, `import { Image } from '@easel/contract'\nImage()`, 'no-restricted-imports', 'contract'],
  [`${server}/library/n.ts`, `import 'sharp'`, 'no-restricted-imports', 'Only media'],
  [`${server}/generation/o.ts`, `import 'pg-boss'`, 'no-restricted-imports', 'Only jobs'],
  [`${server}/providers/openai/o2.ts`, `import 'openai'`, 'no-restricted-imports', 'Only tests'],
  [`${server}/library/p.ts`, `import '#db/testing.ts'`, 'no-restricted-imports', 'Only tests'],
  [`${server}/providers/openai/p2.ts`, `import '../spec/contract-suite.ts'`, 'no-restricted-imports', 'Only tests'],
  [`${server}/library/p3.ts`, `import 'vitest'`, 'no-restricted-imports', 'Only tests'],
  [`${web}/parts/q.ts`, `import '#data/client.ts'`, 'no-restricted-imports', 'parts may import'],
  [`${web}/screens/studio/r.ts`, `import '#app/router.ts'`, 'no-restricted-imports', 'screens may import'],
  [`${server}/jobs/s1.ts`, `import { b } from './s2.ts'\nexport const a = () => b`, 'no-cycle'],
  [`${server}/jobs/s2.ts`, `import { a } from './s1.ts'\nexport const b = () => a`, 'no-cycle'],
  // Habits
  [`${server}/admin/a.ts`, `export default 1`, 'no-default-export'],
  [`${server}/admin/camelCase.ts`, `export {}`, 'filename-case'],
  [`${server}/admin/b.ts`, `import { B } from './types.ts'\nexport const b: B = 1`, 'consistent-type-imports'],
  [`${server}/admin/c.ts`, `export const c = (value: any) => value`, 'no-explicit-any'],
  [`${server}/admin/d.ts`, `export const d = (value?: string) => value!`, 'no-non-null-assertion'],
  [`${server}/admin/e.ts`, `export const e = (value: unknown) => value as string`, 'consistent-type-assertions'],
  [`${server}/admin/f.ts`, `export const f = process.env.HOME`, 'no-process-env'],
  [`${server}/admin/g.ts`, `export const g = () => {\n  throw new Error('x')\n}`, 'no-plain-error'],
  [`${server}/admin/h.ts`, lines(401), 'max-lines'],
  [`${server}/admin/i.test.ts`, lines(601), 'max-lines'],
  [`${server}/admin/j.ts`, `export function j() {\n${'  Math.random()\n'.repeat(80)}}`, 'max-lines-per-function'],
  [`${server}/admin/k.ts`, `export const k = (a: 1, b: 2, c: 3, d: 4) => [a, b, c, d]`, 'max-params'],
  [`${server}/admin/l.ts`, `console.log('l')`, 'no-console'],
  [`${server}/admin/m.ts`, `export const m = () => {\n  Promise.resolve(1)\n}`, 'no-floating-promises'],
  [`${server}/admin/n.ts`, `export const n = [1].filter(async () => true)`, 'no-misused-promises'],
  [`${server}/admin/o.ts`, `export const o = async () => {\n  await 1\n}`, 'await-thenable'],
  [`${server}/admin/p.test.ts`, `import { it } from 'vitest'\nit.only('p', () => {})`, 'no-focused-tests'],
  [`${server}/admin/q.test.ts`, `import { it } from 'vitest'\nit.skip('q', () => {})`, 'no-disabled-tests'],
  [`${server}/admin/r.ts`, `// oxlint-disable-next-line no-console -- none here\nexport const r = 1`, 'oxlint'],
  [`${server}/admin/s.ts`, `// @ts-ignore\nexport const s = 1`, 'ban-ts-comment'],
  [`${server}/admin/t.ts`, `// TODO: finish\nexport const t = 1`, 'no-warning-comments'],
]

/** Files that look much like the ones above and are right. */
const innocents: readonly (readonly [path: string, text: string])[] = [
  [`${server}/library/ok-1.ts`, `import type { Run } from '#generation/run.ts'\nexport type R = Run`],
  [`${server}/library/ok-2.ts`, `import '#db/rows.ts'\nimport '@easel/contract'\nimport './ok-1.ts'`],
  [`${server}/library/tags/ok-3.ts`, `import '../ok-1.ts'`],
  [`${server}/library/ok-4.test.ts`, `import '#bin/serve.ts'\nimport '#db/testing.ts'\nimport 'sharp'`],
  [`${server}/providers/openai/ok-5.ts`, `import '../kit/http.ts'\nimport '#providers/spec/provider.ts'`],
  [`${server}/storage/disk/ok-6.ts`, `import '../spec/storage.ts'\nimport '#base/ids.ts'`],
  [`${server}/media/ok-7.ts`, `import 'sharp'`],
  [`${server}/bin/ok-8.ts`, `import '#generation/run.ts'\nimport '#storage/disk/storage.ts'\nconsole.log('ready')`],
  [`${server}/config/ok-9.ts`, `export const home = process.env.HOME`],
  [`${server}/base/ok-10.ts`, `export const fail = () => {\n  throw new Error('x')\n}`],
  [`${server}/admin/ok-11.ts`, `export const three = [1, 2, 3] as const`],
  [`${server}/admin/ok-12.test.ts`, lines(401)],
  [`${server}/admin/ok-13.ts`, `// oxlint-disable-next-line no-console -- shown once\nconsole.log('x')`],
  ['packages/web/ok.config.ts', `export default {}`],
]

let folder = ''
let found: readonly string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-lint-'))
  for (const name of ['oxlint.config.ts', 'tsconfig.base.json', 'tools/lint', 'packages/server/tsconfig.json']) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  // Only the linter itself: it would look into a whole node_modules that is a link.
  mkdirSync(join(folder, 'node_modules'))
  for (const name of ['oxlint', '.bin', '@types', 'undici-types']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction')
  }
  writeFileSync(join(folder, '.gitignore'), 'node_modules\n')
  for (const [path, text] of [...violations, ...innocents]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `${text}\n`)
  }
  const { lint, imports } = lintSteps(folder)
  found = [...problemsOf(await lint.run()), ...problemsOf(await imports.run())]
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const about = (path: string): readonly string[] =>
  found.filter((line) => line.startsWith(`${path}:`) || line.startsWith(`${path} `))

describe('the linter', () => {
  it('reads the planted checkout', () => {
    expect(found.filter((line) => line.includes('tsconfig') || !line.includes(':'))).toEqual([])
  })

  it.each(violations)('finds in %s what is wrong: %#', (path = '', _text = '', rule = '', says = '') => {
    const own = about(path)
    expect(own.filter((line) => line.includes(`${rule})]`) || line.endsWith(`[${rule}]`))).not.toEqual([])
    expect(own.join('\n')).toContain(says)
  })

  it.each(innocents)('has nothing against %s', (path) => {
    expect(about(path)).toEqual([])
  })
})

function problemsOf(result: StepResult): readonly string[] {
  return result.state === 'failed' ? result.problems.split('\n') : []
}
