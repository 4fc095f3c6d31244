import type { Capabilities, GenerationRequest, NumberRange } from '@easel/contract'
import type { Draft } from '#data/draft.ts'
import { fieldsOf } from '#parts/schema-fields.ts'
import { chosenShape } from './shape.ts'

interface Target {
  readonly connectionId: string
  readonly model: string | null
  readonly capabilities: Capabilities
  /** The provider's own options as JSON Schema. */
  readonly options: Readonly<Record<string, unknown>>
}

/** The value inside the range, or nothing where the model has no such setting or the form leaves it open. */
function within(range: NumberRange | null, value: number | null): number | undefined {
  if (range === null || value === null) return undefined
  return Math.min(Math.max(value, range.min), range.max)
}

function among(choice: Capabilities['quality'], value: string | null): string | undefined {
  return value !== null && choice?.values.includes(value) ? value : undefined
}

function shapeOf(draft: Draft, capabilities: Capabilities): Pick<GenerationRequest, 'size' | 'aspectRatio'> {
  if (draft.size === null && draft.aspectRatio === null) return {}
  const shape = chosenShape(capabilities.size, draft)
  return shape.kind === 'size' ? { size: shape.value } : { aspectRatio: shape.value }
}

/** A refined prompt is drawn, and the typed one kept. Whoever has changed it has typed it. */
function wordsOf({ prompt, refinement }: Draft): Pick<GenerationRequest, 'prompt' | 'refinedPrompt'> {
  if (refinement === null || prompt !== refinement.refined) return { prompt: prompt.trim() }
  return { prompt: refinement.typed, refinedPrompt: prompt.trim() }
}

/** The request for what stands in the form: only what this model can take, and nothing that was left to the model. */
export function toRequest(draft: Draft, target: Target): GenerationRequest {
  const { capabilities: able } = target
  const sources = draft.sources.slice(0, able.sources)
  const known = new Set(fieldsOf(target.options).map((field) => field.name))
  const options = Object.fromEntries(Object.entries(draft.options).filter(([name]) => known.has(name)))
  return {
    ...wordsOf(draft),
    connectionId: target.connectionId,
    model: target.model ?? undefined,
    n: draft.n,
    ...shapeOf(draft, able),
    negativePrompt: able.negativePrompt && draft.negativePrompt.trim() !== '' ? draft.negativePrompt.trim() : undefined,
    seed: able.seedMax !== null ? (draft.seed ?? undefined) : undefined,
    steps: within(able.steps, draft.steps),
    guidance: within(able.guidance, draft.guidance),
    strength: sources.length > 0 ? within(able.strength, draft.strength) : undefined,
    quality: among(able.quality, draft.quality),
    style: among(able.style, draft.style),
    background: among(able.background, draft.background),
    outputFormat: among(able.outputFormat, draft.outputFormat),
    sampler: among(able.sampler, draft.sampler),
    sources: sources.length > 0 ? sources : undefined,
    styles: draft.styles.length > 0 ? draft.styles : undefined,
    options: Object.keys(options).length > 0 ? options : undefined,
  }
}
