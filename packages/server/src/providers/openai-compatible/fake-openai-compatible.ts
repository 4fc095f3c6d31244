// Servers in the manner of OpenAI's Images API that draw stripes, each with its own ways, speaking real HTTP.
import { setTimeout as pause } from 'node:timers/promises'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { answerChat, isChat, type ChatBehaviour, type WritingFailure } from '../kit/fake-chat.ts'
import { fakePicture } from '../kit/fake-picture.ts'

export type Dialect = 'localai' | 'vllm' | 'sglang' | 'litellm' | 'lmstudio'

export type CompatibleFailure =
  | 'unauthorized'
  | 'rate-limited'
  | 'server-error'
  | 'opaque'
  | 'loading'
  | 'no-money'
  | 'too-long'
  | 'blocked'
  | 'model-missing'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'endless'
  | 'stall'
  | 'drop'
  | 'task'
  | WritingFailure

export interface CompatibleBehaviour extends Omit<ChatBehaviour, 'failure'> {
  /** Default: vllm. */
  readonly dialect?: Dialect
  readonly failure?: CompatibleFailure
  /** Every picture is exactly this. */
  readonly picture?: Uint8Array
  /** Answers no request for a picture before so many have come. */
  readonly together?: number
  /** What the addresses of pictures do instead of giving them. */
  readonly links?: 'expired' | 'to-private' | 'relative'
}

export interface FakeCompatible extends FakeEngine {
  behave(next: CompatibleBehaviour): void
  /** Requests for pictures. */
  drawn(): readonly SeenRequest[]
}

type Fields = Readonly<Record<string, unknown>>
interface Asked {
  readonly behaviour: CompatibleBehaviour
  readonly fields: Fields
  readonly reply: Reply
  readonly request: SeenRequest
  readonly baseUrl: string
}

const isDrawing = (path: string) => path.startsWith('/v1/images/')

/** Starts a fake server on a free port; its API is at /v1. */
export async function startFakeCompatible(behaviour: CompatibleBehaviour = {}): Promise<FakeCompatible> {
  let now = behaviour
  let baseUrl = ''
  const drawn = () => engine.requests.filter(({ path }) => isDrawing(path))
  const engine: FakeEngine = await startFakeEngine(async (request, reply) => {
    const { path } = request
    if (now.failure === 'unauthorized')
      return fault(reply, 401, { message: `Invalid key ${request.headers.authorization}` })
    if (path.startsWith('/v1/models')) return list(now, path, reply)
    if (isChat(path)) return answerChat(now, request, reply)
    if (path.startsWith('/generated-images/')) return linked(now, path, reply)
    const edits = path === '/v1/images/edits' && now.dialect !== 'localai'
    if (now.dialect === 'lmstudio' || (!edits && path !== '/v1/images/generations')) return reply.send(404, 'Not Found')
    const json = (request.headers['content-type'] ?? '').includes('json')
    const fields = json ? Object(request.json()) : Object.fromEntries((await request.form()).entries())
    while (drawn().length < (now.together ?? 0)) await pause(1)
    await answer({ behaviour: now, fields, reply, request, baseUrl })
  })
  baseUrl = engine.baseUrl
  return {
    ...engine,
    behave: (next) => {
      now = next
    },
    drawn,
  }
}

function list({ dialect }: CompatibleBehaviour, path: string, reply: Reply): void {
  if (path === '/v1/models/capabilities') {
    if (dialect !== 'localai') return reply.json(404, { detail: 'Not Found' })
    const data = [
      { id: 'flux.1-dev', capabilities: ['image'], input_modalities: ['text'], output_modalities: ['image'] },
      { id: 'llama-3.2', capabilities: ['chat'], input_modalities: ['text', 'image'], output_modalities: ['text'] },
    ].map((model) => ({ object: 'model', ...model }))
    return reply.json(200, { object: 'list', data })
  }
  const ids = ['flux.1-dev', 'Qwen/Qwen-Image', 'whisper-1', 'nomic-embed-text']
  return reply.json(200, {
    object: 'list',
    data: ids.map((id) => ({ id, object: 'model', created: 1, owned_by: 'me' })),
  })
}

function linked({ links, picture }: CompatibleBehaviour, path: string, reply: Reply): void {
  if (links === 'expired') return reply.send(410, 'Gone')
  if (links === 'to-private') return reply.send(302, '', { location: 'http://169.254.169.254/latest/meta-data' })
  const [, , width, height, words] = path.split('/')
  return reply.send(200, picture ?? fakePicture(Number(width), Number(height), String(words)))
}

interface Refusal {
  readonly status: number
  readonly error: Fields
  readonly headers?: Readonly<Record<string, string>>
}

const refusals: Partial<Record<CompatibleFailure, Refusal>> = {
  'rate-limited': { status: 429, error: { message: 'slow down' }, headers: { 'retry-after': '7' } },
  'server-error': { status: 500, error: { message: 'could not load model: rpc error', type: '' } },
  loading: {
    status: 503,
    error: { code: 'model_loading', type: 'model_loading', message: 'model flux.1-dev is loading' },
    headers: { 'retry-after': '5' },
  },
  'no-money': { status: 402, error: { message: 'Budget has been exceeded!', type: 'budget_exceeded' } },
  'too-long': { status: 400, error: { message: 'prompt is longer than 512 tokens', type: 'BadRequestError' } },
  blocked: { status: 400, error: { message: 'Violates our policy', code: 'content_policy_violation' } },
  'model-missing': { status: 404, error: { message: 'The model `x` does not exist.', type: 'NotFoundError' } },
}

function fault(reply: Reply, status: number, error: Fields, headers: Readonly<Record<string, string>> = {}): void {
  reply.json(status, { error: { code: status, type: '', ...error } }, headers)
}

function answer(asked: Asked): void | Promise<void> {
  const { behaviour, reply, fields } = asked
  const { failure } = behaviour
  const known = failure && refusals[failure]
  if (failure === 'stall') return
  if (failure === 'drop') return reply.drop()
  if (failure === 'opaque') return reply.send(500, '')
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  if (failure === 'task') {
    return reply.json(200, { id: 'task-1', object: 'image.generation.task', status: 'pending', task_info: {} })
  }
  if (known) return fault(reply, known.status, known.error, known.headers)
  const refused = refusedField(asked)
  if (refused !== null) return fault(reply, 400, { message: refused, type: 'BadRequestError' })
  const n = failure === 'no-image' ? 0 : Number(fields['n'] ?? 1)
  reply.json(200, { created: 1_760_000_000, data: Array.from({ length: n }, (_, i) => pictureOf(asked, i)) })
}

/** What the real ones refuse of what may be sent to another. */
function refusedField({ behaviour: { dialect = 'vllm' }, fields }: Asked): string | null {
  if (typeof fields['prompt'] !== 'string') return 'prompt: Field required'
  if (dialect === 'vllm' && fields['response_format'] === 'url') return "response_format 'url' is not supported"
  return dialect === 'litellm' && fields['seed'] !== undefined ? "Unknown parameter: 'seed'." : null
}

function pictureOf({ behaviour, fields, baseUrl }: Asked, index: number): Fields {
  const [width, height] = /^\d+x\d+$/.test(String(fields['size'])) ? String(fields['size']).split('x') : ['512', '512']
  // SGLang takes the same seed each time unless it is sent one.
  const seed = fields['seed'] ?? (behaviour.dialect === 'sglang' ? 1024 : Math.random())
  const words = encodeURIComponent(JSON.stringify([fields['model'], fields['prompt'], seed, index]))
  const format =
    fields['response_format'] ?? (/^(?:localai|sglang)$/.test(behaviour.dialect ?? '') ? 'url' : 'b64_json')
  const asBase64 = format === 'b64_json'
  if (behaviour.links !== undefined || !asBase64) {
    const path = `/generated-images/${width}/${height}/${words}`
    return { index, url: behaviour.links === 'relative' ? path : baseUrl + path, b64_json: null, revised_prompt: null }
  }
  const png = behaviour.picture ?? fakePicture(Number(width), Number(height), words)
  const base64 = Buffer.from(png).toString('base64')
  const sent = behaviour.failure === 'broken-base64' ? `${base64.slice(0, 40)}!!${base64.slice(42)}` : base64
  return { index, b64_json: sent, url: null, revised_prompt: null }
}
