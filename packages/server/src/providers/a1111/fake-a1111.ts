// An AUTOMATIC1111, a Forge or an SD.Next that draws stripes, speaking the real protocol over real HTTP.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { fakePicture } from '../kit/fake-picture.ts'

export type A1111Failure =
  | 'unauthorized'
  | 'rate-limited'
  | 'server-error'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'empty-image'
  | 'truncated-png'
  | 'endless'
  | 'stall'
  | 'drop'
  | 'out-of-memory'
  | 'unknown-model'
  | 'bad-image'
  | 'invalid'
  | 'busy'

export interface A1111Behaviour {
  /** Default `a1111`. */
  readonly server?: 'a1111' | 'forge' | 'sdnext'
  /** False: not started with --api. */
  readonly api?: boolean
  /** False: started with --nowebui, without progress by task. */
  readonly internal?: boolean
  /** `user:password` of --api-auth. */
  readonly auth?: string
  readonly models?: readonly string[]
  /** False: before 1.9, without schedulers. */
  readonly schedulers?: boolean
  /** A contact sheet comes first. */
  readonly grid?: boolean
  /** An extension's picture comes last. */
  readonly extra?: boolean
  /** `info` is empty, as KoboldCpp has it. */
  readonly silent?: boolean
  /** Prompts are put together by an extension. */
  readonly prompts?: readonly string[]
  /** Progress must have been asked for this often while it draws before the picture is done. */
  readonly looks?: number
  /** Sent instead of a drawn picture. */
  readonly picture?: Uint8Array
  readonly failure?: A1111Failure
}

export interface FakeA1111 extends FakeEngine {
  /** Behaves differently from the next request on. */
  behave(next: A1111Behaviour): void
  /** Requests for pictures, in order. */
  drawn(): readonly SeenRequest[]
  interrupts(): number
  /** Somebody else's picture takes the server until the function that is handed back is called. */
  occupy(): () => void
  /** Somebody at the server presses Interrupt. */
  interrupt(): void
}

const pictureRequest = z.object({
  prompt: z.string().default(''),
  negative_prompt: z.string().default(''),
  seed: z.int().default(-1),
  sampler_name: z.string().nullish(),
  batch_size: z.int().default(1),
  n_iter: z.int().default(1),
  steps: z.int().default(50),
  cfg_scale: z.number().default(7),
  width: z.int().default(512),
  height: z.int().default(512),
  init_images: z.array(z.base64()).optional(),
  mask: z.base64().optional(),
  override_settings: z.object({ sd_model_checkpoint: z.string().optional() }).default({}),
  force_task_id: z.string().optional(),
})
type PictureRequest = z.infer<typeof pictureRequest>

const samplers = ['DPM++ 2M', 'Euler a', 'Euler']
const preview = fakePicture(8, 8, 'preview')
const previewText = Buffer.from(preview).toString('base64')

interface Job {
  readonly id: string | undefined
  readonly steps: number
  looks: number
  interrupted: boolean
}

interface State {
  now: A1111Behaviour
  interrupts: number
  running: Job | null
  last: Job | null
  readonly waiting: Job[]
  readonly finished: string[]
  /** Whoever has the server; the next waits for it. */
  turn: Promise<void>
}

/** Starts a fake server on a free port. */
export async function startFakeA1111(behaviour: A1111Behaviour = {}): Promise<FakeA1111> {
  const state: State = {
    now: behaviour,
    interrupts: 0,
    running: null,
    last: null,
    waiting: [],
    finished: [],
    turn: Promise.resolve(),
  }
  const engine = await startFakeEngine((request, reply) => answer(state, request, reply))
  return {
    ...engine,
    behave: (next) => {
      state.now = next
    },
    drawn: () => engine.requests.filter(({ path }) => path.endsWith('2img')),
    interrupts: () => state.interrupts,
    occupy: () => {
      const { promise, resolve } = Promise.withResolvers<void>()
      state.turn = state.turn.then(() => promise)
      return resolve
    },
    interrupt: () => {
      if (state.running) state.running.interrupted = true
    },
  }
}

async function answer(state: State, request: SeenRequest, reply: Reply): Promise<void> {
  const { now } = state
  if (now.api === false) return reply.json(404, { detail: 'Not Found' })
  const { pathname } = new URL(request.path, 'http://fake')
  if (pathname === '/internal/progress') return answerTaskProgress(state, request, reply)
  if (refusesKey(now, request)) {
    const detail = `Incorrect username or password (${request.headers.authorization})`
    return reply.json(401, fault(now, 401, { detail }), { 'www-authenticate': 'Basic' })
  }
  if (request.method === 'POST' && /\/(?:txt|img)2img$/.test(pathname)) return draw(state, request, reply)
  if (request.method === 'POST' && pathname === '/sdapi/v1/interrupt') return interrupt(state, reply)
  if (pathname === '/sdapi/v1/progress') return answerProgress(state, request, reply)
  return answerList(now, pathname, reply)
}

function refusesKey({ auth, failure }: A1111Behaviour, { headers }: SeenRequest): boolean {
  if (failure === 'unauthorized') return true
  return auth !== undefined && headers.authorization !== `Basic ${Buffer.from(auth).toString('base64')}`
}

function answerList(now: A1111Behaviour, path: string, reply: Reply): void {
  if (path === '/sdapi/v1/sd-models') {
    const models = now.models ?? ['v1-5-pruned.safetensors [6ce0161689]', 'sd_xl_base_1.0.safetensors [31e35c80fc]']
    const listed = models.map((title) => ({
      title,
      model_name: title.replace(/\..*/, ''),
      hash: /\[(.*)\]/.exec(title)?.[1] ?? null,
      sha256: null,
      filename: `/models/${title.replace(/ \[.*/, '')}`,
      config: null,
    }))
    return reply.json(200, listed)
  }
  if (path === '/sdapi/v1/samplers') {
    const listed = samplers.map((name) => ({ name, ...(now.server !== 'sdnext' && { aliases: [] }), options: {} }))
    return reply.json(200, listed)
  }
  if (path === '/sdapi/v1/schedulers' && now.schedulers !== false) {
    const listed = ['automatic', 'karras'].map((name) => ({
      name,
      label: name,
      aliases: null,
      default_rho: -1,
      need_inner_model: false,
    }))
    return reply.json(200, listed)
  }
  return reply.json(404, { detail: 'Not Found' })
}

function interrupt(state: State, reply: Reply): void {
  state.interrupts += 1
  if (state.running) state.running.interrupted = true
  if (state.now.server === 'sdnext') return reply.send(204, '')
  reply.json(200, {})
}

function answerTaskProgress(state: State, request: SeenRequest, reply: Reply): void {
  if (state.now.internal === false) return reply.json(404, { detail: 'Not Found' })
  const asked = z.object({ id_task: z.string(), id_live_preview: z.int(), live_preview: z.boolean() })
  const { id_task, id_live_preview, live_preview } = asked.parse(request.json())
  const { running } = state
  const active = running !== null && running.id === id_task
  const queued = state.waiting.some(({ id }) => id === id_task)
  const completed = state.finished.includes(id_task)
  if (active) running.looks += 1
  reply.json(200, {
    active,
    queued,
    completed,
    progress: active ? progressOf(state, running) : null,
    eta: active ? 4.2 : null,
    live_preview: active && live_preview && id_live_preview < 7 ? `data:image/png;base64,${previewText}` : null,
    id_live_preview: active ? 7 : -1,
    textinfo: queued ? 'In queue: 1/1' : active ? null : 'Waiting...',
  })
}

function answerProgress(state: State, request: SeenRequest, reply: Reply): void {
  const { running, last, now } = state
  if (running) running.looks += 1
  const progress = running ? progressOf(state, running) : 0
  const job = running ?? last
  reply.json(200, {
    ...(now.server === 'sdnext' && { id: running?.id ?? '' }),
    progress,
    eta_relative: running ? 4.2 : 0,
    state: {
      skipped: false,
      interrupted: job?.interrupted ?? false,
      stopping_generation: false,
      job: running ? 'scripts_txt2img' : '',
      job_count: running ? 1 : 0,
      job_timestamp: '20260101000000',
      job_no: 0,
      sampling_step: Math.round(progress * (running?.steps ?? 0)),
      sampling_steps: running?.steps ?? 0,
    },
    current_image: running && request.path.endsWith('=false') ? previewText : null,
    textinfo: null,
    current_task: null,
  })
}

function progressOf({ now }: State, job: Job): number {
  return Math.round(Math.min(job.looks / ((now.looks ?? 0) + 1), 1) * 100) / 100
}

async function draw(state: State, request: SeenRequest, reply: Reply): Promise<void> {
  const { now } = state
  const asked = pictureRequest.parse(request.json())
  if (refuse(now, asked, reply)) return
  if (now.failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  const job: Job = { id: asked.force_task_id, steps: asked.steps, looks: 0, interrupted: false }
  state.waiting.push(job)
  const mine = Promise.withResolvers<void>()
  const { turn } = state
  state.turn = turn.then(() => mine.promise)
  await turn
  state.waiting.splice(state.waiting.indexOf(job), 1)
  state.running = job
  // It goes on when the client has left, as the real one does.
  while (!job.interrupted && (now.failure === 'stall' || job.looks < (now.looks ?? 0))) await pause(2)
  state.running = null
  state.last = job
  if (job.id !== undefined) state.finished.push(job.id)
  mine.resolve()
  if (now.failure === 'drop') return reply.drop()
  reply.json(200, pictures(now, asked, { interrupted: job.interrupted, edit: request.path.endsWith('img2img') }))
}

/** Answers with an error where this server or this request calls for one. */
function refuse(now: A1111Behaviour, asked: PictureRequest, reply: Reply): boolean {
  const { failure, server } = now
  const say = (status: number, words: FaultWords, headers = {}) =>
    reply.json(status, fault(now, status, words), headers)
  if (failure === 'rate-limited') say(429, { detail: 'Too many requests' }, { 'retry-after': '7' })
  else if (failure === 'server-error') say(500, { error: 'RuntimeError', errors: 'CUDA error: device-side assert' })
  else if (failure === 'html') reply.send(200, '<!doctype html><title>Gradio</title>', { 'content-type': 'text/html' })
  else if (failure === 'out-of-memory') {
    say(500, { error: 'OutOfMemoryError', errors: 'CUDA out of memory. Tried to allocate 4.00 GiB' })
  } else if (failure === 'unknown-model') {
    say(500, { error: 'RuntimeError', errors: `model '${asked.override_settings.sd_model_checkpoint}' not found` })
  } else if (failure === 'bad-image') {
    if (server === 'sdnext') reply.json(400, { error: 'Init image is none', code: 400 })
    else say(500, { detail: 'Invalid encoded image' })
  } else if (failure === 'invalid') {
    reply.json(422, { detail: [{ loc: ['body', 'width'], msg: 'value is not a valid integer', type: 'type_error' }] })
  } else if (failure === 'busy') {
    reply.json(503, {
      detail: { msg: 'Server is busy; please try again later.', type: 'service_unavailable' },
    })
  } else if (asked.sampler_name && !samplers.includes(asked.sampler_name)) {
    say(server === undefined || server === 'a1111' ? 400 : 404, { detail: 'Sampler not found' })
  } else return false
  return true
}

interface FaultWords {
  readonly error?: string
  readonly detail?: string
  readonly errors?: string
}

function fault({ server }: A1111Behaviour, code: number, words: FaultWords): Record<string, unknown> {
  const { error = 'HTTPException', detail = '', errors = '' } = words
  return { error, ...(server === 'sdnext' && { code }), detail, body: '', errors }
}

function pictures(
  now: A1111Behaviour,
  asked: PictureRequest,
  { interrupted, edit }: { interrupted: boolean; edit: boolean },
): Record<string, unknown> {
  const n = asked.batch_size * asked.n_iter
  const seed = asked.seed === -1 ? 1234 : asked.seed
  const seeds = Array.from({ length: n }, (_, i) => seed + i)
  const drawn = seeds.map((each) => {
    const words = JSON.stringify([asked.prompt, each, asked.init_images, asked.mask, interrupted])
    return Buffer.from(now.picture ?? fakePicture(asked.width, asked.height, words))
  })
  const grid = now.grid === true ? [Buffer.from(fakePicture(64, 64, 'grid'))] : []
  const extra = now.extra === true ? [Buffer.from(fakePicture(64, 64, 'extra'))] : []
  const images = [...grid, ...drawn, ...extra].map((bytes) => textOf(now, bytes))
  const server = now.server === 'forge' ? 'f2.0.1v1.10.1' : 'v1.10.1'
  const info = {
    prompt: asked.prompt,
    all_prompts: now.prompts ?? seeds.map(() => asked.prompt),
    negative_prompt: asked.negative_prompt,
    seed,
    all_seeds: seeds,
    width: asked.width,
    height: asked.height,
    sampler_name: asked.sampler_name ?? 'Euler',
    cfg_scale: asked.cfg_scale,
    steps: asked.steps,
    batch_size: asked.batch_size,
    sd_model_name: 'sd_xl_base_1.0',
    sd_model_hash: '31e35c80fc',
    sd_vae_name: null,
    denoising_strength: edit ? 0.75 : null,
    index_of_first_image: grid.length,
    infotexts: seeds.map((each) => `${asked.prompt}\nSteps: ${asked.steps}, Seed: ${each}`),
    clip_skip: 1,
    version: server,
  }
  return {
    images: now.failure === 'no-image' ? [] : images,
    parameters: {},
    info: now.silent === true ? '' : JSON.stringify(info),
  }
}

function textOf({ failure }: A1111Behaviour, bytes: Buffer): string {
  if (failure === 'empty-image') return ''
  const text = (failure === 'truncated-png' ? bytes.subarray(0, bytes.length >> 1) : bytes).toString('base64')
  return failure === 'broken-base64' ? `${text.slice(0, 40)}!!${text.slice(42)}` : text
}
