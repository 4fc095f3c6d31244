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
  /** Null: there is none any more. */
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

interface Needed {
  readonly imagesPerCall: number
  readonly from?: CallsFrom
  /** What each picture is drawn from, where they differ: a call draws the same of all its pictures. */
  readonly prompts?: readonly string[] | undefined
}

/** How many pictures from this one on can be one call. */
function together(first: number, n: number, { imagesPerCall, prompts }: Needed): number {
  const most = Math.min(imagesPerCall, n - first)
  if (prompts === undefined) return most
  const other = prompts.slice(first, first + most).findIndex((prompt) => prompt !== prompts[first])
  return other === -1 ? most : other
}

/** A generation of n pictures is as many calls as the model needs for them. */
export function callsOf(generationId: string, n: number, needed: Needed) {
  const { call, image } = needed.from ?? { call: 0, image: 0 }
  const calls = []
  for (let first = image; first < n;) {
    const images = together(first, n, needed)
    calls.push({
      generation_id: generationId,
      call_index: call + calls.length,
      first_image: first,
      images,
      state: 'waiting' as const,
      sent_at: null,
    })
    first += images
  }
  return calls
}
