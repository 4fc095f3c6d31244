// What each service behind the router is sent.
import type { ImageRequest, SourceImage } from '../spec/provider.ts'
import { options, type BackendName } from './options.ts'
import type { Route, Task } from './wire.ts'

/** A route by which a request can go. */
export interface KnownRoute extends Route {
  readonly backend: BackendName
}

export interface Submission {
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly json: Readonly<Record<string, unknown>>
}

interface Backend {
  readonly tasks: readonly Task[]
  /** Whether adapters (LoRA) can be named to it. */
  readonly adapters: boolean
  /** @param model the model's name on the Hub */
  submission(request: ImageRequest, route: KnownRoute, model: string): Submission
}

const both: readonly Task[] = ['text-to-image', 'image-to-image']
const words: readonly Task[] = ['text-to-image']

const backends: Readonly<Record<BackendName, Backend>> = {
  'hf-inference': { tasks: both, adapters: false, submission: toInference },
  'fal-ai': { tasks: both, adapters: true, submission: toFal },
  replicate: { tasks: both, adapters: true, submission: toReplicate },
  wavespeed: { tasks: both, adapters: true, submission: toWavespeed },
  together: {
    tasks: both,
    adapters: false,
    submission: (request, { providerId }) => ({
      path: '/together/v1/images/generations',
      json: {
        model: providerId,
        ...given({ ...usual(request), num_inference_steps: undefined, steps: request.steps }),
        ...references(request, providerId),
        ...given({ output_format: request.outputFormat }),
        response_format: 'base64',
      },
    }),
  },
  nscale: { tasks: words, adapters: false, submission: imagesApi('/nscale/v1/images/generations') },
  deepinfra: { tasks: words, adapters: false, submission: imagesApi('/deepinfra/v1/openai/images/generations') },
}

/** Whether a request can go by a route, as far as the service is concerned. */
export function isUsable(route: Route, task: Task): route is KnownRoute {
  if (route.status !== 'live' || route.task !== task || !isKnown(route.backend)) return false
  const { tasks, adapters } = backends[route.backend]
  return tasks.includes(task) && (route.adapter === null || adapters)
}

function isKnown(backend: string): backend is BackendName {
  return Object.hasOwn(backends, backend)
}

/** What to send where for a request. */
export function submissionFor(request: ImageRequest, route: KnownRoute): Submission {
  return backends[route.backend].submission(request, route, request.model)
}

function toInference(request: ImageRequest, _: KnownRoute, model: string): Submission {
  const path = `/hf-inference/models/${model}`
  const { width, height, guidance: guidance_scale, steps: num_inference_steps, negativePrompt } = request
  const [source] = request.sources
  const common = { guidance_scale, num_inference_steps, negative_prompt: negativePrompt }
  if (source === undefined) {
    const { scheduler } = options.parse(request.options)
    const parameters = given({ ...common, height, width, scheduler, seed: request.seed })
    return { path, json: { inputs: request.prompt, parameters } }
  }
  const target_size = width === undefined || height === undefined ? undefined : { width, height }
  return {
    path,
    json: { inputs: base64(source), parameters: { prompt: request.prompt, ...given({ ...common, target_size }) } },
  }
}

function toFal(request: ImageRequest, { providerId, adapter }: KnownRoute, model: string): Submission {
  const { width, height, ...rest } = usual(request)
  const { safety_checker: enable_safety_checker } = options.parse(request.options)
  const sources = request.sources.map(dataUrl)
  const weights = adapter === null ? undefined : `https://huggingface.co/${model}/resolve/main/${adapter.weights ?? ''}`
  return {
    path: `/fal-ai/${providerId}?_subdomain=queue`,
    json: given({
      ...rest,
      image_size: width === undefined || height === undefined ? undefined : { width, height },
      output_format: request.outputFormat,
      enable_safety_checker,
      // Some of its models know the one name, some the other.
      image_url: sources[0],
      image_urls: sources.length > 0 ? sources : undefined,
      loras: weights === undefined ? undefined : [{ path: weights, scale: 1 }],
      model_name: providerId === 'fal-ai/lora' ? 'stabilityai/stable-diffusion-xl-base-1.0' : undefined,
    }),
  }
}

function toReplicate(request: ImageRequest, { providerId, adapter }: KnownRoute, model: string): Submission {
  const [name, version] = providerId.split(':')
  const sources = request.sources.map(dataUrl)
  const [first] = sources
  const input = given({
    ...usual(request),
    // Its models call their source by any of these names.
    ...(first !== undefined && { image: first, images: sources, input_image: first, input_images: sources }),
    lora_weights: adapter === null ? undefined : `https://huggingface.co/${model}`,
  })
  return {
    path: version === undefined ? `/replicate/v1/models/${name}/predictions` : '/replicate/v1/predictions',
    headers: { prefer: 'wait' },
    json: given({ input, version }),
  }
}

function toWavespeed(request: ImageRequest, { providerId, adapter }: KnownRoute, model: string): Submission {
  const sources = request.sources.map(base64)
  return {
    path: `/wavespeed/api/v3/${providerId}`,
    json: given({
      ...usual(request),
      image: sources[0],
      images: sources.length > 0 ? sources : undefined,
      loras: adapter === null ? undefined : [{ path: model, scale: 1 }],
    }),
  }
}

function imagesApi(path: string): Backend['submission'] {
  return (request, { providerId }) => ({
    path,
    json: { model: providerId, ...given(usual(request)), response_format: 'b64_json' },
  })
}

/** FLUX.1 Kontext knows only the one name, everything else of Together's only the other. */
function references({ sources }: ImageRequest, providerId: string): Record<string, unknown> {
  const [first] = sources
  if (first === undefined) return {}
  return /flux\.1.*kontext/i.test(providerId)
    ? { image_url: dataUrl(first) }
    : { reference_images: sources.map(dataUrl) }
}

/** The names that most services share. */
function usual(request: ImageRequest) {
  return {
    prompt: request.prompt,
    negative_prompt: request.negativePrompt,
    width: request.width,
    height: request.height,
    seed: request.seed,
    guidance_scale: request.guidance,
    num_inference_steps: request.steps,
  }
}

/** The fields that have a value. */
function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function base64({ bytes }: SourceImage): string {
  return Buffer.from(bytes).toString('base64')
}

function dataUrl(source: SourceImage): string {
  return `data:${source.mimeType};base64,${base64(source)}`
}
