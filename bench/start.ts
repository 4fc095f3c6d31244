// How long until Easel is ready, and what it holds in memory when nobody does anything.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startEasel, type EaselProcess } from '../test/faults/easel-process.ts'
import { milliseconds, quantile, report } from './figures.ts'

const rounds = 5
const idleMs = 5000
const root = join(import.meta.dirname, '..')

async function timed(start: () => Promise<EaselProcess>): Promise<number> {
  const from = performance.now()
  const easel = await start()
  const took = performance.now() - from
  await easel.stop()
  return took
}

async function inFreshFolder<T>(work: (data: string) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(tmpdir(), 'easel-bench-'))
  try {
    return await work(data)
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

/** `npm start` as people run it, but for npm itself. */
async function timeWholeStart(data: string): Promise<number> {
  const from = performance.now()
  const env = { ...process.env, EASEL_DATA: data, EASEL_PORT: '0' }
  const child = spawn(process.execPath, [join(root, 'tools/run.mjs'), 'start'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (said.includes('Easel is ready')) break
  }
  const took = performance.now() - from
  child.kill('SIGTERM')
  await once(child, 'close')
  return took
}

async function memoryOf(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null)
  const kilobytes = status === null ? null : /^VmRSS:\s+(\d+)/m.exec(status)?.[1]
  return kilobytes === null || kilobytes === undefined ? null : Number(kilobytes) / 1024
}

async function repeat(work: () => Promise<number>): Promise<string> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) times.push(await work())
  return `p50 ${milliseconds(quantile(times, 0.5))}, best ${milliseconds(Math.min(...times))}`
}

export async function benchStart(): Promise<void> {
  const withoutTemplate = { EASEL_DATABASE_TEMPLATE: '' }
  report(
    'first start, database made',
    milliseconds(await inFreshFolder((data) => timed(() => startEasel({ data, settings: withoutTemplate })))),
  )
  report('first start, database copied', await repeat(() => inFreshFolder((data) => timed(() => startEasel({ data })))))
  await inFreshFolder(async (data) => {
    await timed(() => startEasel({ data }))
    report('later start', await repeat(() => timed(() => startEasel({ data }))))
    report('later start by npm start', await repeat(() => timeWholeStart(data)), '< 2 s')
    const easel = await startEasel({ data })
    await delay(idleMs)
    const megabytes = await memoryOf(easel.pid)
    if (megabytes !== null) report('memory when idle', `${megabytes.toFixed(0)} MB`)
    await easel.stop()
  })
}
