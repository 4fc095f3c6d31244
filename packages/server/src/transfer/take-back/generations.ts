// Generations of an export become part of a library: as history, never as work.
import type { ExportedGeneration, GenerationFailure, RecordOutcome } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { importedOrigin } from '#library/usage.ts'
import { derivedId } from './derived-id.ts'
import { past, type RecordPorts } from './record-ports.ts'

const unfinished: GenerationFailure = {
  kind: 'interrupted',
  message: 'It had not ended when it was exported.',
  retryable: true,
  engineStatus: null,
}

/** How it ended. What waited or ran when it was exported does neither any more. */
function endOf({ state, error, createdAt, startedAt, finishedAt }: ExportedGeneration) {
  if (state === 'queued' || state === 'running') {
    return { state: 'failed' as const, error: unfinished, finishedAt: startedAt ?? createdAt }
  }
  return { state, error, finishedAt: finishedAt ?? startedAt ?? createdAt }
}

function rowOf(userId: string, id: string, { given, now }: { given: ExportedGeneration; now: number }) {
  const { state, error, finishedAt } = endOf(given)
  return {
    id,
    user_id: userId,
    connection_id: null,
    connection_name: given.connectionName,
    provider: given.provider,
    model: given.model,
    state,
    request: JSON.stringify(given.request),
    // Nothing is ever made of it: no job and no call belong to it.
    fitted: '{}',
    adjustments: JSON.stringify(given.adjustments),
    tags: JSON.stringify(given.tags),
    resolved_prompt: given.resolvedPrompt,
    resolution: given.resolution === null ? null : JSON.stringify(given.resolution),
    revised_prompt: given.revisedPrompt,
    n: given.n,
    width: given.width,
    height: given.height,
    seed: given.seed,
    origin: importedOrigin,
    progress_completed: null,
    progress_total: null,
    preview_key: null,
    error: error === null ? null : JSON.stringify(error),
    fallback_from: given.fallbackFrom === null ? null : JSON.stringify(given.fallbackFrom),
    cost_amount: given.costAmount,
    cost_currency: given.costCurrency,
    // Lineage follows when everything is there.
    parent_id: null,
    idempotency_key: null,
    idempotency_hash: null,
    job_id: null,
    created_at: past(given.createdAt, now),
    started_at: given.startedAt === null ? null : past(given.startedAt, now),
    finished_at: past(finishedAt, now),
  }
}

/** Where each of these is, or will be: under its own id where nobody else has that. */
async function placesOf(trx: Trx, userId: string, ids: readonly string[]) {
  const derived = new Map(ids.map((id) => [id, derivedId(id, [userId, 'generation'])]))
  const rows = await trx
    .selectFrom('generations')
    .where('id', 'in', [...ids, ...derived.values()])
    .select(['id', 'user_id'])
    .execute()
  const owners = new Map(rows.map((row) => [row.id, row.user_id]))
  return (id: string): { readonly id: string; readonly isThere: boolean } => {
    const other = derived.get(id) ?? id
    const here = [id, other].find((one) => owners.get(one) === userId)
    return here === undefined ? { id: owners.has(id) ? other : id, isThere: false } : { id: here, isThere: true }
  }
}

async function ownOf(trx: Trx, userId: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set()
  const rows = await trx
    .selectFrom('generations')
    .where('user_id', '=', userId)
    .where('id', 'in', [...ids])
    .select('id')
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** Takes generations of an export back. What is there already stays as it is. */
export async function takeGenerations(
  { db, events }: RecordPorts,
  userId: string,
  { generations, now }: { generations: readonly ExportedGeneration[]; now: number },
): Promise<RecordOutcome[]> {
  if (generations.length === 0) return []
  return await inTransaction(db, async (trx) => {
    const place = await placesOf(
      trx,
      userId,
      generations.map(({ id }) => id),
    )
    const found = generations.map((given) => ({ given, ...place(given.id) }))
    // Of two lines with one id the first counts.
    const wanted = new Map(
      found
        .filter(({ isThere }) => !isThere)
        .toReversed()
        .map((one) => [one.id, one]),
    )
    const rows = [...wanted.values()].map(({ id, given }) => rowOf(userId, id, { given, now }))
    const inserted =
      rows.length === 0
        ? []
        : await trx
            .insertInto('generations')
            .values(rows)
            .onConflict((conflict) => conflict.column('id').doNothing())
            .returning(['id', 'state'])
            .execute()
    const taken = new Set(inserted.map(({ id }) => id))
    const told = rows.filter(({ id }) => taken.has(id))
    await events.append(
      trx,
      userId,
      told.map(({ id, state }) => ({ type: 'generation.finished', generationId: id, state }) as const),
    )
    const own = await ownOf(
      trx,
      userId,
      [...wanted.keys()].filter((id) => !taken.has(id)),
    )
    return found.map(({ id, isThere }): RecordOutcome => {
      // `delete`: a second line of the same id finds the first one.
      if (taken.delete(id)) return { outcome: 'taken', id, why: null }
      if (isThere || own.has(id) || told.some((row) => row.id === id)) return { outcome: 'there', id, why: null }
      return { outcome: 'refused', id: null, why: 'Somebody else took its id at this moment. Import it again.' }
    })
  })
}
