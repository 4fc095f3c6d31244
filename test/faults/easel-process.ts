// Easel as a process of its own, as people run it: started, watched, killed and stopped from outside.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
const serve = join(root, 'packages/server/src/bin/serve.ts')

const LogLine = z.looseObject({ level: z.int(), msg: z.string() })
export type LogLine = z.infer<typeof LogLine>

/** pino's number for `error`; `fatal` is higher. */
const errorLevel = 50

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export interface EaselProcess {
  readonly pid: number
  /** Its address, or null for a process that only works. */
  readonly address: string | null
  readonly log: readonly LogLine[]
  /** Lines of its log that tell of a fault of Easel's, and whatever it wrote to standard error. */
  faults(): readonly string[]
  /** kill -9. Resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM. Resolves with how it ended and after how many milliseconds. */
  stop(): Promise<Ended & { readonly ms: number }>
  readonly ended: Promise<Ended>
}

export interface EaselOptions {
  readonly data: string
  /** Settings beside the data folder; the port is free unless one is given. */
  readonly settings?: Readonly<Record<string, string>>
  /** A program that runs Easel, such as strace, with its arguments. */
  readonly under?: readonly string[]
  /** By default those that spare a process that lives for seconds the work for one that lives for days. */
  readonly nodeOptions?: readonly string[]
}

/** PGlite's code compiled once, not a second time for speed: two thirds of the processor time of a start. */
const shortLived = ['--liftoff-only'] as const

const faultsOf = (log: readonly LogLine[]): readonly string[] =>
  log.filter(({ level }) => level >= errorLevel).map((line) => JSON.stringify(line))

/** Only what a program needs to run: settings of the person who runs the tests must not reach the server under test. */
function environment({ data, settings }: EaselOptions): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, SystemRoot, EASEL_DATABASE_TEMPLATE, NODE_COMPILE_CACHE } = process.env
  const template = EASEL_DATABASE_TEMPLATE === undefined ? {} : { EASEL_DATABASE_TEMPLATE }
  const compiled = NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }
  return { PATH, HOME, TMPDIR, SystemRoot, ...template, ...compiled, EASEL_DATA: data, EASEL_PORT: '0', ...settings }
}

function readLog(child: ChildProcess) {
  const log: LogLine[] = []
  const words: string[] = []
  let errors = ''
  const told = Promise.withResolvers<string | null>()
  if (child.stdout === null || child.stderr === null) throw new Error('The process has no output')
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => {
    const ready = /^Easel is ready: (\S+)$/.exec(line)
    if (ready?.[1] !== undefined) told.resolve(ready[1])
    else if (line === 'Easel is working.') told.resolve(null)
    // What a first start with accounts says, once.
    else if (line.startsWith("Make the administrator's account: ")) return
    else if (line.startsWith('{')) log.push(LogLine.parse(JSON.parse(line)))
    else words.push(line)
  })
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  return { log, words, told, errors: () => errors }
}

/** Runs Easel until it says that it is ready, or ends. */
async function launch(options: EaselOptions, kill?: AbortSignal) {
  const { under = [], nodeOptions = shortLived } = options
  const [program, ...args] = [...under, process.execPath, ...nodeOptions, serve]
  // A folder without an `.env` of somebody's.
  const child = spawn(program, args, {
    cwd: import.meta.dirname,
    env: environment(options),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killAtExit = (): void => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  kill?.addEventListener('abort', killAtExit)
  const output = readLog(child)
  const started = performance.now()
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    process.off('exit', killAtExit)
    return { code, signal }
  })
  const first = await Promise.race([output.told.promise.then((address) => ({ address })), ended])
  return { child, output, ended, first, startMs: performance.now() - started }
}

/** Starts Easel and waits until it is ready. @throws with its last words when it ends before that */
export async function startEasel(options: EaselOptions): Promise<EaselProcess> {
  const { child, output, ended, first } = await launch(options)
  if (!('address' in first)) throw new Error(`Easel ended with ${first.code ?? first.signal}: ${output.errors()}`)
  return {
    pid: child.pid ?? 0,
    address: first.address,
    log: output.log,
    ended,
    faults: () => [...faultsOf(output.log), ...output.words, ...(output.errors() === '' ? [] : [output.errors()])],
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      const from = performance.now()
      child.kill('SIGTERM')
      return { ...(await ended), ms: performance.now() - from }
    },
  }
}

/** Starts Easel and kills it after so many milliseconds, ready or not. @returns what it had to complain about until then */
export async function killWhileStarting(options: EaselOptions, afterMs: number): Promise<readonly string[]> {
  const kill = new AbortController()
  setTimeout(() => kill.abort(), afterMs)
  const { output, ended } = await launch(options, kill.signal)
  await ended
  return [...faultsOf(output.log), ...output.words]
}

/** Starts Easel where it cannot run. @returns how it ended and what it said */
export async function startInVain(options: EaselOptions): Promise<Ended & { readonly said: string }> {
  const { child, output, ended, first } = await launch(options)
  if ('address' in first) {
    child.kill('SIGKILL')
    await ended
    throw new Error('Easel started although it should not have')
  }
  return { ...first, said: output.errors() }
}
