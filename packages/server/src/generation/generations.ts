// What the rest of Easel may do with generations: submit, read, wait, cancel, retry.
import { sql } from 'kysely'
import {
  ImageSpec,
  terminalStates,
  type AgainRequest,
  type Estimate,
  type Generation,
  type GenerationRequest,
  type GenerationState,
} from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Images } from '#library/images.ts'
import { probe } from '#media/probe.ts'
import { repeatOf, retryOf } from './again.ts'
import { giveName, idOfName } from './given-names.ts'
import { cancelOperations } from './operation.ts'
import { endCancelled } from './run.ts'
import { createReader } from './reader.ts'
import { waitForEnd } from './wait.ts'
import { estimate, submit, type Origin, type SubmitOptions, type SubmitPorts } from './submit.ts'

export const cancelChannel = 'easel_cancel'

export interface GenerationQuery {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly state?: GenerationState | 'active' | undefined
  /** Only those that came from there. */
  readonly origin?: Origin | undefined
}

/** How a picture is to be made again. */
type Again = AgainRequest & Pick<SubmitOptions, 'idempotencyKey'>

export interface Generations {
  submit(userId: string, request: GenerationRequest, options: SubmitOptions): Promise<Generation>
  /** What it would become and cost; spends nothing and keeps nothing. @throws what `submit` throws, but for limits */
  estimate(userId: string, request: GenerationRequest): Promise<Estimate>
  list(userId: string, query: GenerationQuery): Promise<{ data: Generation[]; nextCursor: string | null }>
  /** @throws EaselError `not-found`, also for somebody else's */
  get(userId: string, id: string): Promise<Generation>
  /** A task of contract D's by its id and its secret, which is the right to read it; null: there is none. */
  findTask(id: string, secret: string): Promise<{ readonly userId: string; readonly generation: Generation } | null>
  /** Gives a generation of this user a name of another program's, which an older one loses. */
  giveName(userId: string, id: string, name: string): Promise<void>
  /** The generation that has such a name, or null. */
  idOfName(userId: string, name: string): Promise<string | null>
  /** The newest preview picture, or null. @throws EaselError `not-found` */
  preview(userId: string, id: string): Promise<{ bytes: Uint8Array; mimeType: string } | null>
  /** What was asked for, as typed, of each of these generations. The caller knows that they are the user's. */
  asked(ids: readonly string[]): Promise<ReadonlyMap<string, ImageSpec>>
  /** Stops it, queued or running, and nothing else. A finished one stays as it is. @throws EaselError `not-found` */
  cancel(userId: string, id: string): Promise<Generation>
  /** A picture again, the same or with a new seed, as a child; what differs is listed. @throws what `submit` throws, and `not-found` */
  again(userId: string, imageId: string, asked: Again): Promise<Generation>
  /** The same request again, as a child. @throws what `submit` throws */
  retry(userId: string, id: string): Promise<Generation>
  /** Waits for the end. Going away (`signal`) stops the waiting, never the generation. */
  wait(userId: string, id: string, signal: AbortSignal): Promise<Generation>
}

export interface GenerationsPorts extends SubmitPorts {
  readonly log: Log
  readonly images: Images
}

export function createGenerations(ports: GenerationsPorts): Generations {
  const { db, jobs, events } = ports

  const { complete, one, rowOf, taskOf } = createReader(ports)
  const get = async (userId: string, id: string) => one(await rowOf(userId, id))

  async function submitOne(userId: string, request: GenerationRequest, options: SubmitOptions): Promise<Generation> {
    return await one(await submit(ports, userId, { request, options }))
  }

  async function cancel(userId: string, id: string): Promise<Generation> {
    const row = await rowOf(userId, id)
    if (terminalStates.includes(row.state)) return await one(row)
    const waiting = await inTransaction(db, async (trx) => {
      // Its job may have become another one a moment ago.
      const { job_id: jobId } = await trx
        .updateTable('generations')
        .set({ cancel_requested: true })
        .where('id', '=', id)
        .returning('job_id')
        .executeTakeFirstOrThrow()
      const taken = jobId !== null && (await jobs.cancel(trx, jobId))
      if (!taken) await sql`select pg_notify(${cancelChannel}, ${id})`.execute(trx)
      return taken
    })
    if (waiting) {
      await endCancelled(ports, row)
      // A worker that is gone may have begun something. The engine may be slow to answer, and nobody has to wait for it.
      void cancelOperations(ports, row)
    }
    return await get(userId, id)
  }

  return {
    submit: submitOne,
    estimate: (userId, request) => estimate(ports, userId, request),
    get,
    async findTask(id, secret) {
      const row = await taskOf(id, secret)
      return row === null ? null : { userId: row.user_id, generation: await one(row) }
    },
    giveName: (userId, id, name) => giveName(db, id, { userId, name }),
    idOfName: (userId, name) => idOfName(db, { userId, name }),
    cancel,
    wait: (userId, id, signal) => waitForEnd(events, { userId, id, signal }, () => get(userId, id)),
    async list(userId, { limit, cursor, state, origin }) {
      let select = db.selectFrom('generations').selectAll().where('user_id', '=', userId)
      if (state === 'active') select = select.where('state', 'in', ['queued', 'running'])
      else if (state !== undefined) select = select.where('state', '=', state)
      if (origin !== undefined) select = select.where('origin', '=', origin)
      if (cursor !== undefined) select = select.where('id', '<', checkCursor(cursor))
      const rows = await select
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute()
      const page = rows.slice(0, limit)
      return { data: await complete(page), nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null }
    },
    async preview(userId, id) {
      const { preview_key: key } = await rowOf(userId, id)
      const bytes = key === null ? null : await ports.storage.read(key)
      return bytes === null ? null : { bytes, mimeType: probe(bytes).mimeType }
    },
    async asked(ids) {
      if (ids.length === 0) return new Map()
      const rows = await db
        .selectFrom('generations')
        .where('id', 'in', [...ids])
        .select(['id', 'request'])
        .execute()
      return new Map(rows.map(({ id, request }) => [id, ImageSpec.parse(request)]))
    },
    async again(userId, imageId, { idempotencyKey, ...asked }) {
      const image = await ports.images.row(userId, imageId)
      if (image === null) throw new EaselError('not-found', 'There is no such picture in your library.')
      const { request, options } = await repeatOf(ports, userId, { image, asked })
      return await submitOne(userId, request, { origin: 'easel', idempotencyKey, ...options })
    },
    async retry(userId, id) {
      const { request, options } = retryOf(await rowOf(userId, id))
      return await submitOne(userId, request, options)
    },
  }
}

/** Generations are listed by id, which sorts by time: the cursor is the last id. */
function checkCursor(cursor: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor)) return cursor
  const message = 'must be the nextCursor of an earlier page'
  throw new EaselError('validation-failed', 'The cursor is not one of ours.', {
    fields: [{ field: 'query.cursor', message }],
  })
}
