// From rows to what the API gives.
import { timingSafeEqual } from 'node:crypto'
import type { Generation } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import type { Jobs } from '#jobs/jobs.ts'
import type { Images } from '#library/images.ts'
import { toGeneration, type GenerationRow } from './generation-record.ts'

export interface Reader {
  /** With their pictures and places in line. */
  complete(rows: readonly GenerationRow[]): Promise<Generation[]>
  one(row: GenerationRow): Promise<Generation>
  /** @throws EaselError `not-found`, also for somebody else's */
  rowOf(userId: string, id: string): Promise<GenerationRow>
  /** A task of contract D's, whoever's it is; null: there is none with this id and this secret. */
  taskOf(id: string, secret: string): Promise<GenerationRow | null>
}

const notFound = () => new EaselError('not-found', 'There is no such generation.')

export function createReader({ db, jobs, images }: { db: Db; jobs: Pick<Jobs, 'places'>; images: Images }): Reader {
  async function complete(rows: readonly GenerationRow[]): Promise<Generation[]> {
    const queued = rows.flatMap(({ state, job_id: jobId }) => (state === 'queued' && jobId !== null ? [jobId] : []))
    const begun = rows.filter(({ state }) => state !== 'queued')
    const pictures = await images.ofGenerations(begun.map(({ id }) => id))
    const places = queued.length === 0 ? new Map<string, number>() : await jobs.places(queued)
    return rows.map((row) => {
      const place = row.state === 'queued' && row.job_id !== null ? (places.get(row.job_id) ?? null) : null
      return toGeneration(row, pictures.get(row.id) ?? [], place)
    })
  }

  async function one(row: GenerationRow): Promise<Generation> {
    const [generation] = await complete([row])
    if (generation === undefined) throw notFound()
    return generation
  }

  async function rowOf(userId: string, id: string): Promise<GenerationRow> {
    const row = await db
      .selectFrom('generations')
      .selectAll()
      .where('user_id', '=', userId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined) throw notFound()
    return row
  }

  async function taskOf(id: string, secret: string): Promise<GenerationRow | null> {
    const row = await db
      .selectFrom('generations')
      .selectAll()
      .where('id', '=', id)
      .where('origin', '=', 'tasks')
      .executeTakeFirst()
    const given = Buffer.from(secret)
    const known = Buffer.from(row?.idempotency_key ?? '')
    return row !== undefined && given.length === known.length && timingSafeEqual(given, known) ? row : null
  }

  return { complete, one, rowOf, taskOf }
}
