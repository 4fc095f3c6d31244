import { sql } from 'kysely'
import { inTransaction } from '#db/transaction.ts'
import type { Trx } from '#db/database.ts'
import { keepImage } from '#library/keep.ts'
import { storageKey } from '#library/image-record.ts'
import type { Outcome } from '#providers/spec/provider.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { setCall, type CallRow } from './calls.ts'
import { finishIfDone, lockRunning } from './finish.ts'
import { ingest } from './ingest.ts'
import type { Run } from './run.ts'

type Done = Extract<Outcome, { kind: 'done' }>

type Facts = Pick<Done, 'cost' | 'images'>

async function addFacts(trx: Trx, generationId: string, done: Facts): Promise<void> {
  const revised = done.images.find(({ revisedPrompt }) => revisedPrompt !== undefined)?.revisedPrompt
  if (revised === undefined && done.cost === undefined) return
  await trx
    .updateTable('generations')
    .set({
      ...(revised === undefined ? {} : { revised_prompt: revised }),
      ...(done.cost === undefined
        ? {}
        : {
            cost_amount: sql<number>`coalesce(cost_amount, 0) + ${done.cost.amount}`,
            cost_currency: done.cost.currency,
          }),
    })
    .where('id', '=', generationId)
    .execute()
}

/** A call whose pictures are all there already, as after a crash between the last of them and its end. */
export async function closeCall(
  { ports: { db, events }, row }: Run,
  call: CallRow,
  done: Facts = { images: [] },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await lockRunning(trx, row.id))) return
    await setCall(trx, call, { state: 'done' })
    await addFacts(trx, row.id, done)
    const end = await finishIfDone(trx, row.id, 0)
    if (end !== null) await events.append(trx, row.user_id, [end])
  })
}

/**
 * Stores what a call brought, each picture for itself; the last one ends the call, and the generation with it, in the same
 * transaction, so that the picture and its end are told together.
 * @throws ProviderError `malformed-response` when a picture cannot be used; those before it are kept
 */
export async function keepPictures(run: Run, call: CallRow, done: Done): Promise<void> {
  const { ports, row, fitted, provider, signal } = run
  const images = done.images.slice(0, call.images)
  if (images.length === 0) throw new ProviderError('malformed-response', 'The engine answered without a picture.')
  let closed = false
  for (const [position, produced] of images.entries()) {
    const index = call.first_image + position
    const { bytes, record } = ingest(row, { fitted, provider, index }, produced)
    // Another worker may have this generation by now; what it makes of it must stand.
    signal.throwIfAborted()
    const last = position === images.length - 1
    const kept = await keepImage(ports, {
      userId: row.user_id,
      bytes,
      record,
      also: async (trx) => {
        if (!(await lockRunning(trx, row.id))) return null
        if (!last) return []
        await setCall(trx, call, { state: 'done' })
        await addFacts(trx, row.id, done)
        const end = await finishIfDone(trx, row.id, 1)
        return end === null ? [] : [end]
      },
    })
    if (kept === 'kept') {
      const key = storageKey(row.user_id, record.createdAt, record.filename)
      ports.derivatives.made({ id: record.id, userId: row.user_id, storageKey: key }, bytes)
    }
    closed = last && kept === 'kept'
  }
  if (!closed) await closeCall(run, call, done)
}
