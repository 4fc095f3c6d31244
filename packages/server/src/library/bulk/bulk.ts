// Actions on many pictures: some at a time, each time with how far it is, so that nobody else waits and a crash only interrupts.
import { sql } from 'kysely'
import { BulkAction, type Bulk, type BulkRequest } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { openSearch } from '../search/search.ts'
import { createRunner, type RunnerPorts } from './runner.ts'
import type { BulkRow } from './steps.ts'

export interface Bulks {
  /** Returns when it is done or has lasted for a while; then it goes on behind. @throws EaselError for a search that cannot be understood */
  start(userId: string, request: BulkRequest): Promise<Bulk>
  /** @throws EaselError `not-found` */
  get(userId: string, id: string): Promise<Bulk>
  /** @throws EaselError `not-found`; `conflict` while it runs, and for what cannot be undone */
  undo(userId: string, id: string): Promise<Bulk>
  /** Goes on with what a crash has interrupted. */
  resume(): Promise<void>
  /** Forgets finished ones that are older; they cannot be undone any more. */
  prune(before: Date): Promise<void>
  /** Ends after the pictures it is at; the rest is for the next start. */
  close(): Promise<void>
}

/** How long an action may last before it is answered that it runs. */
const usualWaitMs = 1000

export interface BulkPorts extends RunnerPorts {
  readonly bulkWaitMs?: number
}

const toBulk = (row: BulkRow): Bulk => ({
  id: row.id,
  action: BulkAction.parse(row.action),
  state: row.state,
  seen: row.seen,
  changed: row.changed,
  createdAt: row.created_at.toISOString(),
  finishedAt: row.finished_at?.toISOString() ?? null,
})

export function createBulks(ports: BulkPorts): Bulks {
  const { db, bulkWaitMs = usualWaitMs } = ports
  const runner = createRunner(ports)

  async function get(userId: string, id: string): Promise<BulkRow> {
    const mine = db.selectFrom('bulk_actions').selectAll().where('id', '=', id).where('user_id', '=', userId)
    const row = await mine.executeTakeFirst()
    if (row === undefined) throw new EaselError('not-found', 'There is no such action of yours, or not any more.')
    return row
  }

  async function answer(userId: string, id: string): Promise<Bulk> {
    const waiting = Promise.withResolvers<undefined>()
    const timer = setTimeout(() => waiting.resolve(undefined), bulkWaitMs)
    await Promise.race([runner.run(id), waiting.promise])
    clearTimeout(timer)
    return toBulk(await get(userId, id))
  }

  return {
    async start(userId, { action, selection }) {
      if ('search' in selection) await openSearch(db, userId, selection.search)
      const id = newId()
      const texts = { action: JSON.stringify(action), selection: JSON.stringify(selection) }
      await db
        .insertInto('bulk_actions')
        .values({ id, user_id: userId, ...texts, state: 'running' })
        .execute()
      return await answer(userId, id)
    },
    get: async (userId, id) => toBulk(await get(userId, id)),
    async undo(userId, id) {
      const row = await get(userId, id)
      if (BulkAction.parse(row.action).type === 'erase') {
        throw new EaselError('conflict', 'What was erased cannot be brought back.')
      }
      const { numUpdatedRows } = await db
        .updateTable('bulk_actions')
        .set({ state: 'undoing', claimed_until: null, finished_at: null })
        .where('id', '=', id)
        .where('state', 'in', ['done', 'failed'])
        .executeTakeFirst()
      if (numUpdatedRows === 0n) {
        throw new EaselError('conflict', `This action is ${row.state} and cannot be undone now.`)
      }
      return await answer(userId, id)
    },
    async resume() {
      const open = db.selectFrom('bulk_actions').where('state', 'in', ['running', 'undoing'])
      const rows = await open
        .where((where) => where.or([where('claimed_until', 'is', null), where('claimed_until', '<', sql<Date>`now()`)]))
        .select('id')
        .execute()
      for (const { id } of rows) await runner.run(id)
    },
    async prune(before) {
      await db
        .deleteFrom('bulk_actions')
        .where('state', 'in', ['done', 'undone', 'failed'])
        .where('created_at', '<', before)
        .execute()
    },
    close: () => runner.close(),
  }
}
