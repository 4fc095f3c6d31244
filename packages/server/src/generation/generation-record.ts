import type { Selectable } from 'kysely'
import { z } from 'zod'
import {
  Adjustment,
  FallbackFrom,
  GenerationFailure,
  ImageSpec,
  PromptResolution,
  Tag,
  type Generation,
  type Image,
} from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { GenerationTable } from '#db/tables.ts'

export type GenerationRow = Selectable<GenerationTable>

const Adjustments = z.array(Adjustment)
const Tags = z.array(Tag)

export const failureOf = (value: unknown): GenerationFailure | null =>
  value === null || value === undefined ? null : GenerationFailure.parse(value)

export const adjustmentsOf = (row: GenerationRow): Adjustment[] => Adjustments.parse(row.adjustments)

export const fallbackFromOf = (row: GenerationRow): FallbackFrom | null =>
  row.fallback_from === null ? null : FallbackFrom.parse(row.fallback_from)

export const resolutionOf = ({ resolution }: Pick<GenerationRow, 'resolution'>): PromptResolution | null =>
  resolution === null ? null : PromptResolution.parse(resolution)

export const requestOf = (row: Pick<GenerationRow, 'request'>): ImageSpec => ImageSpec.parse(row.request)

export const tagsOfRow = (row: GenerationRow): Tag[] => Tags.parse(row.tags)

/** @throws EaselError `not-found` when its connection is gone for good */
export function connectionOf(row: GenerationRow): string {
  if (row.connection_id !== null) return row.connection_id
  throw new EaselError('not-found', `The connection "${row.connection_name}" was removed`)
}

/** A generation as the API gives it. */
export function toGeneration(row: GenerationRow, images: readonly Image[], place: number | null): Generation {
  const { progress_completed: completed, progress_total: total, cost_amount: amount, cost_currency: currency } = row
  return {
    id: row.id,
    state: row.state,
    connectionId: row.connection_id,
    connectionName: row.connection_name,
    provider: row.provider,
    model: row.model,
    request: requestOf(row),
    resolvedPrompt: row.resolved_prompt,
    resolution: resolutionOf(row),
    revisedPrompt: row.revised_prompt,
    width: row.width,
    height: row.height,
    seed: row.seed,
    adjustments: adjustmentsOf(row),
    fallbackFrom: fallbackFromOf(row),
    progress: completed === null || total === null ? null : { completed, total },
    previewUrl: previewUrl(row.id, row.preview_key),
    place,
    images: [...images],
    error: failureOf(row.error),
    tags: tagsOfRow(row),
    parentId: row.parent_id,
    cost: amount === null || currency === null ? null : { amount, currency },
    createdAt: row.created_at.toISOString(),
    startedAt: row.started_at?.toISOString() ?? null,
    finishedAt: row.finished_at?.toISOString() ?? null,
  }
}

/** The number at the end of the key makes every preview an address of its own, so that no cache shows an old one. */
export function previewUrl(generationId: string, key: string | null): string | null {
  if (key === null) return null
  return `/api/generations/${generationId}/preview?v=${key.slice(key.lastIndexOf('/') + 1)}`
}
