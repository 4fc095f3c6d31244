// A prompt that a text model is to rewrite before an engine is asked. Rules WR15 … in docs/spec/writing.md.
import type { Adjustment } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { adjustmentsOf, type GenerationRow } from './generation-record.ts'
import type { RunPorts } from './run.ts'

export interface ToRefine {
  readonly prompt: string
  /** The connection in whose lane the generation has a place: the same text model need not wait for another. */
  readonly within?: string
}

/** Rewrites a prompt with the text model of the user's choice. @throws EaselError `no-text-model` and others */
export type Refine = (userId: string, asked: ToRefine, signal: AbortSignal) => Promise<string>

const interrupted = 'Easel stopped while the text model was at work, so that it is not asked again'

/** The generation with the prompt that is to be drawn. A text model that fails is no reason to draw nothing. */
export async function refineFirst(ports: RunPorts, row: GenerationRow, signal: AbortSignal): Promise<GenerationRow> {
  if (row.refine === null) return row
  if (row.refine === 'asked') return await settle(ports, row, { reason: interrupted })
  // Written before it hears of it: it may have to be paid.
  const { numUpdatedRows } = await mark(ports, row, 'asked').executeTakeFirst()
  if (numUpdatedRows === 0n) return row
  const place = row.connection_id === null ? {} : { within: row.connection_id }
  const asked = { prompt: row.resolved_prompt, ...place }
  try {
    return await settle(ports, row, { prompt: await ports.refine(row.user_id, asked, signal) })
  } catch (error) {
    if (signal.aborted || !(error instanceof EaselError)) throw error
    return await settle(ports, row, error.code === 'no-text-model' ? {} : { reason: error.message })
  }
}

function mark({ db }: RunPorts, row: GenerationRow, refine: 'asked' | null) {
  return db.updateTable('generations').set({ refine }).where('id', '=', row.id).where('state', '=', 'running')
}

interface Outcome {
  readonly prompt?: string
  /** Why it is drawn as typed. */
  readonly reason?: string
}

async function settle(ports: RunPorts, row: GenerationRow, { prompt, reason }: Outcome): Promise<GenerationRow> {
  const asTyped: Adjustment[] =
    reason === undefined ? [] : [{ field: 'refine', asked: true, used: null, reason: `Drawn as typed. ${reason}` }]
  const changed = await mark(ports, row, null)
    .set({
      adjustments: JSON.stringify([...adjustmentsOf(row), ...asTyped]),
      ...(prompt === undefined ? {} : { resolved_prompt: prompt }),
    })
    .returningAll()
    .executeTakeFirst()
  return changed ?? row
}
