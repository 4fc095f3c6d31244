// What the rest of Easel may do with generations: submit, read, wait, cancel, retry.
import { sql } from 'kysely'
import { GenerationRequest, terminalStates, type Generation, type GenerationState } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Images } from '#library/images.ts'
import { endCancelled } from './run.ts'
import { tagsOfRow, toGeneration, type GenerationRow } from './generation-record.ts'
import { submit, type SubmitOptions, type SubmitPorts } from './submit.ts'

export const cancelChannel = 'easel_cancel'

export interface GenerationQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly state?: GenerationState | 'active' | undefined
}

export interface Generations {
  submit(userId: string, request: GenerationRequest, options: SubmitOptions): Promise<Generation>
  list(userId: string, query: GenerationQuery): Promise<{ data: Generation[]; nextCursor: string | null }>
  /** @throws EaselError `not-found`, also for somebody else's */
  get(userId: string, id: string): Promise<Generation>
  /** Storage key of the newest preview, or null. @throws EaselError `not-found` */
  previewKey(userId: string, id: string): Promise<string | null>
  /** Stops it, queued or running, and nothing else. A finished one stays as it is. @throws EaselError `not-found` */
  cancel(userId: string, id: string): Promise<Generation>
  /** The same request again, as a child. @throws what `submit` throws */
  retry(userId: string, id: string): Promise<Generation>
  /** Waits for the end. Going away (`signal`) stops the waiting, never the generation. */
  wait(userId: string, id: string, signal: AbortSignal): Promise<Generation>
}

export interface GenerationsPorts extends SubmitPorts {
  readonly images: Images
}

export function createGenerations(ports: GenerationsPorts): Generations {
  const { db, jobs, events, images } = ports

  async function complete(rows: readonly GenerationRow[]): Promise<Generation[]> {
    const queued = rows.flatMap(({ state, job_id: jobId }) => (state === 'queued' && jobId !== null ? [jobId] : []))
    const pictures = await images.ofGenerations(rows.map(({ id }) => id))
    const places = queued.length === 0 ? new Map<string, number>() : await jobs.places(queued)
    return rows.map((row) => {
      const place = row.state === 'queued' && row.job_id !== null ? (places.get(row.job_id) ?? null) : null
      return toGeneration(row, pictures.get(row.id) ?? [], place)
    })
  }

  async function one(row: GenerationRow): Promise<Generation> {
    const [generation] = await complete([row])
    if (generation === undefined) throw new EaselError('not-found', 'There is no such generation.')
    return generation
  }

  async function rowOf(userId: string, id: string): Promise<GenerationRow> {
    const row = await db
      .selectFrom('generations')
      .selectAll()
      .where('user_id', '=', userId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (row === undefined) throw new EaselError('not-found', 'There is no such generation.')
    return row
  }

  const get = async (userId: string, id: string) => one(await rowOf(userId, id))

  async function submitOne(userId: string, request: GenerationRequest, options: SubmitOptions): Promise<Generation> {
    return await one(await submit(ports, userId, { request, options }))
  }

  async function cancel(userId: string, id: string): Promise<Generation> {
    const row = await rowOf(userId, id)
    if (terminalStates.includes(row.state)) return await one(row)
    const waiting = await inTransaction(db, async (trx) => {
      await trx.updateTable('generations').set({ cancel_requested: true }).where('id', '=', id).execute()
      const taken = row.job_id !== null && (await jobs.cancel(trx, row.job_id))
      if (!taken) await sql`select pg_notify(${cancelChannel}, ${id})`.execute(trx)
      return taken
    })
    if (waiting) await endCancelled(ports, row)
    return await get(userId, id)
  }

  async function wait(userId: string, id: string, signal: AbortSignal): Promise<Generation> {
    let news = Promise.withResolvers<void>()
    const wake = () => news.resolve()
    const stop = await events.subscribe(userId, null, ({ event }) => {
      if (event.type === 'reset' || (event.type === 'generation.finished' && event.generationId === id)) wake()
    })
    signal.addEventListener('abort', wake)
    try {
      for (;;) {
        // Looked at after subscribing: an end in between would otherwise be missed.
        const now = await get(userId, id)
        if (terminalStates.includes(now.state) || signal.aborted) return now
        await news.promise
        news = Promise.withResolvers<void>()
      }
    } finally {
      signal.removeEventListener('abort', wake)
      stop()
    }
  }

  return {
    submit: submitOne,
    get,
    cancel,
    wait,
    async list(userId, { limit, cursor, state }) {
      let select = db.selectFrom('generations').selectAll().where('user_id', '=', userId)
      if (state === 'active') select = select.where('state', 'in', ['queued', 'running'])
      else if (state !== undefined) select = select.where('state', '=', state)
      if (cursor !== undefined) select = select.where('id', '<', checkCursor(cursor))
      const rows = await select
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      return { data: await complete(page), nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
    },
    previewKey: async (userId, id) => (await rowOf(userId, id)).preview_key,
    async retry(userId, id) {
      const row = await rowOf(userId, id)
      const request = GenerationRequest.parse({
        ...(typeof row.request === 'object' ? row.request : {}),
        ...(row.connection_id === null ? {} : { connectionId: row.connection_id }),
        model: row.model,
        tags: tagsOfRow(row),
        parentId: row.id,
      })
      return await submitOne(userId, request, { origin: row.origin === 'profiles' ? 'profiles' : 'easel' })
    },
  }
}

/** Generations are listed by id, which sorts by time: the cursor is the last id. */
function checkCursor(cursor: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor)) return cursor
  const message = 'must be the nextCursor of an earlier page'
  throw new EaselError('validation-failed', 'The cursor is not one of ours.', { fields: [{ field: 'query.cursor', message }] })
}
