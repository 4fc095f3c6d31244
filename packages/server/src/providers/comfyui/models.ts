import type { Capabilities, ModelInfo } from '@easel/contract'
import type { Job, Settings } from './graphs.ts'
import { numberAt, readWorkflow, valueAt, type Workflow } from './workflow.ts'

/** The id of the model that a connection's own workflow becomes. */
export const workflowModel = 'workflow'

/** What a server has, by the folders of its models. */
export interface Installed {
  readonly checkpoints: readonly string[]
  readonly diffusionModels: readonly string[]
  readonly samplers: readonly string[]
  readonly schedulers: readonly string[]
}

/** How a built-in workflow is used with one file, and what it takes when nothing else is asked for. */
export interface BuiltIn extends Pick<Job, 'family' | 'folder' | 'file'> {
  readonly side: number
  readonly steps: number
  readonly guidance: number
  readonly sampler: string
  readonly scheduler: string
  /** The model has guidance built in and takes none. */
  readonly distilled: boolean
}

/** How much of a source is changed where nobody says; with a mask the masked part is made anew. */
export const usualStrength = 0.75

// FLUX.2 has another text encoder; the others need inputs that the built-in workflow does not have.
const otherFlux = /flux[-_. ]?2|kontext|fill|redux|canny|depth/i

/** How a model's id is to be drawn with, or null when no built-in workflow fits. */
export function builtInFor(id: string): BuiltIn | null {
  const slash = id.indexOf('/')
  const [folder, file] = [id.slice(0, slash), id.slice(slash + 1)]
  if (file === '' || (folder !== 'checkpoints' && folder !== 'diffusion_models')) return null
  if (/flux/i.test(file)) return otherFlux.test(file) ? null : flux(folder, file)
  // A file with the diffusion model alone says nothing about which text encoders and VAE belong to it.
  return folder === 'checkpoints' ? stableDiffusion(file) : null
}

function flux(folder: Job['folder'], file: string): BuiltIn {
  const distilled = /schnell/i.test(file)
  const usual = { side: 1024, guidance: 3.5, sampler: 'euler', scheduler: 'simple' }
  return { family: 'flux', folder, file, ...usual, steps: distilled ? 4 : 20, distilled }
}

function stableDiffusion(file: string): BuiltIn {
  const base = { family: 'sd', folder: 'checkpoints', file } as const
  const side = /(?:^|[^a-z])(?:sd[-_ ]?|v)1[-_.]?[45]|(?:^|\D)1[-.]5(?:\D|$)/i.test(file) ? 512 : 1024
  // Made to be sampled in a few steps, without guidance.
  if (/turbo|lightning|hyper/i.test(file)) {
    return { ...base, side, steps: 6, guidance: 1.5, sampler: 'euler', scheduler: 'sgm_uniform', distilled: false }
  }
  return { ...base, side, steps: 25, guidance: 7, sampler: 'dpmpp_2m', scheduler: 'karras', distilled: false }
}

const common = {
  imagesPerCall: 1,
  // The server takes 64 bits; 32 are what other programs can read from a picture's metadata.
  seedMax: 2 ** 32 - 1,
  quality: null,
  style: null,
  background: null,
  outputFormat: null,
  progress: 'steps-and-previews',
  cancel: 'engine',
} as const satisfies Partial<Capabilities>

const strengthRange = { min: 0.05, max: 1, step: 0.01, default: usualStrength }

function builtInModel(model: BuiltIn, installed: Installed): ModelInfo {
  const { folder, file, family, steps, guidance, side } = model
  const schedulers = installed.schedulers.join(', ')
  return {
    id: `${folder}/${file}`,
    label: file.replace(/\.(?:safetensors|ckpt|sft|gguf|pth?)$/i, ''),
    ...(schedulers !== '' && { description: `Schedulers: ${schedulers}.` }),
    capabilities: {
      ...common,
      size: { kind: 'free', min: 64, max: 4096, multiple: family === 'flux' ? 16 : 8, default: `${side}x${side}` },
      sources: 1,
      mask: true,
      negativePrompt: family === 'sd',
      steps: { min: 1, max: 150, step: 1, default: steps },
      guidance: model.distilled ? null : { min: 0, max: 30, step: 0.1, default: guidance },
      strength: strengthRange,
      sampler: choice(installed.samplers, model.sampler),
    },
  }
}

function choice(values: readonly string[], usual: string): Capabilities['sampler'] {
  const [first] = values
  if (first === undefined) return null
  return { values: [...values], default: values.includes(usual) ? usual : first }
}

/** What a server can draw with: the connection's own workflow first, then every file that a built-in workflow fits. */
export function modelsOf(installed: Installed, settings: Settings): readonly ModelInfo[] {
  const workflow = readWorkflow(settings.workflow, settings.inputs)
  const ids = [
    ...installed.checkpoints.map((file) => `checkpoints/${file}`),
    ...installed.diffusionModels.map((file) => `diffusion_models/${file}`),
  ]
  const builtIn = [...new Set(ids)].map(builtInFor).filter((model) => model !== null)
  const own = workflow === null ? [] : [ownModel(workflow, installed)]
  return [...own, ...builtIn.map((model) => builtInModel(model, installed))]
}

function ownModel(workflow: Workflow, installed: Installed): ModelInfo {
  const { places } = workflow
  const number = (name: 'steps' | 'guidance' | 'strength', range: { min: number; max: number; usual: number }) => {
    if (!places[name]) return null
    const { min, max, usual } = range
    const given = numberAt(workflow, name) ?? usual
    return { min, max, step: name === 'steps' ? 1 : 0.01, default: Math.min(Math.max(given, min), max) }
  }
  const sampler = valueAt(workflow, 'sampler')
  const sources = (['image', 'image2', 'image3'] as const).filter((name) => places[name]).length
  return {
    id: workflowModel,
    label: 'Own workflow',
    capabilities: {
      ...common,
      seedMax: places.seed ? common.seedMax : null,
      size: ownSize(workflow),
      sources,
      mask: places.mask !== undefined,
      negativePrompt: places.negative !== undefined,
      steps: number('steps', { min: 1, max: 150, usual: 20 }),
      guidance: number('guidance', { min: 0, max: 30, usual: 7 }),
      strength: number('strength', { min: 0.05, max: 1, usual: usualStrength }),
      sampler: places.sampler ? choice(installed.samplers, typeof sampler === 'string' ? sampler : '') : null,
    },
  }
}

/** A workflow that does not let its size be chosen makes pictures of one size, where it says which. */
function ownSize(workflow: Workflow): Capabilities['size'] {
  if (workflow.places.width) {
    const [width, height] = [numberAt(workflow, 'width') ?? 1024, numberAt(workflow, 'height') ?? 1024]
    const usable = [width, height].every((side) => side >= 64 && side <= 4096 && side % 8 === 0)
    return { kind: 'free', min: 64, max: 4096, multiple: 8, default: usable ? `${width}x${height}` : '1024x1024' }
  }
  for (const { inputs } of Object.values(workflow.graph)) {
    const { width, height, batch_size: batch } = inputs
    if (batch === undefined || !isSide(width) || !isSide(height)) continue
    return { kind: 'fixed', sizes: [`${width}x${height}`], default: `${width}x${height}` }
  }
  return { kind: 'ratio', ratios: ['1:1'], default: '1:1' }
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0
}
