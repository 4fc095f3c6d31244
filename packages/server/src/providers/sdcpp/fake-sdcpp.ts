// A stable-diffusion.cpp server that draws stripes, speaking the real protocol over real HTTP. A job moves on by one each time it is
// looked at: through the queue, through being drawn, to its end.
import { z } from 'zod'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { fakePicture } from '../kit/fake-picture.ts'

export type SdcppFailure =
  | 'unauthorized'
  | 'rate-limited'
  | 'queue-full'
  | 'server-error'
  | 'invalid'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'truncated-png'
  | 'endless'
  | 'stall'
  | 'drop'
  | 'answer-late'
  | 'failed'
  | 'expired'

export interface SdcppBehaviour {
  /** Default `flux1-dev-q4_0.gguf`. */
  readonly model?: string
  /** What else /sdcpp/v1/capabilities says. */
  readonly capabilities?: Readonly<Record<string, unknown>>
  /** False: older than the job API. */
  readonly jobs?: boolean
  /** Jobs of others that come first. */
  readonly ahead?: number
  /** Looks for which it is drawing. */
  readonly drawing?: number
  /** It draws on and on. */
  readonly held?: boolean
  readonly cancelGenerating?: boolean
  /** Sent instead of a drawn picture. */
  readonly picture?: Uint8Array
  /** Looks at a job are not answered. */
  readonly silentLooks?: boolean
  readonly failure?: SdcppFailure
}

export interface FakeSdcpp extends FakeEngine {
  /** Behaves differently from the next request on. */
  behave(next: SdcppBehaviour): void
  /** Jobs that were handed in. */
  submitted(): readonly SeenRequest[]
  looks(): number
  /** Jobs that were stopped. */
  cancelled(): number
  /** Starts anew: it knows no job any more. */
  restart(): void
}

const jobRequest = z.object({
  prompt: z.string(),
  width: z.int().default(512),
  height: z.int().default(512),
  seed: z.int().default(-1),
  batch_count: z.int().min(1).max(8).default(1),
  init_image: z.base64().optional(),
  mask_image: z.base64().optional(),
  ref_images: z.array(z.base64()).optional(),
  output_format: z.enum(['png', 'jpeg', 'webp']).default('png'),
})

interface Job {
  readonly id: string
  readonly asked: z.infer<typeof jobRequest>
  ahead: number
  drawing: number
  cancelled: boolean
}

interface State {
  now: SdcppBehaviour
  readonly jobs: Map<string, Job>
  count: number
}

const created = 1_775_401_200

/** Starts a fake server on a free port. */
export async function startFakeSdcpp(behaviour: SdcppBehaviour = {}): Promise<FakeSdcpp> {
  const state: State = { now: behaviour, jobs: new Map(), count: 0 }
  const engine = await startFakeEngine((request, reply) => answer(state, request, reply))
  return {
    ...engine,
    behave: (next) => {
      state.now = next
    },
    submitted: () => engine.requests.filter(({ path }) => path === '/sdcpp/v1/img_gen'),
    looks: () => engine.requests.filter(({ method, path }) => method === 'GET' && path.includes('/jobs/')).length,
    cancelled: () => [...state.jobs.values()].filter((job) => job.cancelled).length,
    restart: () => state.jobs.clear(),
  }
}

function answer(state: State, request: SeenRequest, reply: Reply): void | Promise<void> {
  const { now, jobs } = state
  const { method, path } = request
  // The server has no keys: this is a proxy in front of it.
  if (now.failure === 'unauthorized') return reply.json(401, { error: `not allowed: ${request.headers.authorization}` })
  if (now.jobs === false) return reply.send(404, '')
  if (method === 'GET' && path === '/sdcpp/v1/capabilities') return reply.json(200, capabilities(now))
  if (method === 'POST' && path === '/sdcpp/v1/img_gen') return submit(state, request, reply)
  const [, id, stop] = /^\/sdcpp\/v1\/jobs\/([^/]+)(\/cancel)?$/.exec(path) ?? []
  if (id === undefined) return reply.send(404, '')
  const job = jobs.get(id)
  if (!job) return reply.json(404, { error: 'job not found' })
  if (now.failure === 'expired') return reply.json(410, { error: 'job expired' })
  if (stop !== undefined) return cancel(now, job, reply)
  if (now.silentLooks === true) return undefined
  reply.json(200, look(now, job))
}

function capabilities(now: SdcppBehaviour): Record<string, unknown> {
  const name = now.model ?? 'flux1-dev-q4_0.gguf'
  const defaults = {
    prompt: '',
    negative_prompt: '',
    clip_skip: -1,
    width: 1024,
    height: 1024,
    strength: 0.75,
    seed: -1,
    batch_count: 1,
    sample_params: {
      scheduler: 'discrete',
      sample_method: 'euler',
      sample_steps: 28,
      eta: null,
      flow_shift: null,
      guidance: { txt_cfg: 1, img_cfg: null, distilled_guidance: 3.5, slg: { layers: [7, 8, 9], scale: 0 } },
    },
    output_format: 'png',
    output_compression: 100,
  }
  const features = {
    init_image: true,
    mask_image: true,
    control_image: true,
    ref_images: true,
    lora: true,
    vae_tiling: true,
    hires: true,
    cache: true,
    cancel_queued: true,
    cancel_generating: now.cancelGenerating ?? false,
  }
  const formats = ['png', 'jpeg', 'webp']
  return {
    model: { name, stem: name.replace(/\.\w+$/, ''), path: `/models/${name}` },
    current_mode: 'img_gen',
    supported_modes: ['img_gen'],
    defaults,
    output_formats: formats,
    features,
    defaults_by_mode: { img_gen: defaults },
    output_formats_by_mode: { img_gen: formats },
    features_by_mode: { img_gen: features },
    samplers: ['euler', 'euler_a', 'dpm++2m'],
    schedulers: ['discrete', 'karras'],
    loras: [],
    upscalers: [{ name: 'Latent' }],
    limits: {
      min_width: 64,
      max_width: 4096,
      min_height: 64,
      max_height: 4096,
      max_batch_count: 8,
      max_queue_size: 64,
    },
    ...now.capabilities,
  }
}

function submit(state: State, request: SeenRequest, reply: Reply): void | Promise<void> {
  const { now } = state
  const { failure } = now
  if (failure === 'rate-limited') return reply.json(429, { error: 'slow down' }, { 'retry-after': '7' })
  if (failure === 'queue-full') return reply.json(429, { error: 'job queue is full' })
  if (failure === 'server-error') return reply.json(500, { error: 'server_error', message: 'bad allocation' })
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'endless') return reply.flood(202, { 'content-type': 'application/json' })
  if (failure === 'stall') return undefined
  if (failure === 'drop') return reply.drop()
  const parsed = jobRequest.safeParse(request.json())
  if (failure === 'invalid' || !parsed.success) return reply.json(400, { error: 'invalid generation parameters' })
  state.count += 1
  const id = `job_01HTXY${String(state.count).padStart(4, '0')}`
  state.jobs.set(id, { id, asked: parsed.data, ahead: now.ahead ?? 0, drawing: now.drawing ?? 0, cancelled: false })
  // The job is taken, but whoever sent it is not told.
  if (failure === 'answer-late') return undefined
  reply.json(202, { id, kind: 'img_gen', status: 'queued', created, poll_url: `/sdcpp/v1/jobs/${id}` })
}

function cancel(now: SdcppBehaviour, job: Job, reply: Reply): void {
  const over = job.ahead === 0 && job.drawing === 0 && now.held !== true
  if (job.cancelled || over || (job.ahead === 0 && now.cancelGenerating !== true)) {
    const error = over ? 'job is not cancellable' : 'job is generating and cannot be interrupted yet'
    return reply.json(409, { error })
  }
  job.cancelled = true
  reply.json(200, state(job, { status: 'cancelled' }))
}

function look(now: SdcppBehaviour, job: Job): Record<string, unknown> {
  if (job.cancelled) {
    return state(job, { status: 'cancelled', error: { code: 'cancelled', message: 'job cancelled by client' } })
  }
  if (job.ahead > 0) return state(job, { status: 'queued', queue_position: job.ahead-- })
  if (job.drawing > 0 || now.held === true) {
    job.drawing = Math.max(job.drawing - 1, 0)
    return state(job, { status: 'generating', started: created + 3 })
  }
  const ended = { started: created + 3, completed: created + 15 }
  if (now.failure === 'failed') {
    const error = { code: 'generation_failed', message: 'generate_image returned empty results' }
    return state(job, { ...ended, status: 'failed', error })
  }
  const result = { output_format: job.asked.output_format, images: now.failure === 'no-image' ? [] : images(now, job) }
  return state(job, { ...ended, status: 'completed', result })
}

function state({ id }: Job, more: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const fresh = { started: null, completed: null, queue_position: 0, result: null, error: null }
  return { id, kind: 'img_gen', created, ...fresh, ...more }
}

function images(now: SdcppBehaviour, { asked }: Job): readonly { index: number; b64_json: string }[] {
  return Array.from({ length: asked.batch_count }, (_, index) => {
    const words = JSON.stringify([
      asked.prompt,
      asked.seed + index,
      asked.init_image,
      asked.mask_image,
      asked.ref_images,
    ])
    const whole = Buffer.from(now.picture ?? fakePicture(asked.width, asked.height, words))
    const text = (now.failure === 'truncated-png' ? whole.subarray(0, whole.length >> 1) : whole).toString('base64')
    return { index, b64_json: now.failure === 'broken-base64' ? `${text.slice(0, 40)}!!${text.slice(42)}` : text }
  })
}
