import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { architectureTableProblems } from './architecture-table.ts'
import { decisionProblems } from './decisions.ts'
import { errorTableProblems, writeErrorTable } from './error-table.ts'
import { lintExceptionProblems } from './lint-exceptions.ts'
import { lockFileProblems } from './lock-file.ts'
import { nameProblems } from './names.ts'
import { plugInFolderProblems } from './plug-in-folders.ts'
import { specRuleProblems } from './spec-rules.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'easel-structure-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function plant(...files: readonly (readonly [path: string, text: string])[]): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const storage = 'packages/server/src/storage'
const providers = 'packages/server/src/providers'

describe('plug-in folders', () => {
  it('names every file that a provider or a storage backend lacks', () => {
    plant([`${storage}/disk/storage.ts`, ''], [`${providers}/xai/provider.ts`, ''])
    expect(plugInFolderProblems(root)).toEqual([
      ...[
        'models.ts',
        'options.ts',
        'wire.ts',
        'errors.ts',
        'README.md',
        'contract.test.ts',
        'provider.test.ts',
        '__fixtures__',
      ].map((file) => `${providers}/xai has no ${file}`),
      `${storage}/disk has no contract.test.ts`,
      `${storage}/disk has no README.md`,
    ])
  })

  it('asks nothing of the ports themselves', () => {
    plant([`${storage}/spec/storage.ts`, ''], [`${providers}/kit/http.ts`, ''], [`${providers}/spec/provider.ts`, ''])
    expect(plugInFolderProblems(root)).toEqual([])
  })
})

describe('names', () => {
  it.each(['packages/a/src/index.ts', 'tools/index.mjs', 'packages/web/src/parts/index.tsx'])('refuses %s', (path) => {
    plant([path, ''])
    expect(nameProblems(root)).toEqual([`${path}: there are no index files; name it after its subject`])
  })

  it.each(['packages/a/src/utils.ts', 'packages/a/src/lib/x.ts', 'test/helpers.ts', 'packages/a/src/date-utils.ts'])(
    'refuses %s',
    (path) => {
      plant([path, ''])
      expect(nameProblems(root)).toHaveLength(1)
    },
  )

  it.each(['packages/a/src/library/tags.ts', 'packages/a/src/calibrate.ts', 'packages/web/index.html'])(
    'accepts %s',
    (path) => {
      plant([path, ''])
      expect(nameProblems(root)).toEqual([])
    },
  )
})

describe('decisions', () => {
  const complete = '# T\n\n## Context\n\n## Choice\n\n## What gets harder\n\n## When to revisit\n'

  it('accepts a dated record with its four headings', () => {
    plant(['docs/decisions/2026-11-21-pglite.md', complete])
    expect(decisionProblems(root)).toEqual([])
  })

  it('names what is missing', () => {
    plant(['docs/decisions/2026-11-21-a.md', complete.replace('## Choice', '')], ['docs/decisions/b.md', complete])
    expect(decisionProblems(root)).toEqual([
      'docs/decisions/2026-11-21-a.md has no heading "## Choice"',
      'docs/decisions/b.md: call it YYYY-MM-DD-slug.md',
    ])
  })
})

describe('rules of docs/spec', () => {
  const spec = [
    'docs/spec/storage.md',
    '# Storage\n\n- **ST1** keys\n- ST2: bytes\n### ST3\n| ST4 | a |\nSee ST9 for more.\n',
  ] as const

  it('finds a rule without a test, however it is marked', () => {
    plant(spec, [`${storage}/a.test.ts`, `it('ST1: keys', () => {})`])
    expect(specRuleProblems(root)).toEqual(
      ['ST2', 'ST3', 'ST4'].map((id) => `docs/spec/storage.md: no test is named after rule ${id}`),
    )
  })

  it('takes citations from tests and contract suites, alone and together', () => {
    plant(
      spec,
      [`${storage}/spec/contract-suite.ts`, "it(`ST1, ST2: keys`, () => {})\nconst cases = ['ST3: x']"],
      ['test/whole.test.ts', 'it("ST4: a", () => {})'],
    )
    expect(specRuleProblems(root)).toEqual([])
  })

  it('finds a citation of a rule that there is not', () => {
    plant(['docs/spec/storage.md', 'ST1. keys'], [`${storage}/a.test.ts`, `it('ST1: a'); it('ST7: b'); it('SHA1: c')`])
    expect(specRuleProblems(root)).toEqual([`${storage}/a.test.ts: a test cites ST7, which docs/spec does not have`])
  })
})

describe('exceptions from lint rules', () => {
  it('wants a rule and a reason', () => {
    plant(
      ['packages/a/src/a.ts', '// oxlint-disable-next-line no-console -- it is the output'],
      ['packages/a/src/b.ts', '// oxlint-disable-next-line no-console'],
      ['packages/a/src/c.ts', '// oxlint-disable-next-line -- because'],
    )
    expect(lintExceptionProblems(root).map((problem) => problem.split(':')[0])).toEqual([
      'packages/a/src/b.ts',
      'packages/a/src/c.ts',
    ])
  })
})

describe('docs/errors.md', () => {
  const frame = '# Errors\n\n<!-- the table is made by `npm run fix` -->\n<!-- end of the table -->\n\nMore.\n'

  it('is missing, empty, written, and then right', () => {
    expect(errorTableProblems(root)).toEqual(['docs/errors.md is missing'])
    plant(['docs/errors.md', frame])
    expect(errorTableProblems(root)).toContain('docs/errors.md does not list the code not-found: run `npm run fix`')
    writeErrorTable(root)
    expect(errorTableProblems(root)).toEqual([])
    expect(readFileSync(join(root, 'docs/errors.md'), 'utf8')).toMatch(/^# Errors\n[^]*\n\nMore\.\n$/)
  })

  it('may not say another status', () => {
    plant(['docs/errors.md', frame])
    writeErrorTable(root)
    plant(['docs/errors.md', readFileSync(join(root, 'docs/errors.md'), 'utf8').replace('| 404 |', '| 410 |')])
    expect(errorTableProblems(root)).toHaveLength(1)
  })
})

describe('the import table of ARCHITECTURE.md', () => {
  const folders = ['base', 'db', 'events'].map((name) => [`packages/server/src/${name}/a.ts`, ''] as const)

  it('may say it in groups, with remarks, and leave out what does not exist', () => {
    plant(...folders, ['ARCHITECTURE.md', '| base | – |\n| db | base; a remark |\n| events, jobs | base, db |\n'])
    expect(architectureTableProblems(root)).toEqual([])
  })

  it('may neither leave out nor invent', () => {
    plant(...folders, ['ARCHITECTURE.md', '| base | db |\n| events | base |\n'])
    expect(architectureTableProblems(root)).toEqual([
      'ARCHITECTURE.md says that base may import db, but tools/lint/import-table.ts does not',
      'ARCHITECTURE.md does not say what db may import',
      'ARCHITECTURE.md does not say that events may import db',
    ])
  })
})

describe('package-lock.json', () => {
  it('has to hold the binaries of every platform', () => {
    const tool = {
      version: '1.0.0',
      optionalDependencies: { '@tool/linux-x64': '1.0.0', '@tool/darwin-arm64': '1.0.0' },
    }
    const packages = { 'node_modules/tool': tool, 'node_modules/@tool/linux-x64': { version: '1.0.0' } }
    plant(['package-lock.json', JSON.stringify({ packages })])
    expect(lockFileProblems(root)).toEqual([
      'package-lock.json lacks @tool/darwin-arm64, which node_modules/tool may need',
    ])
  })
})
