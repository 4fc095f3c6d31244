import type { Capabilities, ModelInfo } from '@easel/contract'

interface Defaults {
  readonly size: string
  readonly steps: number
  readonly guidance: number
}

/**
 * What is usual for a model, told from its name: the server does not know. They are sent whenever nothing else is asked for, because
 * the server's own (50 steps, guidance 7, 512 × 512) suit few models.
 */
export function defaultsOf(model: string): Defaults {
  if (/flux|chroma/i.test(model)) {
    return { size: '1024x1024', steps: /schnell|klein/i.test(model) ? 4 : 20, guidance: 1 }
  }
  if (/turbo|lightning|hyper/i.test(model)) return { size: sizeOf(model), steps: 8, guidance: 2 }
  return { size: sizeOf(model), steps: 20, guidance: 7 }
}

function sizeOf(model: string): string {
  return /xl|pony|illustrious|noob|sd[-_ ]?3|qwen|z[-_ ]?image/i.test(model) ? '1024x1024' : '512x512'
}

/** Describes a checkpoint. `samplers` and `schedulers` are the server's, by the names that it takes. */
export function describeModel(
  title: string,
  { samplers, schedulers }: { samplers: readonly string[]; schedulers: readonly string[] },
): ModelInfo {
  const hash = / \[[0-9a-f]{6,}\]$/i
  const description = schedulers.length === 0 ? undefined : `Schedulers: ${schedulers.join(', ')}.`
  return {
    id: title,
    label: title.replace(hash, '').replace(/\.(?:safetensors|ckpt|gguf)$/i, ''),
    ...(description !== undefined && { description }),
    capabilities: capabilitiesOf(title, samplers),
  }
}

function capabilitiesOf(title: string, samplers: readonly string[]): Capabilities {
  const { size, steps, guidance } = defaultsOf(title)
  const [first] = samplers
  const usual = samplers.includes('Euler') ? 'Euler' : first
  return {
    imagesPerCall: 4,
    size: { kind: 'free', min: 64, max: 2048, multiple: 8, default: size },
    sources: 1,
    mask: true,
    negativePrompt: true,
    seedMax: 2 ** 32 - 1,
    steps: { min: 1, max: 150, step: 1, default: steps },
    guidance: { min: 1, max: 30, step: 0.1, default: guidance },
    strength: { min: 0, max: 1, step: 0.01, default: 0.75 },
    quality: null,
    style: null,
    background: null,
    outputFormat: null,
    sampler: usual === undefined ? null : { values: [...samplers], default: usual },
    progress: 'steps-and-previews',
    cancel: 'engine',
  }
}
