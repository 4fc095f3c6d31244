// A million names of links that lead nowhere, from fifty addresses, among a hundred thousand links: what is found, what it costs, and what is kept of it.
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRateLimiters } from '../packages/server/src/auth/rate-limiter.ts'
import { systemClock } from '../packages/server/src/base/clock.ts'
import { newId } from '../packages/server/src/base/ids.ts'
import { openLog } from '../packages/server/src/base/log.ts'
import type { Database } from '../packages/server/src/db/database.ts'
import { migrate } from '../packages/server/src/db/migrate.ts'
import { openPglite } from '../packages/server/src/db/pglite.ts'
import { openPostgres } from '../packages/server/src/db/postgres.ts'
import { collectGarbage } from '../packages/server/src/http/testing/collect-garbage.ts'
import { selectNamed } from '../packages/server/src/sharing/find.ts'
import { openShareLimits, WaitError } from '../packages/server/src/sharing/limits.ts'
import { createPasses } from '../packages/server/src/sharing/passes.ts'
import { createRemembered } from '../packages/server/src/sharing/remembered.ts'
import { newShareName } from '../packages/server/src/sharing/share-name.ts'
import { createVisits, type Visits } from '../packages/server/src/sharing/visits.ts'
import { startPostgres } from '../tools/test-setup/postgres-server.ts'
import { databaseTime } from './database-time.ts'
import { report } from './figures.ts'

const guesses = 1_000_000
const links = 100_000
const addresses = 50
const allowed = 100
const atOnce = 100

/** Links to pictures that are erased cost a guess as much as any other. @returns the name of one */
async function fill({ db, boss }: Database): Promise<string> {
  const userId = newId()
  await db.insertInto('users').values({ id: userId, name: 'Bench', role: 'user' }).execute()
  await boss.executeSql(`
    insert into shares (id, user_id, kind, name, download, prompt, listed)
    select gen_random_uuid(), '${userId}'::uuid, 'image', md5(n::text), true, false, false
    from generate_series(1, ${links}) as n`)
  await boss.executeSql('vacuum analyze shares')
  const { name } = await db.selectFrom('shares').select('name').limit(1).executeTakeFirstOrThrow()
  return name
}

function openVisits({ db }: Database): Visits {
  return createVisits({
    db,
    log: openLog('silent'),
    passes: createPasses(randomBytes(32), systemClock),
    limits: openShareLimits(createRateLimiters(db), 1),
    verifyPassword: async () => false,
    remembered: createRemembered(() => Date.now()),
    galleryIsOn: () => false,
    cdnUrl: null,
  })
}

/** What one look-up reads, as the database itself tells. */
async function lookUp({ db, boss }: Database, name: string): Promise<string> {
  const { sql, parameters } = selectNamed(db, name).compile()
  const whole = sql.replaceAll(/\$\d+/g, (place) => `'${String(parameters[Number(place.slice(1)) - 1])}'`)
  const { rows } = await boss.executeSql(`explain (analyze, buffers) ${whole}`)
  const plan = rows.map((row) => String(row['QUERY PLAN'])).join('\n')
  const pages = /Buffers: shared (?:hit=(\d+))?(?: ?read=(\d+))?/.exec(plan)
  const scan = /Index Scan using \w+/.exec(plan)?.[0] ?? 'no index'
  return `${scan}, ${Number(pages?.[1] ?? 0) + Number(pages?.[2] ?? 0)} pages`
}

const guessAt = (n: number): string => (n % 2 === 0 ? newShareName('fox') : `sdxl_${randomUUID()}.png`)

/** @returns what became of a guess */
async function guess(visits: Visits, n: number): Promise<string> {
  const visitor = { address: `203.0.113.${n % addresses}`, agent: '', passes: [], counts: 'visit' } as const
  try {
    return (await visits.enter({ name: guessAt(n), want: n % 4 < 2 ? 'page' : 'named' }, visitor)).state
  } catch (error) {
    if (error instanceof WaitError) return 'too many'
    throw error
  }
}

function memory(): string {
  collectGarbage()
  const { heapUsed, rss } = process.memoryUsage()
  return `${(heapUsed / 2 ** 20).toFixed(0)} MB of heap, ${(rss / 2 ** 20).toFixed(0)} MB in all`
}

async function benchOn(database: Database): Promise<void> {
  const { kind } = database
  await migrate(database)
  const visits = openVisits(database)
  const name = await fill(database)
  report(`${kind}: one look-up, of a name that is there`, await lookUp(database, name))
  report('  and of one that is not', await lookUp(database, guessAt(0)))
  const outcomes = new Map<string, number>()
  // Opens every connection, so that the time of each is counted.
  await Promise.all(Array.from({ length: atOnce }, (_, n) => selectNamed(database.db, guessAt(n)).execute()))
  const clock = await databaseTime(database)
  const [usedBefore, from] = [await clock(), performance.now()]
  for (let n = 0; n < guesses; n += atOnce) {
    const states = await Promise.all(Array.from({ length: atOnce }, (_, more) => guess(visits, n + more)))
    for (const state of states) outcomes.set(state, (outcomes.get(state) ?? 0) + 1)
    if (n + atOnce === guesses / 10) report('  memory after a tenth', memory())
  }
  const [used, ms] = [(await clock()) - usedBefore, performance.now() - from]
  report('  memory after all', memory(), 'as after a tenth')
  const words = [...outcomes].map(([state, count]) => `${count} × ${state}`).join(', ')
  report('  a million guesses', words, `${allowed * addresses} × absent, none open`)
  report(
    '  processor time of the database for each',
    `${(used / guesses).toFixed(3)} ms; ${((1000 * guesses) / ms).toFixed(0)} a second`,
  )
  const { count } = await database.db
    .selectFrom('rate_limits')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  report('  rows that are kept of them', String(count), String(addresses))
  await database.close()
}

export async function benchGuesses(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'easel-bench-'))
  try {
    await benchOn(await openPglite(join(folder, 'db')))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const postgres = await startPostgres()
  try {
    await benchOn(await openPostgres(postgres.url, openLog('error')))
  } finally {
    await postgres.stop()
  }
}
