import type { Capabilities, ModelInfo, Retirement, TextModel } from '@easel/contract'
import { wholeRatio } from '../kit/whole-ratios.ts'
import { isTier, tiers } from './options.ts'
import type { ChatModel, ImageModel } from './wire.ts'

/** Models of 21 November 2026 that both ways can ask, for servers that list none. */
const catalogue = ['google/gemini-3.1-flash-image', 'google/gemini-3-pro-image', 'google/gemini-3.1-flash-lite-image']

/** From lowest to best. */
const qualities = ['auto', 'low', 'medium', 'high', 'xhigh', 'max']
const chatRatios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']

const usualSeedMax = 2 ** 31 - 1
/** A request to Easel carries no more. */
const mostSources = 16

const common: Pick<
  Capabilities,
  'mask' | 'negativePrompt' | 'steps' | 'guidance' | 'strength' | 'sampler' | 'style' | 'cancel'
> = {
  mask: false,
  negativePrompt: false,
  steps: null,
  guidance: null,
  strength: null,
  sampler: null,
  style: null,
  // An abort ends our waiting only; whether the provider behind stops is not known.
  cancel: 'connection',
}

function choiceOf(values: readonly string[], usual: readonly string[]): Capabilities['quality'] {
  const [first] = values
  if (first === undefined) return null
  return { values: [...values], default: usual.find((value) => values.includes(value)) ?? first }
}

function inOrder(values: readonly string[], order: readonly string[]): readonly string[] {
  return values.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
}

function valuesOf({ supported_parameters }: ImageModel, name: string): readonly string[] {
  return supported_parameters[name]?.values ?? []
}

/** The most that a parameter counts to; 1 where it is there and does not say. */
function mostOf({ supported_parameters }: ImageModel, name: string): number | null {
  const found = supported_parameters[name]
  return found ? Math.floor(found.max ?? 1) : null
}

function sizeOf(model: ImageModel): Capabilities['size'] {
  // `auto` is what is meant where nothing is asked for.
  const ratios = valuesOf(model, 'aspect_ratio')
    .filter((value) => value !== 'auto')
    .map(wholeRatio)
  const [first] = ratios
  // A size that is never sent: nobody but the model has a say in it.
  if (first === undefined) return { kind: 'fixed', sizes: ['1024x1024'], default: '1024x1024' }
  return { kind: 'ratio', ratios, default: ratios.includes('1:1') ? '1:1' : first }
}

function capabilitiesOf(model: ImageModel): Capabilities {
  const quality = inOrder(valuesOf(model, 'quality'), qualities)
  const resolution = inOrder(valuesOf(model, 'resolution').filter(isTier), tiers)
  const formats = valuesOf(model, 'output_format').filter((value) => value !== 'svg')
  const seed = model.supported_parameters['seed']
  return {
    ...common,
    imagesPerCall: Math.min(Math.max(mostOf(model, 'n') ?? 1, 1), 10),
    size: sizeOf(model),
    sources: Math.min(Math.max(mostOf(model, 'input_references') ?? 0, 0), mostSources),
    seedMax: seed ? Math.min(seed.max ?? usualSeedMax, Number.MAX_SAFE_INTEGER) : null,
    quality: quality.length > 0 ? choiceOf(quality, ['auto', 'medium']) : choiceOf(resolution, ['1K']),
    background: choiceOf(valuesOf(model, 'background'), ['auto']),
    outputFormat: choiceOf(formats, ['png']),
    progress: model.supports_streaming === true ? 'previews' : 'none',
  }
}

function chatCapabilities({ architecture, supported_parameters }: Omit<ChatModel, 'id'>): Capabilities {
  return {
    ...common,
    imagesPerCall: 1,
    size: { kind: 'ratio', ratios: [...chatRatios], default: '1:1' },
    sources: architecture?.input_modalities?.includes('image') === false ? 0 : 3,
    seedMax: supported_parameters?.includes('seed') === true ? usualSeedMax : null,
    quality: { values: ['1K', '2K', '4K'], default: '1K' },
    background: null,
    outputFormat: null,
    progress: 'none',
  }
}

const retirements: readonly (readonly [slug: RegExp, retirement: Retirement])[] = [
  [/^openai\/dall-e-/, { on: '2026-05-12', instead: ['openai/gpt-image-2'] }],
  [/^openai\/gpt-image-1$/, { on: '2026-10-23', instead: ['openai/gpt-image-2'] }],
  [/^google\/imagen-/, { on: '2026-08-17', instead: ['google/gemini-3.1-flash-image'] }],
  [/^x-ai\/grok-2-image/, { on: null, instead: ['x-ai/grok-imagine-image-2.0'] }],
]

/** What to take instead of a model that its maker has switched off, or null. */
export function retirementOf(model: string): Retirement | null {
  return retirements.find(([slug]) => slug.test(model))?.[1] ?? null
}

function describe(id: string, name: string | null | undefined, capabilities: Capabilities): ModelInfo {
  const retired = retirementOf(id)
  const shapeless = capabilities.size.kind === 'fixed' && { description: 'It chooses the shape of a picture itself.' }
  return { id, label: name || id, ...shapeless, ...(retired && { retired }), capabilities }
}

const retiredLast = (models: readonly ModelInfo[]): readonly ModelInfo[] =>
  [...new Map(models.map((model) => [model.id, model])).values()].toSorted(
    (a, b) => Number(a.retired !== undefined) - Number(b.retired !== undefined),
  )

/** Those of the Images API, by what each says that it takes; not those that draw nothing but SVG. */
export function imageModels(listed: readonly ImageModel[]): readonly ModelInfo[] {
  const drawing = listed.filter((model) => {
    const formats = valuesOf(model, 'output_format')
    const pictures = model.architecture?.output_modalities?.includes('image') ?? true
    return pictures && (formats.length === 0 || formats.some((format) => format !== 'svg'))
  })
  return retiredLast(drawing.map((model) => describe(model.id, model.name, capabilitiesOf(model))))
}

/** Those of the list of all models that draw, asked by chat. */
export function chatModels(listed: readonly ChatModel[]): readonly ModelInfo[] {
  const drawing = listed.filter(({ architecture }) => architecture?.output_modalities?.includes('image') === true)
  return retiredLast(drawing.map((model) => describe(model.id, model.name, chatCapabilities(model))))
}

export function cataloguedModels(): readonly ModelInfo[] {
  return catalogue.map((id) => describe(id, null, chatCapabilities({})))
}

/** Those of the list of all models that write and do not draw, and whether they take pictures. */
export function writingModels(listed: readonly ChatModel[]): readonly TextModel[] {
  const writing = listed.filter(({ architecture }) => {
    const made = architecture?.output_modalities
    return made?.includes('text') !== false && made?.includes('image') !== true
  })
  return [...new Map(writing.map((model) => [model.id, model])).values()].map(({ id, name, architecture }) => ({
    id,
    label: name || id,
    sees: architecture?.input_modalities?.includes('image') ?? null,
  }))
}
