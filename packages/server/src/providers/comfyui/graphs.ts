// The two workflows that Easel brings along. The numbers of the nodes are those of ComfyUI's own templates.
import type { z } from 'zod'
import type { settings } from './options.ts'
import type { Graph } from './wire.ts'

export type Settings = z.output<typeof settings>

/** What a built-in workflow is made from; names of files as the server knows them. */
export interface Job {
  readonly family: 'sd' | 'flux'
  /** Where the file is: a checkpoint brings its text encoder and VAE along. */
  readonly folder: 'checkpoints' | 'diffusion_models'
  readonly file: string
  readonly prompt: string
  readonly negative: string
  readonly width: number
  readonly height: number
  readonly n: number
  readonly seed: number
  readonly steps: number
  readonly guidance: number
  readonly sampler: string
  readonly scheduler: string
  /** 1 without a source picture. */
  readonly strength: number
  readonly image?: string | undefined
  readonly mask?: string | undefined
}

type Link = readonly [string, number]

/** The workflow in API format. */
export function builtInGraph(job: Job, settings: Settings): Graph {
  return job.family === 'flux' ? fluxGraph(job, settings) : stableDiffusionGraph(job, settings)
}

function stableDiffusionGraph(job: Job, settings: Settings): Graph {
  const latent = latentNodes(job, { vae: ['4', 2], empty: '5', emptyNode: 'EmptyLatentImage' })
  return {
    '4': node('CheckpointLoaderSimple', { ckpt_name: job.file }),
    ...latent.nodes,
    '6': node('CLIPTextEncode', { text: job.prompt, clip: ['4', 1] }),
    '7': node('CLIPTextEncode', { text: job.negative, clip: ['4', 1] }),
    '3': node('KSampler', {
      seed: job.seed,
      steps: job.steps,
      cfg: job.guidance,
      sampler_name: job.sampler,
      scheduler: job.scheduler,
      denoise: job.strength,
      model: ['4', 0],
      positive: ['6', 0],
      negative: ['7', 0],
      latent_image: latent.link,
    }),
    ...ending(['3', 0], ['4', 2], settings),
  }
}

function fluxGraph(job: Job, settings: Settings): Graph {
  const whole = job.folder === 'checkpoints'
  const model: Link = whole ? ['4', 0] : ['12', 0]
  const clip: Link = whole ? ['4', 1] : ['11', 0]
  const vae: Link = whole ? ['4', 2] : ['10', 0]
  const latent = latentNodes(job, { vae, empty: '27', emptyNode: 'EmptySD3LatentImage' })
  return {
    ...(whole ? { '4': node('CheckpointLoaderSimple', { ckpt_name: job.file }) } : fluxLoaders(job, settings)),
    '6': node('CLIPTextEncode', { text: job.prompt, clip }),
    '26': node('FluxGuidance', { guidance: job.guidance, conditioning: ['6', 0] }),
    ...latent.nodes,
    '25': node('RandomNoise', { noise_seed: job.seed }),
    '22': node('BasicGuider', { model, conditioning: ['26', 0] }),
    '16': node('KSamplerSelect', { sampler_name: job.sampler }),
    '17': node('BasicScheduler', { model, scheduler: job.scheduler, steps: job.steps, denoise: job.strength }),
    '13': node('SamplerCustomAdvanced', {
      noise: ['25', 0],
      guider: ['22', 0],
      sampler: ['16', 0],
      sigmas: ['17', 0],
      latent_image: latent.link,
    }),
    ...ending(['13', 0], vae, settings),
  }
}

function fluxLoaders(job: Job, settings: Settings): Graph {
  return {
    '12': node('UNETLoader', { unet_name: job.file, weight_dtype: settings.fluxWeights }),
    '11': node('DualCLIPLoader', {
      clip_name1: settings.fluxTextEncoder1,
      clip_name2: settings.fluxTextEncoder2,
      type: 'flux',
    }),
    '10': node('VAELoader', { vae_name: settings.fluxVae }),
  }
}

/** Where sampling begins: an empty picture, a source, or a source of which only the masked part is sampled. */
function latentNodes(
  job: Job,
  { vae, empty, emptyNode }: { vae: Link; empty: string; emptyNode: string },
): { readonly nodes: Graph; readonly link: Link } {
  if (job.image === undefined) {
    const inputs = { width: job.width, height: job.height, batch_size: job.n }
    return { nodes: { [empty]: node(emptyNode, inputs) }, link: [empty, 0] }
  }
  const source = {
    '30': node('LoadImage', { image: job.image }),
    '31': node('VAEEncode', { pixels: ['30', 0], vae }),
  }
  if (job.mask === undefined) return { nodes: source, link: ['31', 0] }
  return {
    nodes: {
      ...source,
      '32': node('LoadImageMask', { image: job.mask, channel: 'red' }),
      '33': node('SetLatentNoiseMask', { samples: ['31', 0], mask: ['32', 0] }),
    },
    link: ['33', 0],
  }
}

function ending(samples: Link, vae: Link, { saveOnServer }: Settings): Graph {
  return {
    '8': node('VAEDecode', { samples, vae }),
    '9': saveOnServer
      ? node('SaveImage', { filename_prefix: 'easel', images: ['8', 0] })
      : node('PreviewImage', { images: ['8', 0] }),
  }
}

function node(name: string, inputs: Record<string, unknown>): Graph[string] {
  return { class_type: name, inputs }
}
