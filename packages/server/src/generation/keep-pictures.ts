import { sql } from 'kysely'
import type { GenerationFailure } from '@easel/contract'
import { inTransaction } from '#db/transaction.ts'
import type { Trx } from '#db/database.ts'
import { keepDraft, type DraftInput } from '#library/keep.ts'
import { storageKey } from '#library/image-record.ts'
import type { Outcome } from '#providers/spec/provider.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { setCall, type CallRow } from './calls.ts'
import { failureFrom } from './failure.ts'
import { finishIfDone, finishWithCall, lockRunning } from './finish.ts'
import { ingest, type Ingested } from './ingest.ts'
import type { GenerationRow } from './generation-record.ts'
import { openedByName } from './open-by-name.ts'
import { patiently } from './patience.ts'
import type { Begun, Run } from './run.ts'
import { storableText } from './storable.ts'

type Done = Extract<Outcome, { kind: 'done' }>

/** What a call brings beside its pictures. */
export interface Facts extends Pick<Done, 'cost' | 'images'> {
  /** How many the engine made, where they are not at hand any more. */
  readonly made?: number
}

/** What the engine says that it cost; where it says nothing, what the connection's owner says that a picture costs. */
function costOf({ picture_price: price }: GenerationRow, { cost, images, made = images.length }: Facts): Done['cost'] {
  if (cost !== undefined || price === null || made === 0) return cost
  return { amount: price * made, currency: 'USD' }
}

/** What a call brought beside its pictures, as columns of its generation. */
function columnsOf(row: GenerationRow, done: Facts) {
  const cost = costOf(row, done)
  const revised = done.images.find(({ revisedPrompt }) => revisedPrompt !== undefined)?.revisedPrompt
  return {
    ...(revised === undefined ? {} : { revised_prompt: storableText(revised) }),
    ...(cost === undefined
      ? {}
      : {
          cost_amount: sql<number>`coalesce(cost_amount, 0) + ${cost.amount}`,
          cost_currency: cost.currency,
        }),
  }
}

export async function addFacts(trx: Trx, row: GenerationRow, done: Facts): Promise<void> {
  const columns = columnsOf(row, done)
  if (Object.keys(columns).length === 0) return
  await trx.updateTable('generations').set(columns).where('id', '=', row.id).execute()
}

interface Brought {
  readonly facts: Facts
  /** What is missing of the call, or null. */
  readonly error: GenerationFailure | null
}

/** Writes that a call has ended, with what it brought beside pictures. @param coming pictures that this transaction adds */
async function endCall(
  trx: Trx,
  call: CallRow,
  { facts, error, coming, row }: Brought & { readonly coming: number; readonly row: GenerationRow },
) {
  await setCall(trx, call, { state: 'done', ...(error === null ? {} : { error }) })
  await addFacts(trx, row, facts)
  const end = await finishIfDone(trx, call.generation_id, coming)
  return end === null ? [] : [end]
}

/** Ends a call whose pictures are all there already, as after a crash between the last of them and its end. */
export async function closeCall(
  { ports: { db, events }, row }: Begun,
  call: CallRow,
  brought: Brought = { facts: { images: [], made: call.images }, error: null },
): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await lockRunning(trx, row.id))) return
    await events.append(trx, row.user_id, await endCall(trx, call, { ...brought, coming: 0, row }))
  })
}

interface Usable {
  readonly pictures: readonly Ingested[]
  readonly error: GenerationFailure | null
}

/** The pictures that can be kept, and what is wrong with the rest. @throws ProviderError when none can be */
async function usableOf({ ports: { db }, row, fitted, provider }: Run, call: CallRow, done: Done): Promise<Usable> {
  const images = done.images.slice(0, call.images)
  if (images.length === 0) throw new ProviderError('malformed-response', 'The engine answered without a picture.')
  const pictures: Ingested[] = []
  let fault: ProviderError | null = null
  for (const [position, produced] of images.entries()) {
    try {
      pictures.push(await ingest(row, { db, fitted, provider, index: call.first_image + position }, produced))
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      fault ??= error
    }
  }
  if (pictures.length === 0 && fault !== null) throw fault
  if (fault === null && images.length < call.images) {
    fault = new ProviderError('malformed-response', `The engine sent ${images.length} of ${call.images} pictures.`)
  }
  return { pictures, error: fault === null ? null : failureFrom(fault) }
}

/**
 * Stores what a call brought, each picture for itself; the last one ends the call, and the generation with it, in the same
 * transaction, so that the picture and its end are told together. What cannot be used is left out and said.
 * @throws ProviderError `malformed-response` when no picture can be used
 */
export async function keepPictures(run: Run, call: CallRow, done: Done): Promise<void> {
  const { ports, row, signal } = run
  const { pictures, error } = await usableOf(run, call, done)
  let closed = false
  for (const [position, { bytes, draft, digest }] of pictures.entries()) {
    const last = position === pictures.length - 1
    const keep = {
      userId: row.user_id,
      bytes,
      draft,
      digest,
      ...openedByName(ports, row, draft),
      also: async (trx: Trx) => {
        // Another worker has this generation by now; what it makes of it must stand.
        if (isLost(signal)) return null
        // Of a generation that is one call nothing has to be looked up.
        if (last && call.images >= row.n) {
          const end = await finishWithCall(trx, call, { error, facts: columnsOf(row, done) })
          return end === null ? null : [end]
        }
        if (!(await lockRunning(trx, row.id))) return null
        return last ? await endCall(trx, call, { facts: done, error, coming: 1, row }) : []
      },
    } satisfies DraftInput
    // What was stored before the answer was lost stands there, whole.
    const kept = await patiently((again) => keepDraft(ports, again ? { ...keep, mayStand: true } : keep), signal)
    if (isLost(signal)) throw new ProviderError('interrupted', 'Another worker has this generation.')
    if (kept === 'kept') {
      const key = storageKey(row.user_id, draft.createdAt, draft.filename)
      ports.derivatives.made({ id: draft.id, userId: row.user_id, storageKey: key }, bytes)
    }
    closed = last && kept === 'kept'
  }
  if (!closed) await closeCall(run, call, { facts: done, error })
}

const isLost = (signal: AbortSignal): boolean => signal.aborted && signal.reason === 'lost'
