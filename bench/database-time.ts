// Processor time that the database uses: unlike what passes on the clock, it is the same however busy the machine is.
import { readdir, readFile } from 'node:fs/promises'
import type { Database } from '../packages/server/src/db/database.ts'
import { milliseconds, quantile, spread } from './figures.ts'

/** Milliseconds that a process or a thread has been on a processor; 0 where the system does not tell. */
async function onProcessor(path: string): Promise<number> {
  const stat = await readFile(`${path}/schedstat`, 'utf8').catch(() => '0')
  return Number(stat.split(' ')[0]) / 1e6
}

/** The thread that the embedded database works in, the only one of its name. */
async function databaseThread(): Promise<string[]> {
  const threads = '/proc/self/task'
  const found: string[] = []
  for (const id of await readdir(threads).catch(() => [])) {
    const path = `${threads}/${id}`
    if ((await readFile(`${path}/comm`, 'utf8').catch(() => '')).trim() === 'WorkerThread') found.push(path)
  }
  return found
}

async function pathsOf({ kind, boss }: Database): Promise<string[]> {
  if (kind === 'pglite') return await databaseThread()
  const { rows } = await boss.executeSql(`select pid from pg_stat_activity where application_name = 'easel'`)
  return rows.map(({ pid }) => `/proc/${String(pid)}`)
}

/** Of PostgreSQL the processes that work for Easel, of the embedded database its thread. */
export async function databaseTime(database: Database): Promise<() => Promise<number>> {
  const paths = await pathsOf(database)
  return async () => (await Promise.all(paths.map(onProcessor))).reduce((sum, one) => sum + one, 0)
}

export interface Times {
  /** Milliseconds, one for each round. */
  readonly passed: readonly number[]
  readonly used: readonly number[]
}

/** The first ones read pages, plan, and have the code made fast. */
const warmUp = 20
export const rounds = 120

/** Does the same thing again and again. */
export async function times(database: Database, work: (round: number) => Promise<unknown>): Promise<Times> {
  const passed: number[] = []
  const used: number[] = []
  for (let round = 0; round < rounds; round++) {
    const clock = await databaseTime(database)
    const before = await clock()
    const from = performance.now()
    await work(round)
    passed.push(performance.now() - from)
    used.push((await clock()) - before)
  }
  return { passed: passed.slice(warmUp), used: used.slice(warmUp) }
}

export const p95 = ({ passed, used }: Times): string =>
  `p50 ${milliseconds(quantile(passed, 0.5))}, p95 ${milliseconds(quantile(passed, 0.95))}; processor p50 ${milliseconds(quantile(used, 0.5))}, p95 ${milliseconds(quantile(used, 0.95))}`

export const p99 = ({ passed, used }: Times): string => `${spread(passed)}; processor ${spread(used)}`
