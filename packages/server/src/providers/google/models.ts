import type { Capabilities, ModelInfo, Retirement, TextModel } from '@easel/contract'
import { promptOnly } from '../kit/prompt-only.ts'

/** The models of 21 November 2026, for servers that list none. */
const catalogue = [
  'gemini-3.1-flash-image',
  'gemini-3.1-flash-lite-image',
  'gemini-3-pro-image',
  'gemini-nano-banana-2.1',
  'nano-banana-pro-preview',
  'gemini-2.5-flash-image',
]

const retirement: Retirement = { on: '2026-08-17', instead: ['gemini-3.1-flash-image'] }
const ratios = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']
const longRatios = ['1:4', '4:1', '1:8', '8:1']

/** Whether a model is drawn with `:predict`, which only servers older than August 2026 and proxies have. */
export function isImagen(model: string): boolean {
  return model.startsWith('imagen-')
}

function capabilitiesOf(model: string): Capabilities {
  if (isImagen(model)) {
    return {
      ...promptOnly,
      imagesPerCall: 4,
      quality: { values: ['1K', '2K'], default: '1K' },
      size: { kind: 'ratio', ratios: ['1:1', '3:4', '4:3', '9:16', '16:9'], default: '1:1' },
    }
  }
  const of31 = model.startsWith('gemini-3.1-')
  const pro = /^gemini-3-pro-|^nano-banana-pro/.test(model)
  return {
    ...promptOnly,
    imagesPerCall: 1,
    sources: pro ? 14 : 3,
    seedMax: 2_147_483_647,
    quality: model.startsWith('gemini-2.5-') ? null : { values: sizesOf(model), default: '1K' },
    size: { kind: 'ratio', ratios: of31 ? [...ratios, ...longRatios] : ratios, default: '1:1' },
  }
}

function sizesOf(model: string): string[] {
  const small = model.startsWith('gemini-3.1-flash-image') ? ['512'] : []
  return [...small, '1K', '2K', '4K']
}

/** What to take instead of a model that Google has switched off, or null. */
export function retirementOf(model: string): Retirement | null {
  return isImagen(model) ? retirement : null
}

export function describeModel(id: string, label = id): ModelInfo {
  const retired = retirementOf(id)
  return { id, label, ...(retired && { retired }), capabilities: capabilitiesOf(id) }
}

export interface Listed {
  readonly name: string
  readonly displayName?: string | undefined
  readonly supportedGenerationMethods?: readonly string[] | undefined
}

const draws = /image|nano-banana|^imagen-/

/** The models that draw, of those a server lists: in use first, retired ones last. The list does not say what draws; names do. */
export function drawingModels(listed: readonly Listed[]): readonly ModelInfo[] {
  const found = new Map<string, ModelInfo>()
  for (const { name, displayName } of listed) {
    const id = name.replace(/^models\//, '')
    if (draws.test(id)) found.set(id, describeModel(id, displayName || id))
  }
  return [...found.values()].toSorted((a, b) => Number(isImagen(a.id)) - Number(isImagen(b.id)))
}

export function cataloguedModels(): readonly ModelInfo[] {
  return catalogue.map((id) => describeModel(id))
}

const otherwise = /embedding|aqa|tts|audio|live|veo|lyria|robotics|computer-use|deep-research/

/** The models that write, of those a server lists. */
export function writingModels(listed: readonly Listed[]): readonly TextModel[] {
  const found = new Map<string, TextModel>()
  for (const { name, displayName, supportedGenerationMethods: methods } of listed) {
    const id = name.replace(/^models\//, '')
    if (draws.test(id) || otherwise.test(id) || methods?.includes('generateContent') === false) continue
    found.set(id, { id, label: displayName || id, sees: id.startsWith('gemini-') ? true : null })
  }
  return [...found.values()]
}
