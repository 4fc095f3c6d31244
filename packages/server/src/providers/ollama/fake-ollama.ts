// An Ollama that draws stripes, speaking the real protocol over real HTTP.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { rewritten, seenInPictures, type WritingFailure } from '../kit/fake-chat.ts'
import { fakePicture } from '../kit/fake-picture.ts'
import { eraOf } from './models.ts'

export type OllamaFailure =
  | 'stall'
  | 'drop'
  | 'broken-base64'
  | 'truncated-png'
  | 'server-error'
  | 'no-image'
  | 'error-line'
  | 'busy'
  | 'not-supported'
  | 'unauthorized'
  | 'rate-limited'
  | 'html'
  | 'endless'
  | Exclude<WritingFailure, 'refused'>

export interface OllamaBehaviour {
  /** Default 0.32.5, the last that draws. From 0.32.6 on every picture is refused. */
  readonly version?: string
  /** Absent: z-image-turbo, flux2-klein and a language model. */
  readonly models?: readonly { readonly name: string; readonly capabilities: readonly string[] }[]
  /** False: only /api/show tells what a model can, as before May 2026. */
  readonly capabilitiesInTags?: boolean
  /** Default: what was asked, else 9. */
  readonly steps?: number
  readonly stepDelayMs?: number
  /** Sends the answer in pieces of this many bytes. */
  readonly pieceBytes?: number
  /** What goes wrong with every picture. `drop`, `stall` and `error-line` come after the first step. */
  readonly failure?: OllamaFailure
}

export interface FakeOllama extends FakeEngine {
  /** Behaves differently from the next request on. */
  behave(next: OllamaBehaviour): void
  /** Pictures asked for, being made now, the most at once, and given up because the client left. */
  calls(): number
  drawing(): number
  mostDrawing(): number
  cancelled(): number
}

const drawingVersion = '0.32.5'

const defaultModels = [
  { name: 'x/z-image-turbo:latest', capabilities: ['image'] },
  { name: 'x/flux2-klein:4b', capabilities: ['image', 'vision'] },
  { name: 'llama3.2:latest', capabilities: ['completion', 'tools'] },
]

const generateRequest = z.object({
  model: z.string(),
  prompt: z.string().default(''),
  width: z.int().default(0),
  height: z.int().default(0),
  steps: z.int().default(0),
  options: z.object({ seed: z.int().default(0) }).default({ seed: 0 }),
  images: z.array(z.base64()).default([]),
})
type GenerateRequest = z.infer<typeof generateRequest>

/** Starts a fake Ollama on a free port. */
export async function startFakeOllama(behaviour: OllamaBehaviour = {}): Promise<FakeOllama> {
  let now = behaviour
  const count = { calls: 0, drawing: 0, mostDrawing: 0, cancelled: 0 }
  const engine = await startFakeEngine(async (request, reply) => {
    if (request.path === '/api/chat') return chat(now, request, reply)
    if (request.path !== '/api/generate') return answerAboutModels(now, request, reply)
    count.calls += 1
    count.mostDrawing = Math.max(count.mostDrawing, ++count.drawing)
    request.left.addEventListener('abort', () => {
      count.cancelled += 1
      count.drawing -= 1
    })
    await generate(now, request, reply)
    if (!request.left.aborted && now.failure !== 'stall') count.drawing -= 1
  })
  return {
    ...engine,
    behave: (next) => {
      now = next
    },
    calls: () => count.calls,
    drawing: () => count.drawing,
    mostDrawing: () => count.mostDrawing,
    cancelled: () => count.cancelled,
  }
}

function answerAboutModels(behaviour: OllamaBehaviour, request: SeenRequest, reply: Reply): void {
  const models = behaviour.models ?? defaultModels
  if (behaviour.failure === 'unauthorized')
    return reply.json(401, { error: `unauthorized: ${request.headers.authorization}` })
  if (request.path === '/api/version') return reply.json(200, { version: behaviour.version ?? drawingVersion })
  if (request.path === '/api/tags') {
    const listed = models.map(({ name, capabilities }) => ({
      name,
      model: name,
      size: 12_000_000_000,
      ...(behaviour.capabilitiesInTags !== false && { capabilities }),
    }))
    return reply.json(200, { models: listed })
  }
  if (request.path === '/api/show') {
    const { model } = z.object({ model: z.string() }).parse(request.json())
    const known = models.find(({ name }) => name === model)
    return known
      ? reply.json(200, { capabilities: known.capabilities })
      : reply.json(404, { error: `model '${model}' not found` })
  }
  return reply.send(404, '404 page not found')
}

async function generate(behaviour: OllamaBehaviour, request: SeenRequest, reply: Reply): Promise<void> {
  const asked = generateRequest.parse(request.json())
  if (refuse(behaviour, asked, { request, reply })) return
  if (behaviour.failure === 'endless') return reply.flood(200, { 'content-type': 'application/x-ndjson' })
  const total = behaviour.steps ?? (asked.steps || 9)
  reply.begin(200, { 'content-type': 'application/x-ndjson' })
  for (let completed = 0; completed < total; completed++) {
    await say(behaviour, reply, line(asked.model, { done: false, ...(completed > 0 && { completed }), total }))
    if (behaviour.failure === 'stall') return
    if (behaviour.failure === 'drop') return reply.drop()
    if (behaviour.failure === 'error-line') {
      await say(behaviour, reply, `${JSON.stringify({ error: 'mlx runner failed: out of memory' })}\n`)
      return reply.end()
    }
    await pause(behaviour.stepDelayMs ?? 0, undefined, { signal: request.left }).catch(() => undefined)
    if (request.left.aborted) return
  }
  await say(behaviour, reply, line(asked.model, { ...pictureField(behaviour, asked), done: true, done_reason: 'stop' }))
  reply.end()
}

const chatRequest = z.strictObject({
  model: z.string(),
  messages: z.tuple([
    z.strictObject({ role: z.literal('system'), content: z.string() }),
    z.strictObject({ role: z.literal('user'), content: z.string(), images: z.array(z.base64()).optional() }),
  ]),
  options: z.strictObject({ num_predict: z.int() }),
  keep_alive: z.union([z.string(), z.int()]).optional(),
  stream: z.literal(false),
})

function chat(behaviour: OllamaBehaviour, request: SeenRequest, reply: Reply): void | Promise<void> {
  const { failure } = behaviour
  if (failure === 'stall') return
  if (failure === 'failed-late') return reply.json(200, { error: 'the runner was killed' })
  const asked = chatRequest.parse(request.json())
  if (refuse(behaviour, asked, { request, reply })) return
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  const { content, images } = asked.messages[1]
  const text = images === undefined ? rewritten(content) : seenInPictures
  const cutOff = failure === 'cut-off'
  const said = failure === 'no-words' ? '' : cutOff ? text.slice(0, 5) : text
  reply.json(200, {
    model: asked.model,
    created_at: '2026-03-01T00:00:00Z',
    message: { role: 'assistant', content: said },
    done: true,
    done_reason: cutOff ? 'length' : 'stop',
  })
}

/** Answers with an error where this server or this request calls for one. */
function refuse(
  behaviour: OllamaBehaviour,
  asked: { readonly model: string; readonly width?: number; readonly height?: number },
  { request, reply }: { request: SeenRequest; reply: Reply },
): boolean {
  const known = (behaviour.models ?? defaultModels).find(
    ({ name }) => name.replace(/:latest$/, '') === asked.model.replace(/:latest$/, ''),
  )
  const { failure } = behaviour
  if (failure === 'unauthorized') reply.json(401, { error: `unauthorized: ${request.headers.authorization}` })
  else if (failure === 'rate-limited') reply.json(429, { error: 'slow down' }, { 'retry-after': '7' })
  else if (failure === 'server-error') reply.json(500, { error: 'mlx runner exited unexpectedly' })
  else if (failure === 'busy')
    reply.json(503, { error: 'server busy, please try again.  maximum pending requests exceeded' })
  else if (failure === 'html') reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  else if (!known) reply.json(404, { error: `model '${asked.model}' not found` })
  else if (
    request.path === '/api/generate' &&
    (failure === 'not-supported' || eraOf(behaviour.version ?? drawingVersion) === 'after')
  ) {
    reply.json(400, { error: 'image generation models are not currently supported' })
  } else if ((asked.width ?? 0) > 4096 || (asked.height ?? 0) > 4096) {
    reply.json(400, { error: 'width and height must be <= 4096' })
  } else return false
  return true
}

function pictureField(behaviour: OllamaBehaviour, asked: GenerateRequest): { image?: string } {
  const { failure } = behaviour
  if (failure === 'no-image') return {}
  // Seed 0 means any seed here, as with the real one.
  const seed = asked.options.seed === 0 ? Math.random() : asked.options.seed
  const png = fakePicture(
    asked.width || 1024,
    asked.height || 1024,
    JSON.stringify([asked.model, asked.prompt, seed, asked.images]),
  )
  const sent = failure === 'truncated-png' ? png.subarray(0, png.length >> 1) : png
  const image = Buffer.from(sent).toString('base64')
  return { image: failure === 'broken-base64' ? `${image.slice(0, 40)}!!${image.slice(42)}` : image }
}

function line(model: string, fields: Record<string, unknown>): string {
  return `${JSON.stringify({ model, created_at: '2026-03-01T00:00:00Z', response: '', ...fields })}\n`
}

async function say(behaviour: OllamaBehaviour, reply: Reply, words: string): Promise<void> {
  const bytes = Buffer.from(words)
  const size = behaviour.pieceBytes ?? bytes.length
  for (let at = 0; at < bytes.length; at += size) {
    if (!(await reply.write(bytes.subarray(at, at + size)))) return
    // A turn of the event loop, so that pieces leave one by one.
    if (behaviour.pieceBytes !== undefined) await pause(0)
  }
}
