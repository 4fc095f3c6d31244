import type { Selectable } from 'kysely'
import type { GenerationFailure } from '@easel/contract'
import type { Json } from '#base/json.ts'
import type { Db, Trx } from '#db/database.ts'
import type { GenerationCallTable } from '#db/tables.ts'

export type CallRow = Selectable<GenerationCallTable>

export async function readCalls(db: Db, generationId: string): Promise<CallRow[]> {
  return await db
    .selectFrom('generation_calls')
    .selectAll()
    .where('generation_id', '=', generationId)
    .orderBy('call_index')
    .execute()
}

/** Whether a call's pictures are all in the library already, as after a crash that came just after the last of them. */
export async function hasAllPictures(db: Db, call: CallRow): Promise<boolean> {
  const { count } = await db
    .selectFrom('images')
    .where('generation_id', '=', call.generation_id)
    .where('generation_index', '>=', call.first_image)
    .where('generation_index', '<', call.first_image + call.images)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count >= call.images
}

export interface CallChange {
  readonly state: CallRow['state']
  readonly operation?: Json
  readonly error?: GenerationFailure
}

/** The statement that writes how far a call is. */
export function changeCall(db: Db, call: CallRow, { state, operation, error }: CallChange) {
  return db
    .updateTable('generation_calls')
    .set({
      state,
      ...(state === 'sent' && call.sent_at === null ? { sent_at: new Date() } : {}),
      ...(operation === undefined ? {} : { operation: JSON.stringify(operation) }),
      ...(error === undefined ? {} : { error: JSON.stringify(error) }),
    })
    .where('generation_id', '=', call.generation_id)
    .where('call_index', '=', call.call_index)
}

/** Writes how far a call is. */
export async function setCall(trx: Trx, call: CallRow, to: CallChange): Promise<void> {
  await changeCall(trx, call, to).execute()
}

/**
 * Writes how far a call is, if its generation is still running; that cannot change meanwhile. `sent` is written before the engine
 * hears of it, an operation before it is first looked at.
 * @returns whether it is running
 */
export async function setRunningCall(db: Db, call: CallRow, to: CallChange): Promise<boolean> {
  const { numUpdatedRows } = await changeCall(db, call, to)
    .where('generation_id', 'in', (eb) =>
      eb
        .selectFrom('generations')
        .where('id', '=', call.generation_id)
        .where('state', '=', 'running')
        .select('id')
        .forUpdate(),
    )
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Where calls begin when some of a generation have ended already. */
export interface CallsFrom {
  readonly call: number
  readonly image: number
}

/** A generation of n pictures is as many calls as the model needs for them. */
export function callsOf(
  generationId: string,
  n: number,
  { imagesPerCall, from = { call: 0, image: 0 } }: { readonly imagesPerCall: number; readonly from?: CallsFrom },
) {
  const calls = Math.ceil((n - from.image) / imagesPerCall)
  return Array.from({ length: calls }, (_, index) => {
    const first = from.image + index * imagesPerCall
    return {
      generation_id: generationId,
      call_index: from.call + index,
      first_image: first,
      images: Math.min(imagesPerCall, n - first),
      state: 'waiting' as const,
      sent_at: null,
    }
  })
}
