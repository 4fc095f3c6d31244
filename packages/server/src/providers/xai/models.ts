import type { Capabilities, ModelInfo, Retirement } from '@easel/contract'
import { promptOnly } from '../kit/prompt-only.ts'
import { wholeRatio } from '../kit/whole-ratios.ts'

/** The models of 21 November 2026, for servers that list none. */
const catalogue = ['grok-imagine-image-2.0', 'grok-imagine-image-quality', 'grok-imagine-image']

const ratios = '1:1 3:4 4:3 9:16 16:9 2:3 3:2 1:2 2:1 9:19.5 19.5:9 9:20 20:9'.split(' ').map(wholeRatio)

const common = { ...promptOnly, imagesPerCall: 10 }

/** The model of before 2026, which draws in one size, from words alone. */
const isGrok2 = (model: string): boolean => model.startsWith('grok-2-image')

function capabilitiesOf(model: string): Capabilities {
  // Neither size nor ratio is ever sent to it: it would refuse them.
  if (isGrok2(model)) {
    return { ...common, size: { kind: 'fixed', sizes: ['1024x768'], default: '1024x768' } }
  }
  const [, version = 1] = /^grok-imagine-image-(\d+\.\d+)/.exec(model) ?? []
  return {
    ...common,
    sources: 3,
    // Only from 2.0 on there is a quality besides the resolution.
    quality:
      Number(version) >= 2 ? { values: ['low', 'medium'], default: 'medium' } : { values: ['1k', '2k'], default: '1k' },
    size: { kind: 'ratio', ratios: [...ratios], default: '1:1' },
  }
}

/** What to take instead of a model that xAI has switched off, or of a name that it has given up; else null. */
export function retirementOf(model: string): Retirement | null {
  if (isGrok2(model)) return { on: null, instead: ['grok-imagine-image-2.0'] }
  if (model === 'grok-imagine-image-pro') return { on: '2026-05-15', instead: ['grok-imagine-image-quality'] }
  return null
}

interface Listed {
  readonly id: string
  /** In US cents. */
  readonly image_price?: number | null | undefined
}

export function describeModel({ id, image_price: cents }: Listed): ModelInfo {
  const retired = retirementOf(id)
  return {
    id,
    label: id,
    ...(retired && { retired }),
    capabilities: capabilitiesOf(id),
    ...(typeof cents === 'number' && cents > 0 && { priceHint: `about $${(cents / 100).toFixed(2)} a picture` }),
  }
}

/** The models that a server lists: in use first, retired ones last. */
export function listedModels(listed: readonly Listed[]): readonly ModelInfo[] {
  const models = [...new Map(listed.map((model) => [model.id, describeModel(model)])).values()]
  return models.toSorted((a, b) => Number(a.retired !== undefined) - Number(b.retired !== undefined))
}

export function cataloguedModels(): readonly ModelInfo[] {
  return catalogue.map((id) => describeModel({ id }))
}
