import type { Generation, Image } from '@easel/contract'
import { z } from 'zod'
import { asLetters } from './prompt-letters.ts'

/** What stands in the Studio's form. null is "as the model does it by itself". */
export const Draft = z.object({
  prompt: z.string(),
  negativePrompt: z.string(),
  n: z.int().min(1).max(10),
  size: z.string().nullable(),
  aspectRatio: z.string().nullable(),
  seed: z.number().nullable(),
  steps: z.number().nullable(),
  guidance: z.number().nullable(),
  strength: z.number().nullable(),
  quality: z.string().nullable(),
  style: z.string().nullable(),
  background: z.string().nullable(),
  outputFormat: z.string().nullable(),
  sampler: z.string().nullable(),
  sources: z.array(z.string()),
  options: z.record(z.string(), z.unknown()),
  /** Names of the styles that the prompt becomes part of. */
  styles: z.array(z.string()).default([]),
  /** The prompt as typed and what a text model made of it, for as long as there is a way back. */
  refinement: z.object({ typed: z.string(), refined: z.string() }).nullable().default(null),
})
export type Draft = z.infer<typeof Draft>

export const emptyDraft: Draft = {
  prompt: '',
  negativePrompt: '',
  n: 1,
  size: null,
  aspectRatio: null,
  seed: null,
  steps: null,
  guidance: null,
  strength: null,
  quality: null,
  style: null,
  background: null,
  outputFormat: null,
  sampler: null,
  sources: [],
  options: {},
  styles: [],
  refinement: null,
}

/** Which engine and model the next picture is asked of. A null model is the connection's own default. */
export const Selection = z.object({ connectionId: z.string(), model: z.string().nullable() })
export type Selection = z.infer<typeof Selection>

/** The form as it was when the generation was asked for, with the seed that it got. */
export function draftFromGeneration({
  request,
  seed,
  resolution,
}: Pick<Generation, 'request' | 'seed' | 'resolution'>): Draft {
  // Where nothing of it was read as what may vary, it was letters.
  const again = (text: string) => (resolution === null ? asLetters(text) : text)
  const typed = again(request.prompt)
  const refined = request.refinedPrompt === undefined ? undefined : again(request.refinedPrompt)
  return {
    prompt: refined ?? typed,
    negativePrompt: request.negativePrompt ?? '',
    n: request.n ?? 1,
    size: request.size ?? null,
    aspectRatio: request.aspectRatio ?? null,
    seed: request.seed ?? seed,
    steps: request.steps ?? null,
    guidance: request.guidance ?? null,
    strength: request.strength ?? null,
    quality: request.quality ?? null,
    style: request.style ?? null,
    background: request.background ?? null,
    outputFormat: request.outputFormat ?? null,
    sampler: request.sampler ?? null,
    sources: request.sources ?? [],
    options: request.options ?? {},
    styles: request.styles ?? [],
    refinement: refined === undefined ? null : { typed, refined },
  }
}

type Told = Pick<Image, 'generationPrompt' | 'negativePrompt' | 'width' | 'height' | 'seed' | 'parameters'>

/** The form that a picture's own record allows, for when its generation is no longer known. */
export function draftFromImage(image: Told): Draft {
  const { parameters } = image
  const number = (name: string) => (typeof parameters[name] === 'number' ? parameters[name] : null)
  const text = (name: string) => (typeof parameters[name] === 'string' ? parameters[name] : null)
  return {
    ...emptyDraft,
    prompt: asLetters(image.generationPrompt ?? ''),
    negativePrompt: image.negativePrompt ?? '',
    size: `${image.width}x${image.height}`,
    seed: image.seed,
    steps: number('steps'),
    guidance: number('guidance'),
    strength: number('strength'),
    quality: text('quality'),
    style: text('style'),
    background: text('background'),
    outputFormat: text('outputFormat'),
    sampler: text('sampler'),
  }
}

const HISTORY = 50

/** The prompts used, newest first, each once. */
export function remembered(history: readonly string[], prompt: string): string[] {
  const text = prompt.trim()
  return [text, ...history.filter((other) => other !== text)].slice(0, HISTORY)
}
