import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../processes.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-tally-'))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(root, 'node_modules', 'vitest'), join(folder, 'node_modules', 'vitest'), 'junction')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function runTests(body: string): unknown {
  const imports = `import { beforeAll, describe, expect, it } from 'vitest'\n`
  writeFileSync(join(folder, 'a.test.js'), imports + body)
  const report = join(folder, 'report.json')
  const env = { ...process.env, VITEST: undefined, NODE_ENV: undefined }
  const ran = spawnSync(process.execPath, [join(import.meta.dirname, 'vitest-run.ts'), report], { cwd: folder, env })
  return { code: ran.status, report: existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null }
}

describe('the tally of a test run', () => {
  it('counts what passed and failed', () => {
    expect(runTests(`it('a', () => {}); it('b', () => {}); it('c', () => expect(1).toBe(2))`)).toEqual({
      code: 1,
      report: { passed: 2, failed: 1, skipped: 0, skips: [] },
    })
  })

  it('names a skipped test with its reason', () => {
    expect(runTests(`it('a', () => {}); it('b', (context) => context.skip('no browser here'))`)).toEqual({
      code: 0,
      report: { passed: 1, failed: 0, skipped: 1, skips: [expect.stringMatching(/a\.test\.js > b: no browser here$/)] },
    })
  })

  it('counts a test that is skipped without a reason as failed', () => {
    expect(runTests(`it('a', () => {}); it.skip('b', () => {})`)).toMatchObject({
      report: { passed: 1, failed: 1, skipped: 0 },
    })
  })

  it('counts a file that does not load as failed', () => {
    expect(runTests(`throw new Error('no')`)).toMatchObject({ code: 1, report: { passed: 0, failed: 1 } })
  })

  it('counts a group that cannot be set up as failed, and its tests as skipped for that reason', () => {
    const body = `describe('g', () => { beforeAll(() => { throw new Error('no') }); it('a', () => {}) })`
    expect(runTests(body)).toMatchObject({
      report: { passed: 0, failed: 1, skipped: 1, skips: [expect.stringContaining('its group could not be set up')] },
    })
  })

  it('counts an error outside of the tests as failed', () => {
    expect(
      runTests(
        `it('a', () => void setTimeout(() => { throw new Error('late') }, 0)); it('b', () => new Promise((done) => setTimeout(done, 50)))`,
      ),
    ).toMatchObject({
      code: 1,
      report: { passed: 2, failed: 1 },
    })
  })
})
