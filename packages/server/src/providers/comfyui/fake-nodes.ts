// The nodes that the fake ComfyUI knows: what they take, and what is said about a graph that does not fit.
import type { Graph } from './wire.ts'

export interface Files {
  readonly checkpoints: readonly string[]
  readonly diffusionModels: readonly string[]
  readonly textEncoders: readonly string[]
  readonly vaes: readonly string[]
  readonly samplers: readonly string[]
  readonly schedulers: readonly string[]
}

export const defaultFiles: Files = {
  checkpoints: ['sd_xl_base_1.0.safetensors', 'v1-5-pruned-emaonly.safetensors', 'flux1-dev-fp8.safetensors'],
  diffusionModels: ['flux1-dev.safetensors', 'flux1-schnell.safetensors', 'qwen_image_fp8.safetensors'],
  textEncoders: ['clip_l.safetensors', 't5xxl_fp16.safetensors'],
  vaes: ['ae.safetensors'],
  samplers: ['euler', 'euler_ancestral', 'dpmpp_2m'],
  schedulers: ['simple', 'sgm_uniform', 'karras', 'normal'],
}

type Inputs = Readonly<Record<string, readonly string[] | 'other' | { readonly min: number; readonly max: number }>>

function nodesOf(files: Files): Readonly<Record<string, Inputs>> {
  const { samplers, schedulers } = files
  const steps = { min: 1, max: 10_000 }
  const size = { width: { min: 16, max: 16_384 }, height: { min: 16, max: 16_384 }, batch_size: { min: 1, max: 4096 } }
  const other = 'other' as const
  return {
    CheckpointLoaderSimple: { ckpt_name: files.checkpoints },
    UNETLoader: {
      unet_name: files.diffusionModels,
      weight_dtype: ['default', 'fp8_e4m3fn', 'fp8_e4m3fn_fast', 'fp8_e5m2'],
    },
    DualCLIPLoader: { clip_name1: files.textEncoders, clip_name2: files.textEncoders, type: ['sdxl', 'sd3', 'flux'] },
    VAELoader: { vae_name: files.vaes },
    CLIPTextEncode: { text: other, clip: other },
    FluxGuidance: { guidance: { min: 0, max: 100 }, conditioning: other },
    EmptyLatentImage: size,
    EmptySD3LatentImage: size,
    KSampler: {
      seed: { min: 0, max: 2 ** 64 },
      steps,
      cfg: { min: 0, max: 100 },
      sampler_name: samplers,
      scheduler: schedulers,
      denoise: { min: 0, max: 1 },
      model: other,
      positive: other,
      negative: other,
      latent_image: other,
    },
    RandomNoise: { noise_seed: { min: 0, max: 2 ** 64 } },
    BasicGuider: { model: other, conditioning: other },
    KSamplerSelect: { sampler_name: samplers },
    BasicScheduler: { model: other, scheduler: schedulers, steps, denoise: { min: 0, max: 1 } },
    SamplerCustomAdvanced: { noise: other, guider: other, sampler: other, sigmas: other, latent_image: other },
    LoadImage: { image: other },
    LoadImageMask: { image: other, channel: ['alpha', 'red', 'green', 'blue'] },
    VAEEncode: { pixels: other, vae: other },
    SetLatentNoiseMask: { samples: other, mask: other },
    VAEDecode: { samples: other, vae: other },
    SaveImage: { filename_prefix: other, images: other },
    PreviewImage: { images: other },
  }
}

/** The answer to /object_info/{node}: empty for a node that there is not. */
export function objectInfoOf(name: string, files: Files, combos: 'lists' | 'combo'): Record<string, unknown> {
  const node = nodesOf(files)[name]
  if (!node) return {}
  const required = Object.entries(node).map(([input, rule]) => {
    if (rule === 'other') return [input, ['MODEL']]
    if ('min' in rule) return [input, ['INT', { ...rule, default: rule.min }]]
    return [input, combos === 'lists' ? [rule, {}] : ['COMBO', { options: rule }]]
  })
  const input = { required: Object.fromEntries(required), optional: {}, hidden: {} }
  return { [name]: { input, input_order: {}, output: [], name, display_name: name, category: 'x', output_node: false } }
}

export function outputNodes(graph: Graph): readonly string[] {
  const types = ['SaveImage', 'PreviewImage']
  return Object.keys(graph).filter((id) => types.includes(graph[id]?.class_type ?? ''))
}

interface Fault {
  readonly type: string
  readonly message: string
  readonly details: string
  readonly extra_info: Readonly<Record<string, unknown>>
}

/** Checks a graph as ComfyUI does: output by output, each with all that it depends on. `good` are the outputs that can run. */
export function validate(graph: Graph, files: Files, uploads: ReadonlyMap<string, unknown>) {
  const nodes = nodesOf(files)
  const errors: Record<string, { errors: Fault[]; dependent_outputs: string[]; class_type: string }> = {}
  const unknown = Object.entries(graph).find(([, { class_type: type }]) => !nodes[type])
  const missing = unknown && {
    type: 'missing_node_type',
    message: `Node '${unknown[1].class_type}' not found. The custom node may not be installed.`,
    details: `Node ID '#${unknown[0]}'`,
    extra_info: { node_id: unknown[0], class_type: unknown[1].class_type },
  }
  const good: string[] = []
  for (const output of missing ? [] : outputNodes(graph)) {
    const faulty = [...reached(graph, output)].filter((id) => {
      const type = graph[id]?.class_type ?? ''
      const faults = Object.entries(nodes[type] ?? {}).flatMap(([input, rule]) =>
        faultOf({ input, rule, value: graph[id]?.inputs[input] }, type === 'LoadImage' ? uploads : null),
      )
      if (faults.length === 0) return false
      const known = errors[id] ?? { errors: faults, dependent_outputs: [], class_type: type }
      errors[id] = { ...known, dependent_outputs: [...known.dependent_outputs, output] }
      return true
    })
    if (faulty.length === 0) good.push(output)
  }
  return { errors, missing: missing ?? null, good }
}

function reached(graph: Graph, from: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(from)) return seen
  seen.add(from)
  for (const value of Object.values(graph[from]?.inputs ?? {})) {
    if (Array.isArray(value)) reached(graph, String(value[0]), seen)
  }
  return seen
}

function faultOf(
  { input, rule, value }: { input: string; rule: Inputs[string]; value: unknown },
  uploads: ReadonlyMap<string, unknown> | null,
): Fault[] {
  const fault = (type: string, message: string, details: string): Fault[] => [
    { type, message, details, extra_info: { input_name: input, received_value: value } },
  ]
  if (value === undefined) return fault('required_input_missing', 'Required input is missing', input)
  const got = typeof value === 'string' ? value : JSON.stringify(value)
  if (uploads && !uploads.has(got)) {
    return fault(
      'custom_validation_failed',
      'Custom validation failed for node',
      `${input} - Invalid image file: ${got}`,
    )
  }
  if (rule === 'other') return []
  if ('min' in rule) {
    if (Number(value) < rule.min)
      return fault('value_smaller_than_min', `Value ${got} smaller than min of ${rule.min}`, input)
    if (Number(value) > rule.max)
      return fault('value_bigger_than_max', `Value ${got} bigger than max of ${rule.max}`, input)
    return []
  }
  const list = `[${rule.map((name) => `'${name}'`).join(', ')}]`
  return rule.includes(got) ? [] : fault('value_not_in_list', 'Value not in list', `${input}: '${got}' not in ${list}`)
}
