import type { Capabilities, ModelInfo, Retirement, TextModel } from '@easel/contract'

/**
 * The models of 21 November 2026, for servers that do not tell: OpenAI's own list says nothing about capabilities, and keys
 * of narrow rights may not read it.
 */
const catalogue = [
  'gpt-image-2.6-sunburst',
  'gpt-image-2.6-flare',
  'gpt-image-2.5-sunburst',
  'gpt-image-2.5-flare',
  'gpt-image-2',
  'gpt-image-1.5',
  'gpt-image-1-mini',
  'chatgpt-image-latest',
]

/** What OpenAI itself has switched off; servers that speak its protocol may still list it. */
const retirements: Readonly<Record<string, Retirement>> = {
  'dall-e-2': { on: '2026-05-12', instead: ['gpt-image-1-mini'] },
  'dall-e-3': { on: '2026-05-12', instead: ['gpt-image-2'] },
  'gpt-image-1': { on: '2026-10-23', instead: ['gpt-image-1.5', 'gpt-image-2'] },
}

const drawing = /^(?:gpt-image-|chatgpt-image-|dall-e-)/

const common = {
  mask: true,
  negativePrompt: false,
  seedMax: null,
  steps: null,
  guidance: null,
  strength: null,
  sampler: null,
  style: null,
  // An abort ends our waiting only; the work is probably billed all the same.
  cancel: 'connection',
} as const satisfies Partial<Capabilities>

const gptImage = {
  ...common,
  imagesPerCall: 10,
  sources: 16,
  quality: { values: ['auto', 'low', 'medium', 'high'], default: 'auto' },
  background: { values: ['auto', 'opaque', 'transparent'], default: 'auto' },
  // gif and svg exist as previews on some models; Easel stores neither.
  outputFormat: { values: ['png', 'jpeg', 'webp'], default: 'png' },
  progress: 'previews',
} as const

const gptImage1: Capabilities = {
  ...gptImage,
  quality: { ...gptImage.quality, values: [...gptImage.quality.values] },
  background: { ...gptImage.background, values: [...gptImage.background.values] },
  outputFormat: { ...gptImage.outputFormat, values: [...gptImage.outputFormat.values] },
  size: { kind: 'fixed', sizes: ['1024x1024', '1536x1024', '1024x1536'], default: '1024x1024' },
}

const gptImage2: Capabilities = {
  ...gptImage1,
  size: {
    kind: 'free',
    // The shortest side that a picture of the fewest pixels and the longest ratio has.
    min: 480,
    max: 3840,
    multiple: 16,
    maxRatio: 3,
    // Not published; measured by others. The upper bound is 3840 × 2160.
    minPixels: 655_360,
    maxPixels: 8_294_400,
    default: '1024x1024',
  },
}

const gptImage25: Capabilities = {
  ...gptImage2,
  quality: { values: ['auto', 'low', 'medium', 'high', 'xhigh', 'max'], default: 'auto' },
}

const dallE = { ...common, background: null, outputFormat: null, progress: 'none' } as const

const dallE2: Capabilities = {
  ...dallE,
  imagesPerCall: 10,
  sources: 1,
  quality: null,
  size: { kind: 'fixed', sizes: ['256x256', '512x512', '1024x1024'], default: '1024x1024' },
}

const dallE3: Capabilities = {
  ...dallE,
  imagesPerCall: 1,
  sources: 0,
  mask: false,
  quality: { values: ['standard', 'hd'], default: 'standard' },
  style: { values: ['vivid', 'natural'], default: 'vivid' },
  size: { kind: 'fixed', sizes: ['1024x1024', '1792x1024', '1024x1792'], default: '1024x1024' },
}

/** Whether a model is of the older family, which has its own parameters. */
export function isDallE(model: string): boolean {
  return model.startsWith('dall-e-')
}

function capabilitiesOf(model: string): Capabilities {
  if (isDallE(model)) return model.startsWith('dall-e-2') ? dallE2 : dallE3
  const [, major, minor] = /^gpt-image-(\d+)(?:\.(\d+))?(?=-|$)/.exec(model) ?? []
  const version = Number(major ?? 1) + Number(minor ?? 0) / 10
  if (version >= 2.5) return gptImage25
  return version >= 2 ? gptImage2 : gptImage1
}

interface TokenPrices {
  readonly textIn: number
  readonly imageIn: number
  readonly imageOut: number
}

/** The list price of a model in US dollars for a million tokens, or null where it is not known. */
export function pricesOf(model: string): TokenPrices | null {
  return /^gpt-image-2(?:\.|-|$)/.test(model) ? { textIn: 5, imageIn: 8, imageOut: 30 } : null
}

/** What to take instead of a model that OpenAI has switched off, or null. */
export function retirementOf(id: string): Retirement | null {
  return retirements[id.replace(/-\d{4}-\d{2}-\d{2}$/, '')] ?? null
}

export function describeModel(id: string): ModelInfo {
  const retired = retirementOf(id)
  const prices = pricesOf(id)
  return {
    id,
    label: id,
    ...(retired && { retired }),
    capabilities: capabilitiesOf(id),
    ...(prices && { priceHint: `$${prices.imageOut} for a million tokens of picture` }),
  }
}

/** The models that draw, of those a server lists: in use first, retired ones last. */
export function drawingModels(ids: readonly string[]): readonly ModelInfo[] {
  const models = [...new Set(ids)].filter((id) => drawing.test(id)).map(describeModel)
  return models.toSorted((a, b) => Number(a.retired !== undefined) - Number(b.retired !== undefined))
}

export function cataloguedModels(): readonly ModelInfo[] {
  return catalogue.map(describeModel)
}

const writing = /^(?:gpt-|chatgpt-|o\d)/
/** Models of the same families that do something else, or are not asked by chat completions. */
const otherwise = /image|audio|realtime|transcribe|tts|search|instruct|codex|deep-research/
const blind = /^(?:gpt-3\.5|gpt-4(?:-\d{4}(?:-preview)?|-32k)?$|o1-mini|o1-preview|o3-mini)/

/** The models that write, of those a server lists. The list does not say what they can; names do. */
export function writingModels(ids: readonly string[]): readonly TextModel[] {
  const models = [...new Set(ids)].filter((id) => writing.test(id) && !otherwise.test(id))
  return models.map((id) => ({ id, label: id, sees: !blind.test(id) }))
}
