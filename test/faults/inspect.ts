// Opens the data folder of a server that has ended and compares everything in it with everything else.
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { openLog } from '../../packages/server/src/base/log.ts'
import type { Database, Db } from '../../packages/server/src/db/database.ts'
import { openPglite } from '../../packages/server/src/db/pglite.ts'
import { createEvents } from '../../packages/server/src/events/log.ts'
import { sweep, type SweepReport } from '../../packages/server/src/library/sweep.ts'
import { decodePixels } from '../../packages/server/src/media/pixels.ts'
import { openDiskStorage } from '../../packages/server/src/storage/disk/storage.ts'
import type { Storage } from '../../packages/server/src/storage/spec/storage.ts'

const FoundGeneration = z.object({
  id: z.string(),
  key: z.string().nullable(),
  provider: z.string(),
  state: z.string(),
  n: z.int(),
  /** Why it gave no picture, or too few. */
  reason: z.string().nullable(),
  images: z.int(),
  /** How often the log says that it ended, and as what. */
  ends: z.array(z.string()),
})
export type FoundGeneration = z.infer<typeof FoundGeneration>

export interface Inspection {
  readonly generations: readonly FoundGeneration[]
  readonly images: number
  /** Images that have no thumbnail. */
  readonly underived: number
  /** Images that the log announces never or more than once. */
  readonly announcedWrongly: readonly string[]
  /** Jobs that are neither done nor given up. */
  readonly openJobs: number
  readonly swept: SweepReport
  /** Whatever is wrong with files and rows after the sweep. */
  readonly fileProblems: readonly string[]
}

async function ask<T extends z.ZodType>({ boss }: Database, row: T, text: string): Promise<z.infer<T>[]> {
  return z.array(row).parse((await boss.executeSql(text)).rows)
}

const generationsQuery = `
  select g.id, g.idempotency_key as key, g.provider, g.state, g.n, g.error->>'kind' as reason,
    (select count(*)::int from images i where i.generation_id = g.id) as images,
    coalesce((select json_agg(e.event->>'state') from events e
      where e.event->>'type' = 'generation.finished' and e.event->>'generationId' = g.id::text), '[]') as ends
  from generations g order by g.id`

const announcedWronglyQuery = `
  select i.id from images i where 1 <> (select count(*) from events e
    where e.event->>'type' = 'image.added' and e.event->>'imageId' = i.id::text)`

const openJobsQuery = `
  select id::text from pgboss.job where name = 'easel' and state not in ('completed', 'cancelled', 'failed')`

const underivedQuery = `select id::text from images where derived_at is null`

const WithId = z.object({ id: z.string() })

async function checkFile(
  storage: Storage,
  row: { storage_key: string; sha256: string; width: number; height: number },
) {
  const bytes = await storage.read(row.storage_key)
  if (bytes === null) return 'has no file'
  if (createHash('sha256').update(bytes).digest('hex') !== row.sha256) return 'has a file of other bytes'
  if ((await storage.stat(`${row.storage_key}.json`)) === null) return 'has no sidecar'
  try {
    await decodePixels(bytes, row.width, row.height)
    return null
  } catch (error) {
    return `cannot be decoded: ${String(error)}`
  }
}

/** Every row has its whole file, and every file its row. */
async function findFileProblems(db: Db, storage: Storage): Promise<readonly string[]> {
  const problems: string[] = []
  const rows = await db.selectFrom('images').select(['storage_key', 'sha256', 'width', 'height', 'damage']).execute()
  for (const row of rows) {
    const problem = row.damage ?? (await checkFile(storage, row))
    if (problem !== null) problems.push(`${row.storage_key} ${problem}`)
  }
  const known = new Set(rows.flatMap(({ storage_key: key }) => [key, `${key}.json`]))
  for await (const { key } of storage.list('images')) if (!known.has(key)) problems.push(`${key} has no row`)
  return problems
}

/** Nothing else may have the folder open. */
export async function inspect(data: string): Promise<Inspection> {
  const database = await openPglite(data)
  try {
    const { db } = database
    const storage = await openDiskStorage(join(data, 'files'))
    const events = await createEvents(database)
    const swept = await sweep({ db, storage, events, log: openLog('silent') }, { olderThanMs: 0 })
    await events.close()
    const generations = await ask(database, FoundGeneration, generationsQuery)
    return {
      generations,
      images: generations.reduce((sum, { images }) => sum + images, 0),
      underived: (await ask(database, WithId, underivedQuery)).length,
      announcedWrongly: (await ask(database, WithId, announcedWronglyQuery)).map(({ id }) => id),
      openJobs: (await ask(database, WithId, openJobsQuery)).length,
      swept,
      fileProblems: await findFileProblems(db, storage),
    }
  } finally {
    await database.close()
  }
}
