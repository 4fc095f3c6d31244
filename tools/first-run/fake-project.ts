import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

interface Finished {
  readonly code: number | null
  readonly output: string
}

/** A small checkout with the real set-up script in it, an npm that only notes what it is asked for, and its traces. */
export interface FakeProject {
  readonly root: string
  write(file: string, text: string): void
  remove(file: string): void
  exists(file: string): boolean
  /** The lines that the fake npm, Vite and scripts left in a file, in order. */
  trace(name: string): readonly string[]
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished>
  start(args: readonly string[], env?: NodeJS.ProcessEnv): ReturnType<typeof spawn>
  dispose(): void
}

export function makeProject(): FakeProject {
  const root = mkdtempSync(join(tmpdir(), 'easel-first-run-'))
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  cpSync(join(import.meta.dirname, '__fixtures__', 'checkout'), root, { recursive: true })
  cpSync(join(import.meta.dirname, '..', 'run.mjs'), join(root, 'tools', 'run.mjs'))
  for (const name of readdirSync(import.meta.dirname).filter((file) => file.endsWith('.mjs'))) {
    write(`tools/first-run/${name}`, readFileSync(join(import.meta.dirname, name), 'utf8'))
  }
  // Nothing of the machine's own: no npm, no browser and no settings of whoever runs the tests.
  const environment = { FAKE_ROOT: root, HOME: root, PATH: '', npm_execpath: join(root, 'fake', 'npm-cli.js') }

  const start: FakeProject['start'] = (args, env = {}) =>
    spawn(process.execPath, [join(root, 'tools', 'run.mjs'), ...args], {
      cwd: tmpdir(),
      env: { ...environment, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })

  return {
    root,
    write,
    start,
    remove: (file) => rmSync(join(root, file), { recursive: true, force: true }),
    exists: (file) => existsSync(join(root, file)),
    trace: (name) => {
      const file = join(root, `${name}.trace`)
      return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []
    },
    run: (args, env) =>
      new Promise((resolve, reject) => {
        const child = start(args, env)
        let output = ''
        child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
        child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
        child.on('error', reject)
        child.on('close', (code) => resolve({ code, output: output.trim() }))
      }),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  }
}
