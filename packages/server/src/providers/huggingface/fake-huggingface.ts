// The Hub and the router in one, with services behind it that draw stripes, speaking the real protocols over real HTTP. A job moves
// on by one each time it is looked at: through the queue, through being drawn, to its end.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { answerChat, isChat, type WritingFailure } from '../kit/fake-chat.ts'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { fakePicture } from '../kit/fake-picture.ts'

const errors = {
  forbidden: [
    403,
    { error: 'This authentication method does not have sufficient permissions to call Inference Providers' },
  ],
  'no-credits': [402, { error: 'You have exceeded your monthly included credits for Inference Providers.' }],
  'pay-as-you-go': [402, { error: 'Pay-as-you go is not enabled for provider fal-ai yet.' }],
  'model-missing': [404, { error: 'Model not found' }],
  deprecated: [410, { error: 'The requested model is deprecated and no longer supported by provider hf-inference.' }],
  'too-long': [422, { detail: [{ loc: ['body', 'prompt'], msg: 'String too long', type: 'string_too_long' }] }],
  together: [400, { error: { message: 'width must be at most 1792', type: 'invalid_request_error', code: null } }],
  'server-error': [500, { error: 'Internal Server Error' }],
  unavailable: [503, { error: 'Service Unavailable' }],
  'gateway-timeout': [504, { message: 'The upstream took too long' }],
  loading: [503, { error: 'Model black-forest-labs/FLUX.1-schnell is currently loading', estimated_time: 20.4 }],
} as const satisfies Record<string, readonly [number, Readonly<Record<string, unknown>>]>

export type HuggingFaceFailure =
  | keyof typeof errors
  | 'unauthorized'
  | 'rate-limited'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'blocked'
  | 'endless'
  | 'stall'
  | 'drop'
  | 'answer-late'
  | 'job-failed'
  | 'job-blocked'
  | 'hub-down'
  | WritingFailure

export interface HuggingFaceBehaviour {
  /** What the Hub has, by name; null: there is no Hub at this address. */
  readonly models?: Readonly<Record<string, unknown>> | null
  /** Jobs of others that come first. */
  readonly ahead?: number
  /** Looks for which it is drawing. */
  readonly drawing?: number
  /** It draws on and on. */
  readonly held?: boolean
  readonly delayMs?: number
  /** How pictures are handed over where a service has a choice. */
  readonly by?: 'bytes' | 'base64' | 'address'
  /** Sent instead of a drawn picture. */
  readonly picture?: Uint8Array
  /** Looks at a job are not answered. */
  readonly silentLooks?: boolean
  readonly failure?: HuggingFaceFailure
}

export interface FakeHuggingFace extends FakeEngine {
  /** Behaves differently from the next request on. */
  behave(next: HuggingFaceBehaviour): void
  /** Requests for pictures. */
  drawn(): readonly SeenRequest[]
  /** Starts anew: it knows no job any more. */
  forget(): void
}

const live = { status: 'live' }
const words = { ...live, task: 'text-to-image' }
const edits = { ...live, task: 'image-to-image' }

/** A choice of models as the Hub tells them. */
export const fakeModels: Readonly<Record<string, unknown>> = {
  'black-forest-labs/FLUX.1-dev': [
    { provider: 'zai-org', providerId: 'flux', ...words },
    { provider: 'fal-ai', providerId: 'fal-ai/flux/dev', ...words },
    { provider: 'replicate', providerId: 'black-forest-labs/flux-dev', ...words },
    { provider: 'nscale', providerId: 'black-forest-labs/FLUX.1-dev', ...words, status: 'staging' },
  ],
  'black-forest-labs/FLUX.1-schnell': [
    { provider: 'hf-inference', providerId: 'black-forest-labs/FLUX.1-schnell', ...words },
    { provider: 'together', providerId: 'black-forest-labs/FLUX.1-schnell', ...words },
    { provider: 'nscale', providerId: 'black-forest-labs/FLUX.1-schnell', ...words },
    { provider: 'deepinfra', providerId: 'black-forest-labs/FLUX-1-schnell', ...words },
  ],
  // As the Hub told it until 2025.
  'stabilityai/stable-diffusion-xl-base-1.0': {
    replicate: { providerId: 'stability-ai/sdxl:7762fd07', ...words },
    wavespeed: { providerId: 'wavespeed-ai/sdxl', ...words },
  },
  'Qwen/Qwen-Image-Edit-2511': [
    { provider: 'fal-ai', providerId: 'fal-ai/qwen-image-edit-2511', ...edits },
    { provider: 'replicate', providerId: 'qwen/qwen-image-edit-2511', ...edits },
    { provider: 'wavespeed', providerId: 'wavespeed-ai/qwen-image/edit', ...edits },
    { provider: 'hf-inference', providerId: 'Qwen/Qwen-Image-Edit-2511', ...edits },
    { provider: 'together', providerId: 'Qwen/Qwen-Image-Edit', ...edits },
  ],
  'easel/watercolour': [
    {
      provider: 'together',
      providerId: 'easel/watercolour',
      ...words,
      adapter: 'lora',
      adapterWeightsPath: 'w.safetensors',
    },
    { provider: 'fal-ai', providerId: 'fal-ai/lora', ...words, adapter: 'lora', adapterWeightsPath: 'w.safetensors' },
    {
      provider: 'replicate',
      providerId: 'lucataco/sdxl-lora',
      ...words,
      adapter: 'lora',
      adapterWeightsPath: 'w.safetensors',
    },
    {
      provider: 'wavespeed',
      providerId: 'wavespeed-ai/sdxl-lora',
      ...words,
      adapter: 'lora',
      adapterWeightsPath: null,
    },
  ],
}

const speaks = { input_modalities: ['text'], output_modalities: ['text'] }

/** The models that write, as the router lists them. */
const writing = [
  { id: 'openai/gpt-oss-120b', architecture: speaks, providers: [{ provider: 'groq', status: 'live' }] },
  {
    id: 'Qwen/Qwen3-VL-30B',
    architecture: { ...speaks, input_modalities: ['text', 'image'] },
    providers: [
      { provider: 'together', status: 'error' },
      { provider: 'novita', status: 'live' },
    ],
  },
  { id: 'easel/gone', architecture: speaks, providers: [{ provider: 'together', status: 'error' }] },
  { id: 'easel/untold' },
].map((model) => ({ object: 'model', created: 1_760_000_000, owned_by: 'easel', ...model }))

interface Job {
  readonly width: number
  readonly height: number
  readonly words: string
  ahead: number
  drawing: number
}

interface State {
  now: HuggingFaceBehaviour
  readonly jobs: Map<string, Job>
  count: number
  baseUrl: string
}

/** Starts a fake Hub and router on a free port. */
export async function startFakeHuggingFace(behaviour: HuggingFaceBehaviour = {}): Promise<FakeHuggingFace> {
  const state: State = { now: behaviour, jobs: new Map(), count: 0, baseUrl: '' }
  const engine = await startFakeEngine((request, reply) => answer(state, request, reply))
  state.baseUrl = engine.baseUrl
  return {
    ...engine,
    behave: (next) => {
      state.now = next
    },
    drawn: () => engine.requests.filter(({ method, path }) => method === 'POST' && !isChat(path)),
    forget: () => state.jobs.clear(),
  }
}

async function answer(state: State, request: SeenRequest, reply: Reply): Promise<void> {
  const { now } = state
  const { pathname, searchParams } = new URL(request.path, 'http://fake')
  const [, picture] = /^\/files\/(\w+)\.png$/.exec(pathname) ?? []
  if (picture !== undefined) return sendPicture(state, picture, reply)
  const { authorization } = request.headers
  // Who does not say who they are may read the Hub.
  if (authorization === undefined ? !pathname.startsWith('/api/') : now.failure === 'unauthorized') {
    return reply.json(401, { error: `Invalid credentials in Authorization header: ${authorization}` })
  }
  if (pathname.startsWith('/api/')) return tellModels(now, { pathname, searchParams }, reply)
  if (request.method === 'GET' && pathname === '/v1/models') return reply.json(200, { object: 'list', data: writing })
  if (isChat(pathname)) return answerChat({ failure: now.failure }, request, reply)
  if (request.method === 'GET') return look(state, pathname, reply)
  const failed = await fail(now, reply)
  if (!failed) await draw(state, request, reply)
}

function tellModels(
  { models = fakeModels, failure }: HuggingFaceBehaviour,
  { pathname, searchParams }: { pathname: string; searchParams: URLSearchParams },
  reply: Reply,
): void {
  if (failure === 'hub-down') return reply.send(502, '<html>Bad gateway</html>', { 'content-type': 'text/html' })
  if (models === null) return reply.send(404, '')
  const told = (id: string) => ({ _id: '66aaa', id, inferenceProviderMapping: models[id] })
  if (pathname === '/api/models') {
    const task = `"${searchParams.get('pipeline_tag')}"`
    const ids = Object.keys(models).filter((id) => JSON.stringify(models[id]).includes(task))
    return reply.json(200, ids.map(told))
  }
  const id = decodeURIComponent(pathname.slice('/api/models/'.length))
  if (Object.hasOwn(models, id)) return reply.json(200, told(id))
  reply.json(404, { error: 'Repository not found' })
}

/** Whether there was a failure to answer with. */
async function fail({ failure, delayMs = 0 }: HuggingFaceBehaviour, reply: Reply): Promise<boolean> {
  await pause(delayMs)
  if (failure === 'stall') return true
  for (const [name, [status, body]] of Object.entries(errors)) if (name === failure) reply.json(status, body)
  if (failure === 'rate-limited') reply.json(429, { error: 'Too many requests' }, { 'retry-after': '7' })
  if (failure === 'html') reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'endless') await reply.flood(200, { 'content-type': 'application/json' })
  if (failure === 'drop') reply.drop()
  return (
    failure !== undefined &&
    (failure in errors || ['rate-limited', 'html', 'endless', 'drop'].some((name) => name === failure))
  )
}

const size = z.object({ width: z.int(), height: z.int() })
const asked = z.looseObject({
  width: z.int().optional(),
  height: z.int().optional(),
  image_size: size.optional(),
  parameters: z
    .looseObject({ width: z.int().optional(), height: z.int().optional(), target_size: size.optional() })
    .optional(),
  input: z.looseObject({ width: z.int().optional(), height: z.int().optional() }).optional(),
})

async function draw(state: State, request: SeenRequest, reply: Reply): Promise<void> {
  const { now } = state
  const { pathname } = new URL(request.path, 'http://fake')
  const body = asked.parse(request.json())
  const { width = 64, height = 64 } =
    body.image_size ?? body.parameters?.target_size ?? body.parameters ?? body.input ?? body
  state.count += 1
  const id = `job${String(state.count).padStart(4, '0')}`
  const words = request.body.toString()
  state.jobs.set(id, { width, height, words, ahead: now.ahead ?? 0, drawing: now.drawing ?? 0 })
  // The job is taken, but whoever sent it is not told.
  if (now.failure === 'answer-late') return
  if (pathname.startsWith('/hf-inference/')) return inference(state, id, reply)
  if (pathname.startsWith('/fal-ai/')) {
    // Below the app itself, whatever comes after it.
    const url = `https://queue.fal.run/${pathname.split('/').slice(2, 4).join('/')}/requests/${id}`
    return reply.json(200, { request_id: id, status: 'IN_QUEUE', response_url: url, status_url: `${url}/status` })
  }
  if (pathname.startsWith('/wavespeed/')) {
    const get = `https://api.wavespeed.ai/api/v3/predictions/${id}/result`
    return reply.json(200, { code: 200, message: 'success', data: { id, status: 'created', urls: { get } } })
  }
  if (pathname.startsWith('/replicate/')) return reply.json(201, predictionOf(state, id))
  images(state, id, reply)
}

function inference(state: State, id: string, reply: Reply): void {
  const { by = 'bytes', failure } = state.now
  if (failure === 'blocked') return reply.json(400, { error: 'NSFW content detected in the prompt' })
  if (failure === 'no-image') return reply.send(200, '', { 'content-type': 'image/jpeg' })
  if (by === 'base64') return images(state, id, reply)
  if (by === 'address') return reply.json(200, { output: [`${state.baseUrl}/files/${id}.png`] })
  reply.send(200, pictureOf(state, id), { 'content-type': 'image/jpeg' })
}

function images(state: State, id: string, reply: Reply): void {
  const { by, failure } = state.now
  if (failure === 'no-image') return reply.json(200, { data: [] })
  if (by === 'address') return reply.json(200, { data: [{ index: 0, url: `${state.baseUrl}/files/${id}.png` }] })
  reply.json(200, { id, object: 'list', data: [{ index: 0, b64_json: base64(state, id) }] })
}

function look(state: State, pathname: string, reply: Reply): void {
  const { now, jobs } = state
  if (now.silentLooks === true) return
  const [, id = ''] = /\/(job\d+)(?:\/|$)/.exec(pathname) ?? []
  const job = jobs.get(id)
  if (!job) return reply.json(404, { detail: 'Request not found' })
  if (pathname.startsWith('/replicate/')) return reply.json(200, predictionOf(state, id))
  if (pathname.startsWith('/wavespeed/')) return reply.json(200, wavespeedJob(state, id))
  if (now.held === true) job.drawing = 1
  if (pathname.endsWith('/status')) return falStatus(id, job, reply)
  if (now.failure === 'job-failed') return reply.json(500, { detail: 'Out of memory' })
  if (now.failure === 'job-blocked') {
    const msg = 'The content could not be processed because it was flagged by a content checker.'
    return reply.json(422, { detail: [{ loc: ['body', 'prompt'], msg, type: 'content_policy_violation' }] })
  }
  const { width, height } = job
  const image = { url: urlOf(state, id), width, height, content_type: 'image/png' }
  reply.json(200, {
    images: now.failure === 'no-image' ? [] : [image],
    seed: 1234,
    timings: { inference: 1.5 },
    has_nsfw_concepts: [now.failure === 'blocked'],
    prompt: 'as asked',
  })
}

function falStatus(id: string, job: Job, reply: Reply): void {
  if (job.ahead > 0) {
    return reply.json(202, { status: 'IN_QUEUE', request_id: id, queue_position: job.ahead-- })
  }
  if (job.drawing-- > 0) return reply.json(202, { status: 'IN_PROGRESS', request_id: id, logs: null })
  reply.json(200, { status: 'COMPLETED', request_id: id, metrics: { inference_time: 1.5 } })
}

function wavespeedJob(state: State, id: string): Record<string, unknown> {
  const { failure } = state.now
  const rest = { id, urls: { get: `https://api.wavespeed.ai/api/v3/predictions/${id}/result` }, error: '' }
  const job = state.jobs.get(id)
  const data =
    job && job.drawing-- > 0
      ? { ...rest, status: 'processing', outputs: [], has_nsfw_contents: [] }
      : failure === 'job-failed'
        ? { ...rest, status: 'failed', outputs: [], error: 'Out of memory' }
        : {
            ...rest,
            status: 'completed',
            outputs: failure === 'no-image' ? [] : [urlOf(state, id)],
            has_nsfw_contents: [failure === 'blocked'],
          }
  return { code: 200, message: 'success', data }
}

function predictionOf(state: State, id: string): Record<string, unknown> {
  const { failure } = state.now
  const rest = { id, urls: { get: `https://api.replicate.com/v1/predictions/${id}` }, logs: '', error: null }
  const job = state.jobs.get(id)
  if (job && job.drawing-- > 0) return { ...rest, status: 'processing', output: null }
  if (failure === 'job-failed') return { ...rest, status: 'failed', output: null, error: 'Out of memory' }
  if (failure === 'blocked') {
    return { ...rest, status: 'failed', output: null, error: 'NSFW content detected. Try running it again.' }
  }
  return { ...rest, status: 'succeeded', output: failure === 'no-image' ? [] : [urlOf(state, id)] }
}

function urlOf(state: State, id: string): string {
  if (state.now.failure === 'broken-base64') return `data:image/png;base64,${base64(state, id)}`
  return `${state.baseUrl}/files/${id}.png`
}

function base64(state: State, id: string): string {
  const text = Buffer.from(pictureOf(state, id)).toString('base64')
  return state.now.failure === 'broken-base64' ? `${text.slice(0, 40)}!!${text.slice(42)}` : text
}

function sendPicture(state: State, id: string, reply: Reply): void {
  if (!state.jobs.has(id)) return reply.send(404, 'expired')
  reply.send(200, pictureOf(state, id), { 'content-type': 'image/png' })
}

function pictureOf({ now, jobs }: State, id: string): Uint8Array {
  const { width = 64, height = 64, words: seen = '' } = jobs.get(id) ?? {}
  return now.picture ?? fakePicture(width, height, seen)
}
