// What of a prompt is drawn: resolved before work begins, kept with the generation. Rules PL1 … in docs/spec/prompts.md.
import { randomInt } from 'node:crypto'
import type { Adjustment, GenerationRequest, ImageSpec, PromptResolution } from '@easel/contract'
import type { Fitted } from './fitted.ts'
import { resolutionOf, type GenerationRow } from './generation-record.ts'
import { addToSeed } from './seed.ts'

export interface TypedPrompt {
  readonly text: string
  /** Where it stands in the request, such as `body.prompt`. */
  readonly field: string
  /** False: it is just letters. Styles are styles all the same, because they were named. */
  readonly language: boolean
  readonly styles: readonly string[]
}

/** A prompt that says what may vary, read and found sound. */
export interface PreparedPrompt {
  /** What its styles leave out of pictures. */
  readonly leftOut: readonly string[]
  /** @param seed 0 … 2⁵³−1 @throws EaselError `validation-failed` when the text becomes too long */
  resolve(seed: number): string
}

/**
 * Reads a prompt with everything of the user's that it names.
 * @returns null where it is drawn as it was typed
 * @throws EaselError `validation-failed`, naming the field
 */
export type PreparePrompt = (userId: string, prompt: TypedPrompt) => Promise<PreparedPrompt | null>

/** Reads what is to be drawn of a request. */
export async function prepare(
  { preparePrompt }: { readonly preparePrompt: PreparePrompt },
  userId: string,
  { request, language }: { readonly request: ImageSpec; readonly language: boolean },
): Promise<PreparedPrompt | null> {
  const { prompt, refinedPrompt, styles = [] } = request
  const field = refinedPrompt === undefined ? 'body.prompt' : 'body.refinedPrompt'
  return await preparePrompt(userId, { text: refinedPrompt ?? prompt, field, language, styles })
}

const joined = (typed: string | undefined, more: readonly string[]): string =>
  [typed ?? '', ...more].filter((text) => text.trim() !== '').join(', ')

/** What is left out by the person and their styles together; null: what was typed. */
function leftOutOf({ leftOut }: PreparedPrompt, { negativePrompt }: ImageSpec): string | null {
  return leftOut.length === 0 ? null : joined(negativePrompt, leftOut)
}

/** The request as engines are asked it: with what its styles leave out. */
export function withLeftOut<T extends ImageSpec>(
  request: T,
  resolution: Pick<PromptResolution, 'negativePrompt'> | null,
): T {
  const negativePrompt = resolution?.negativePrompt ?? null
  return negativePrompt === null ? request : { ...request, negativePrompt }
}

/** The same before its seed is known. */
export const withStyles = (request: GenerationRequest, prepared: PreparedPrompt | null): GenerationRequest =>
  prepared === null ? request : withLeftOut(request, { negativePrompt: leftOutOf(prepared, request) })

/** Largest range of `randomInt`. */
const seedLimit = 2 ** 48 - 1

/** What the seed makes of it: that of the pictures, where the engine takes one. */
export function resolutionFor(
  prepared: PreparedPrompt,
  { request, fitted }: { readonly request: ImageSpec; readonly fitted: Fitted },
): PromptResolution {
  const seed = request.seed ?? fitted.seed ?? randomInt(seedLimit)
  const prompts = Array.from({ length: request.n ?? 1 }, (_, index) =>
    prepared.resolve(addToSeed(seed, index, Number.MAX_SAFE_INTEGER)),
  )
  return { seed, prompts, negativePrompt: leftOutOf(prepared, request) }
}

/** The prompts of its pictures where they differ; else there is one for all. */
export function differentPrompts(resolution: PromptResolution | null): readonly string[] | undefined {
  return resolution !== null && new Set(resolution.prompts).size > 1 ? resolution.prompts : undefined
}

export const ownPrompts = (row: Pick<GenerationRow, 'resolution'>): readonly string[] | undefined =>
  differentPrompts(resolutionOf(row))

/** What picture i is drawn from. */
export const promptOf = (row: Pick<GenerationRow, 'resolution' | 'resolved_prompt'>, index: number): string =>
  ownPrompts(row)?.[index] ?? row.resolved_prompt

/** A text model rewrites one prompt and not many. */
export const notRefined: Adjustment = {
  field: 'refine',
  asked: true,
  used: null,
  reason: 'Drawn as resolved. Each picture has a prompt of its own.',
}
