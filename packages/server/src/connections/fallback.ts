// Which connection is asked when another one surely did not take the work. Who decides that it is, is `generation`.
import type { Trx } from '#db/database.ts'
import { rowsOf, type Row } from './records.ts'
import { refuse } from './rules.ts'

const fault = (message: string) => refuse([{ field: 'body.fallbackId', message }])

/** Whether work that is handed on from `from` could come to `id`. */
async function leadsTo(trx: Trx, from: Row, id: string): Promise<boolean> {
  const seen = new Set<string>()
  for (let at: Pick<Row, 'id' | 'fallback_id'> | undefined = from; at !== undefined && !seen.has(at.id);) {
    if (at.id === id) return true
    seen.add(at.id)
    if (at.fallback_id === null) return false
    at = await trx
      .selectFrom('connections')
      .select(['id', 'fallback_id'])
      .where('id', '=', at.fallback_id)
      .executeTakeFirst()
  }
  return false
}

/** What a connection is to be. */
export interface WithFallback {
  /** null: it is not made yet. */
  readonly id: string | null
  readonly shared: boolean
  readonly fallbackId: string
}

/** @throws EaselError `validation-failed` when this user's connection cannot have that one as its fallback */
export async function checkFallback(trx: Trx, userId: string, { id, shared, fallbackId }: WithFallback): Promise<void> {
  const row = (await rowsOf(trx, userId)).find((candidate) => candidate.id === fallbackId)
  if (row === undefined) return fault('is no connection that you can use')
  if (row.id === id) return fault('must be another connection')
  if (shared && row.shared !== true) {
    return fault('must be offered to everybody too: others could not use it')
  }
  if (id !== null && (await leadsTo(trx, row, id))) return fault('leads back to this connection')
}

/** Takes a connection that is removed out of everybody's fallbacks. */
export async function forgetFallback(trx: Trx, id: string): Promise<void> {
  await trx.updateTable('connections').set({ fallback_id: null }).where('fallback_id', '=', id).execute()
}
