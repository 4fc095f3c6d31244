import type { Capabilities, ModelInfo, NumberRange } from '@easel/contract'
import type { ServerCapabilities } from './wire.ts'

/** Models that look at pictures rather than change one. */
const refers = /kontext|edit|flux[-_. ]?2|klein|omnigen|longcat/i

/** Whether sources are what the prompt refers to (`ref_images`) rather than what is changed (`init_image`). */
export function refersToSources(model: string, setting: 'auto' | 'change' | 'refer'): boolean {
  return setting === 'auto' ? refers.test(model) : setting === 'refer'
}

/** The name of the one model that the server has loaded. */
function modelName({ model }: ServerCapabilities): string {
  return model.name || model.stem || 'sd-cpp-local'
}

/** Describes the server's one model, by what the server says that it can do. */
export function describeModel(server: ServerCapabilities, setting: 'auto' | 'change' | 'refer'): ModelInfo {
  const id = modelName(server)
  const schedulers = server.schedulers ?? []
  return {
    id,
    label: id.replace(/\.(?:safetensors|ckpt|gguf)$/i, ''),
    ...(schedulers.length > 0 && { description: `Schedulers: ${schedulers.join(', ')}.` }),
    capabilities: capabilitiesOf(server, refersToSources(id, setting)),
  }
}

function capabilitiesOf(server: ServerCapabilities, refer: boolean): Capabilities {
  const usual = server.defaults_by_mode?.img_gen ?? server.defaults ?? {}
  const features = server.features_by_mode?.img_gen ?? server.features ?? {}
  const limits = server.limits ?? {}
  const params = usual.sample_params
  const takesSources = (refer ? features.ref_images : features.init_image) ?? true
  return {
    imagesPerCall: limits.max_batch_count ?? 8,
    size: {
      kind: 'free',
      min: Math.max(limits.min_width ?? 64, limits.min_height ?? 64),
      max: Math.min(limits.max_width ?? 4096, limits.max_height ?? 4096),
      // The models work on blocks of 16 pixels or fewer; the server rounds other sizes up, and the picture is then not what was asked for.
      multiple: 16,
      default: `${usual.width ?? 512}x${usual.height ?? 512}`,
    },
    sources: takesSources ? (refer ? 4 : 1) : 0,
    mask: takesSources && !refer && (features.mask_image ?? true),
    negativePrompt: true,
    seedMax: 2 ** 31 - 1,
    steps: around({ min: 1, max: 150, step: 1, default: 20 }, params?.sample_steps),
    guidance: around({ min: 0, max: 30, step: 0.1, default: 7 }, params?.guidance?.txt_cfg),
    strength: refer ? null : around({ min: 0, max: 1, step: 0.01, default: 0.75 }, usual.strength),
    quality: null,
    style: null,
    background: null,
    outputFormat: choice(
      server.output_formats_by_mode?.img_gen ?? server.output_formats ?? ['png', 'jpeg', 'webp'],
      usual.output_format,
    ),
    sampler: choice(server.samplers ?? [], params?.sample_method),
    // What is told is the place in the queue.
    progress: 'steps',
    cancel: features.cancel_generating === true ? 'engine' : 'connection',
  }
}

function around(range: NumberRange, usual: number | undefined): NumberRange {
  return usual !== undefined && usual >= range.min && usual <= range.max ? { ...range, default: usual } : range
}

function choice(values: readonly string[], usual: string | undefined): Capabilities['sampler'] {
  const [first] = values
  if (first === undefined) return null
  return { values: [...values], default: usual !== undefined && values.includes(usual) ? usual : first }
}
