// A ComfyUI that paints stripes, speaking the real protocol over real HTTP and a real WebSocket.
import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { fakePicture } from '../kit/fake-picture.ts'
import { decodePng } from '../spec/png-codec.ts'
import { defaultFiles, objectInfoOf, outputNodes, validate, type Files } from './fake-nodes.ts'
import { acceptSocket, refuseSocket, type FakeSocket } from './fake-socket.ts'
import { Graph } from './wire.ts'

export type ComfyFailure =
  | 'unauthorized'
  | 'rate-limited'
  | 'server-error'
  | 'html'
  | 'no-image'
  | 'endless'
  | 'stall'
  | 'answer-lost'
  | 'answer-late'
  | 'execution-error'
  | 'out-of-memory'
  | 'view-gone'
  | 'view-page'
  | 'view-empty'
  | 'history-broken'

export interface ComfyBehaviour {
  readonly failure?: ComfyFailure
  readonly files?: Partial<Files>
  /** How the values of an input are listed: `combo` since 2025. */
  readonly combos?: 'lists' | 'combo'
  /** Chooses the ids of jobs itself and interrupts whatever runs. */
  readonly old?: boolean
  readonly steps?: number
  readonly stepDelayMs?: number
  /** What every job waits for before its first step. */
  readonly held?: Promise<void>
  readonly previews?: 'plain' | 'metadata'
  /** `refused`: 404, as of a proxy without WebSockets; `redirected`: to another address; `dropped`: broken off after two steps. */
  readonly socket?: 'refused' | 'redirected' | 'dropped'
  /** Bytes that every picture is padded with, to make it large. */
  readonly padding?: number
  /** The base path, such as /api. */
  readonly base?: string
}

export interface FakeComfyUi extends FakeEngine {
  behave(next: ComfyBehaviour): void
  /** Jobs taken, jobs worked through, and what was said on sockets by clients. */
  submitted(): number
  executed(): number
  /** Jobs stopped while they were worked on. */
  interrupted(): number
  said(): readonly string[]
  /** Headers of the handshakes. */
  handshakes(): readonly Readonly<Record<string, unknown>>[]
  /** Sends to everybody, as ComfyUI does with some events. */
  broadcast(data: string | Uint8Array): void
  /** Ids of what waits and what runs. */
  queue(): { readonly running: readonly string[]; readonly waiting: readonly string[] }
  /** Uploaded pictures by name. */
  uploads(): ReadonlyMap<string, Buffer>
  /** Forgets jobs and their results, as a restart does. */
  restart(): void
}

const promptRequest = z.object({
  prompt: Graph,
  client_id: z.string().optional(),
  prompt_id: z.uuid().optional(),
  extra_data: z.looseObject({}).default({}),
})

interface FakeJob {
  readonly id: string
  readonly number: number
  readonly client: string | undefined
  readonly graph: Graph
  readonly outputs: readonly string[]
  readonly stop: AbortController
}

interface State {
  now: ComfyBehaviour
  number: number
  executed: number
  interrupted: number
  waiting: FakeJob[]
  running: FakeJob | null
  readonly history: Map<string, unknown>
  readonly sockets: Map<string, FakeSocket>
  readonly said: string[]
  readonly handshakes: Record<string, unknown>[]
  readonly uploads: Map<string, Buffer>
  readonly pictures: Map<string, Uint8Array>
}

/** Starts a fake ComfyUI on a free port. */
export async function startFakeComfyUi(behaviour: ComfyBehaviour = {}): Promise<FakeComfyUi> {
  const state: State = {
    now: behaviour,
    number: 0,
    executed: 0,
    interrupted: 0,
    waiting: [],
    running: null,
    history: new Map(),
    sockets: new Map(),
    said: [],
    handshakes: [],
    uploads: new Map(),
    pictures: new Map(),
  }
  const engine = await startFakeEngine(
    (request, reply) => answer(state, request, reply),
    (request, stream) => {
      state.handshakes.push({ ...request.headers, path: request.url })
      const { socket } = state.now
      if (socket === 'refused') return refuseSocket(stream, '404 Not Found')
      if (socket === 'redirected') return refuseSocket(stream, '302 Found', 'Location: http://127.0.0.1:9/ws\r\n')
      const client = new URL(request.url ?? '', 'http://fake').searchParams.get('clientId') ?? randomUUID()
      const accepted = acceptSocket(request, stream, (text) => {
        state.said.push(text)
        if (text.includes('feature_flags')) accepted.send(event('feature_flags', { supports_preview_metadata: true }))
      })
      state.sockets.set(client, accepted)
      const left = state.waiting.length + (state.running ? 1 : 0)
      accepted.send(event('status', { status: { exec_info: { queue_remaining: left } }, sid: client }))
    },
  )
  return {
    ...engine,
    behave: (next) => {
      state.now = next
    },
    submitted: () => state.number,
    executed: () => state.executed,
    interrupted: () => state.interrupted,
    said: () => state.said,
    handshakes: () => state.handshakes,
    broadcast: (data) => state.sockets.forEach((socket) => socket.send(data)),
    queue: () => ({
      running: state.running ? [state.running.id] : [],
      waiting: state.waiting.map(({ id }) => id),
    }),
    uploads: () => state.uploads,
    restart: () => {
      state.running?.stop.abort()
      state.waiting = []
      state.running = null
      state.history.clear()
    },
    close: () => {
      state.running?.stop.abort()
      state.waiting = []
      for (const socket of state.sockets.values()) socket.drop()
      return engine.close()
    },
  }
}

function event(type: string, data: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ type, data })
}

async function answer(state: State, request: SeenRequest, reply: Reply): Promise<void> {
  const { now } = state
  if (now.failure === 'unauthorized') {
    return reply.json(401, { error: { type: 'unauthorized', message: `Wrong key ${request.headers.authorization}` } })
  }
  const url = new URL(request.path, 'http://fake')
  const path = url.pathname.replace(now.base ?? '', '')
  if (path === '/prompt' && request.method === 'POST') return submit(state, request, reply)
  if (path === '/upload/image') return store(state, request, reply)
  if (path === '/queue')
    return request.method === 'GET' ? reply.json(200, queueOf(state)) : unqueue(state, request, reply)
  if (path === '/interrupt') return interrupt(state, request, reply)
  if (path === '/view') return view(state, url.searchParams, reply)
  if (path === '/history') {
    const newest = [...state.history].slice(-Number(url.searchParams.get('max_items') ?? state.history.size))
    return reply.json(200, Object.fromEntries(newest))
  }
  if (path.startsWith('/history/')) {
    if (now.failure === 'history-broken') return reply.json(500, { error: 'disk I/O error' })
    const id = decodeURIComponent(path.slice('/history/'.length))
    return reply.json(200, state.history.has(id) ? { [id]: state.history.get(id) } : {})
  }
  if (path.startsWith('/object_info/')) {
    const files = { ...defaultFiles, ...now.files }
    return reply.json(200, objectInfoOf(path.slice('/object_info/'.length), files, now.combos ?? 'lists'))
  }
  return reply.send(404, '404: Not Found')
}

async function submit(state: State, request: SeenRequest, reply: Reply): Promise<void> {
  const { failure, files, old } = state.now
  if (failure === 'rate-limited') return reply.json(429, { error: 'slow down' }, { 'retry-after': '7' })
  if (failure === 'server-error') return reply.send(500, '500 Internal Server Error\n\nServer got itself in trouble')
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'stall') return
  const asked = promptRequest.parse(request.json())
  const { errors, missing, good } = validate(asked.prompt, { ...defaultFiles, ...files }, state.uploads)
  if (missing !== null) return reply.json(400, { error: missing, node_errors: {} })
  if (good.length === 0) {
    const noOutputs = outputNodes(asked.prompt).length === 0
    const type = noOutputs ? 'prompt_no_outputs' : 'prompt_outputs_failed_validation'
    const message = noOutputs ? 'Prompt has no outputs' : 'Prompt outputs failed validation'
    return reply.json(400, { error: { type, message, details: '', extra_info: {} }, node_errors: errors })
  }
  const id = old ? randomUUID() : (asked.prompt_id ?? randomUUID())
  const number = ++state.number
  state.waiting.push({
    id,
    number,
    client: asked.client_id,
    graph: asked.prompt,
    outputs: good,
    stop: new AbortController(),
  })
  void workThrough(state)
  // The job is taken, but whoever sent it is not told.
  if (failure === 'answer-lost') return reply.drop()
  if (failure === 'answer-late') return
  reply.json(200, { prompt_id: id, number, node_errors: errors })
}

/** One job after another, as the one worker of a ComfyUI does. */
async function workThrough(state: State): Promise<void> {
  if (state.running) return
  for (let job = state.waiting.shift(); job; job = state.waiting.shift()) {
    state.running = job
    await execute(state, job)
    // A restart has forgotten it.
    if (state.running === job) state.running = null
  }
}

async function execute(state: State, job: FakeJob): Promise<void> {
  const { id, graph } = job
  const { steps: fixed, stepDelayMs = 0, previews = 'plain', failure, socket } = state.now
  const tell = (type: string, data: Readonly<Record<string, unknown>>) =>
    state.sockets.get(job.client ?? '')?.send(event(type, { ...data, prompt_id: id }))
  const sampler = samplerOf(graph)
  const total = fixed ?? sampler.steps
  tell('execution_start', { timestamp: 1 })
  tell('execution_cached', { nodes: [], timestamp: 2 })
  tell('executing', { node: sampler.id, display_node: sampler.id })
  await state.now.held
  for (let value = 1; value <= total; value++) {
    await pause(stepDelayMs, undefined, { signal: job.stop.signal }).catch(() => undefined)
    if (job.stop.signal.aborted) {
      state.interrupted += 1
      return ended(state, job, 'execution_interrupted', { node_id: sampler.id, executed: [] })
    }
    tell('progress', { value, max: total, node: sampler.id })
    tell('progress_state', { nodes: { [sampler.id]: { value, max: total, state: 'running', node_id: sampler.id } } })
    state.sockets.get(job.client ?? '')?.send(previewFrame(previews, id, `${id} ${value}`))
    if (socket === 'dropped' && value === 2) state.sockets.get(job.client ?? '')?.drop()
    if (value === 1 && (failure === 'execution-error' || failure === 'out-of-memory')) {
      return ended(state, job, 'execution_error', faultOf(failure, sampler))
    }
  }
  const outputs =
    failure === 'no-image' ? {} : Object.fromEntries(job.outputs.map((node) => [node, paint(state, job, node)]))
  for (const [node, output] of Object.entries(outputs)) tell('executed', { node, display_node: node, output })
  state.executed += 1
  return ended(state, job, 'execution_success', {}, outputs)
}

function faultOf(failure: 'execution-error' | 'out-of-memory', sampler: { id: string; type: string }) {
  const memory = failure === 'out-of-memory'
  return {
    node_id: sampler.id,
    node_type: sampler.type,
    executed: [],
    exception_message: memory
      ? 'Allocation on device 0 would exceed allowed memory.'
      : 'mat1 and mat2 shapes cannot be multiplied',
    exception_type: memory ? 'torch.OutOfMemoryError' : 'RuntimeError',
    traceback: ['  File "/opt/ComfyUI/execution.py", line 496, in execute\n'],
    current_inputs: {},
    current_outputs: [],
  }
}

/** The event comes before the history has the job, and `executing` without a node after it. */
async function ended(
  state: State,
  job: FakeJob,
  type: string,
  data: Readonly<Record<string, unknown>>,
  outputs: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  // Looked up every time: a client may come in between.
  const tell = (words: string) => state.sockets.get(job.client ?? '')?.send(words)
  const told = { ...data, prompt_id: job.id, timestamp: 3 }
  tell(event(type, told))
  await pause(5)
  if (state.running !== job) return
  const good = type === 'execution_success'
  state.history.set(job.id, {
    prompt: kept(job),
    outputs,
    status: {
      status_str: good ? 'success' : 'error',
      completed: good,
      messages: [
        ['execution_start', { prompt_id: job.id, timestamp: 1 }],
        [type, told],
      ],
    },
    meta: {},
  })
  state.running = null
  tell(event('executing', { node: null, prompt_id: job.id }))
}

function samplerOf(graph: Graph): { id: string; type: string; steps: number } {
  const found = Object.entries(graph).find(([, { inputs }]) => typeof inputs['steps'] === 'number')
  const [id, node] = found ?? ['3', { class_type: 'KSampler', inputs: { steps: 1 } }]
  return { id, type: node.class_type, steps: Number(node.inputs['steps']) }
}

function previewFrame(kind: 'plain' | 'metadata', id: string, words: string): Buffer {
  const picture = fakePicture(8, 8, words)
  if (kind === 'plain') return Buffer.concat([uint32(1), uint32(2), picture])
  const about = Buffer.from(JSON.stringify({ node_id: '3', prompt_id: id, image_type: 'image/png' }))
  return Buffer.concat([uint32(4), uint32(about.length), about, picture])
}

/** A number as the binary messages have it. */
export function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function paint(state: State, job: FakeJob, node: string): { images: unknown[] } {
  const saved = job.graph[node]?.class_type === 'SaveImage'
  const { width, height } = sizeOf(state, job.graph)
  const filename = `${saved ? 'easel' : 'ComfyUI_temp'}_${String(job.number).padStart(5, '0')}_${node}_.png`
  const picture = fakePicture(width, height, JSON.stringify(job.graph))
  const { padding = 0 } = state.now
  state.pictures.set(filename, padding > 0 ? Buffer.concat([picture, Buffer.alloc(padding)]) : picture)
  return { images: [{ filename, subfolder: '', type: saved ? 'output' : 'temp' }] }
}

function sizeOf(state: State, graph: Graph): { width: number; height: number } {
  for (const { class_type: type, inputs } of Object.values(graph)) {
    if (type.startsWith('Empty')) return { width: Number(inputs['width']), height: Number(inputs['height']) }
    const source = type === 'LoadImage' ? state.uploads.get(String(inputs['image'])) : undefined
    if (source) return decodePng(source)
  }
  return { width: 64, height: 64 }
}

/** A job as it is told about: with whoever sent it. */
function kept({ number, id, graph, client, outputs }: FakeJob): readonly unknown[] {
  return [number, id, graph, client === undefined ? {} : { client_id: client }, outputs]
}

function queueOf({ running, waiting }: State) {
  return { queue_running: running ? [kept(running)] : [], queue_pending: waiting.map(kept) }
}

function unqueue(state: State, request: SeenRequest, reply: Reply): void {
  const asked = z.object({ delete: z.array(z.string()) }).parse(request.json())
  state.waiting = state.waiting.filter(({ id }) => !asked.delete.includes(id))
  reply.send(200, '')
}

function interrupt(state: State, request: SeenRequest, reply: Reply): void {
  const asked = z.object({ prompt_id: z.string().optional() }).parse(request.json())
  const { running } = state
  if (running && (state.now.old || asked.prompt_id === undefined || asked.prompt_id === running.id))
    running.stop.abort()
  reply.send(200, '')
}

async function store(state: State, request: SeenRequest, reply: Reply): Promise<void> {
  const image = (await request.form()).get('image')
  if (!(image instanceof File)) return reply.send(400, '')
  state.uploads.set(image.name, Buffer.from(await image.arrayBuffer()))
  reply.json(200, { name: image.name, subfolder: '', type: 'input' })
}

async function view(state: State, query: URLSearchParams, reply: Reply): Promise<void> {
  const picture = state.pictures.get(query.get('filename') ?? '')
  const { failure } = state.now
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'image/png' })
  if (failure === 'view-page') return reply.send(200, '<!doctype html>', { 'content-type': 'text/html; charset=utf-8' })
  if (failure === 'view-empty') return reply.send(200, '', { 'content-type': 'image/png' })
  if (!picture || failure === 'view-gone') return reply.send(404, '')
  reply.send(200, picture, { 'content-type': 'image/png' })
}
