import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { webSizeStep } from './web-size.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'easel-web-size-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const shared = {
  'share/share.ts': { file: 'assets/share.js', imports: ['_part.js'], dynamicImports: ['share/large.ts'] },
  '_part.js': { file: 'assets/part.js' },
  'share/large.ts': { file: 'assets/large.js', imports: ['_part.js', 'share/share.ts'] },
}

function build(scripts: Readonly<Record<string, number>>, manifest: unknown = shared): void {
  const dist = join(root, 'packages/web/dist')
  mkdirSync(join(dist, 'assets'), { recursive: true })
  mkdirSync(join(dist, '.vite'))
  writeFileSync(join(dist, '.vite', 'manifest.json'), JSON.stringify(manifest))
  writeFileSync(join(dist, 'index.html'), '<script src="/assets/main.js"></script>')
  for (const [name, size] of Object.entries(scripts)) writeFileSync(join(dist, 'assets', name), randomBytes(size))
}

describe('web size', () => {
  it('is skipped with a reason before the app is built', async () => {
    expect(await webSizeStep(root).run()).toMatchObject({ state: 'skipped' })
  })

  it('passes within the budget', async () => {
    build({ 'main.js': 100_000, 'later.js': 100_000 })
    expect(await webSizeStep(root).run()).toEqual({ state: 'passed' })
  })

  it('fails when the first scripts are too heavy, which gzip cannot help', async () => {
    build({ 'main.js': 270_000 })
    expect(await webSizeStep(root).run()).toMatchObject({ problems: expect.stringContaining('scripts of index.html') })
  })

  it('fails when the page of a shared picture is too heavy, with what it loads later', async () => {
    build({ 'main.js': 1000, 'share.js': 9000, 'part.js': 9000, 'large.js': 9000 })
    expect(await webSizeStep(root).run()).toEqual({ state: 'passed' })
    writeFileSync(join(root, 'packages/web/dist/assets/large.js'), randomBytes(13_000))
    expect(await webSizeStep(root).run()).toMatchObject({ problems: expect.stringContaining('a shared picture weigh') })
  })

  it('fails when that page was not built', async () => {
    build({ 'main.js': 1000 }, {})
    expect(await webSizeStep(root).run()).toMatchObject({ problems: expect.stringContaining('does not know') })
  })

  it('fails when all together are too heavy', async () => {
    build({ 'main.js': 100_000, 'later.js': 400_000 })
    expect(await webSizeStep(root).run()).toMatchObject({ problems: expect.stringContaining('all scripts weigh') })
  })
})
