// An Easel with an account and keys to it, and a terminal that knows nothing but what a test says.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { routes, type Scope } from '@easel/contract'
import { startEasel, type EaselProcess } from '../faults/easel-process.ts'

export const cli = join(import.meta.dirname, '../../packages/cli/src/easel.ts')

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Run {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** Another Node.js than the one that runs the tests. */
  readonly node?: string
}

/** Runs a program of Node.js to its end. */
export async function runNode(
  args: readonly string[],
  { env = {}, input = '', cwd, node = process.execPath }: Run = {},
): Promise<Ran> {
  const { PATH, NODE_COMPILE_CACHE = '' } = process.env
  const child = spawn(node, args, {
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (part: Buffer) => (out += part.toString()))
  child.stderr.on('data', (part: Buffer) => (err += part.toString()))
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code: typeof code === 'number' ? code : null, out, err }
}

export interface Place {
  readonly easel: EaselProcess
  readonly address: string
  /** Empty at first. */
  readonly folder: string
  /** The terminal's own, where `easel login` keeps things. */
  readonly config: string
  key(...scopes: readonly Scope[]): Promise<string>
  /** Runs `easel …`, in the empty folder. */
  run(args: readonly string[], more?: Run): Promise<Ran>
  close(): Promise<void>
}

/** In accounts mode, with the administrator's account. */
export async function openPlace(): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), 'easel-terminal-'))
  const config = mkdtempSync(join(tmpdir(), 'easel-config-'))
  const data = mkdtempSync(join(tmpdir(), 'easel-data-'))
  const easel = await startEasel({ data, settings: { EASEL_AUTH: 'accounts', EASEL_LOG: 'warn' } })
  const address = easel.address ?? ''
  const post = async (path: string, body: object, cookie = '') =>
    await fetch(new URL(path, address), {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie },
      body: JSON.stringify(body),
    })
  const person = { name: 'Ada', email: 'ada@example.com', password: 'a fox in the snow' }
  const signedIn = await post('/api/auth/setup', person)
  if (!signedIn.ok) throw new Error(`Setting up answered ${signedIn.status}: ${await signedIn.text()}`)
  const cookie = signedIn.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return {
    easel,
    address,
    folder,
    config,
    async key(...scopes) {
      const made = await post('/api/me/keys', { name: 'Terminal', scopes }, cookie)
      return routes.createApiKey.response.parse(await made.json()).data.key
    },
    run: (args, { env = {}, ...more } = {}) =>
      runNode([cli, ...args], { cwd: folder, env: { XDG_CONFIG_HOME: config, HOME: config, ...env }, ...more }),
    async close() {
      await easel.stop()
      for (const one of [folder, config, data]) rmSync(one, { recursive: true, force: true })
    },
  }
}
