// An OpenAI Images server that draws stripes, speaking the real protocol over real HTTP. Its pictures are PNG whatever
// `output_format` asks for.
import { setTimeout as pause } from 'node:timers/promises'
import { DefectError } from '#base/errors.ts'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { answerChat, isChat, type ChatBehaviour, type WritingFailure } from '../kit/fake-chat.ts'
import { fakePicture } from '../kit/fake-picture.ts'

export type OpenAiFailure =
  | 'unauthorized'
  | 'forbidden'
  | 'rate-limited'
  | 'rate-limited-ms'
  | 'insufficient-quota'
  | 'billing-limit'
  | 'blocked'
  | 'server-error'
  | 'overloaded'
  | 'model-missing'
  | 'no-image'
  | 'broken-base64'
  | 'html'
  | 'endless'
  | 'stall'
  | 'drop'
  | 'truncated-stream'
  | 'error-mid-stream'
  | 'blocked-mid-stream'
  | WritingFailure

export interface OpenAiBehaviour extends Omit<ChatBehaviour, 'failure'> {
  /** Ids that /models lists; null: there is no such route. */
  readonly models?: readonly string[] | null
  /** Milliseconds before each piece of an answer. */
  readonly delayMs?: number
  /** Every picture is exactly this, whatever was asked: for benchmarks. */
  readonly picture?: Uint8Array
  /** Answers in one piece though streaming was asked for, as many proxies do. */
  readonly ignoresStream?: boolean
  /** Names pictures by URL, on this server, instead of sending them. */
  readonly byUrl?: boolean
  readonly revisedPrompt?: string
  /** What goes wrong with every request for pictures. */
  readonly failure?: OpenAiFailure
}

export interface FakeOpenAi extends FakeEngine {
  /** With the `/v1` that a connection's address has. */
  readonly apiUrl: string
  behave(next: OpenAiBehaviour): void
  /** Requests for pictures, answered or not. */
  calls(): number
}

const defaultModels = ['gpt-image-2', 'gpt-image-1.5', 'chatgpt-image-latest', 'gpt-5']

const knownFields = [
  'model',
  'prompt',
  'n',
  'size',
  'quality',
  'background',
  'output_format',
  'output_compression',
  'stream',
  'partial_images',
  'safety_identifier',
  'user',
  'complexity',
]
const generationFields = [...knownFields, 'moderation', 'frame_count', 'frame_duration_ms', 'svg']
const editFields = [...knownFields, 'image', 'image[]', 'mask', 'markup', 'input_fidelity']
const dallEFields = ['response_format', 'style']

const created = 1_760_000_000

type Fields = Readonly<Record<string, unknown>>

interface Asked {
  readonly fields: Fields
  readonly editing: boolean
  readonly reply: Reply
  readonly request: SeenRequest
  readonly behaviour: OpenAiBehaviour
  readonly baseUrl: string
}

/** Starts a fake OpenAI on a free port. */
export async function startFakeOpenAi(behaviour: OpenAiBehaviour = {}): Promise<FakeOpenAi> {
  let now = behaviour
  let calls = 0
  let baseUrl = ''
  const engine = await startFakeEngine(async (request, reply) => {
    if (request.path === '/v1/models') return listModels(now, request, reply)
    if (isChat(request.path)) return answerChat(now, request, reply)
    if (request.path.startsWith('/files/')) return reply.send(200, picture(now, request.path))
    const editing = request.path === '/v1/images/edits'
    if (!editing && request.path !== '/v1/images/generations') {
      return fault(reply, {
        status: 404,
        error: { message: `Invalid URL (POST ${request.path})`, type: 'invalid_request_error' },
      })
    }
    calls += 1
    const fields = editing ? await formFields(request) : jsonFields(request)
    await answer({ fields, editing, reply, request, behaviour: now, baseUrl })
  })
  baseUrl = engine.baseUrl
  return {
    ...engine,
    apiUrl: `${engine.baseUrl}/v1`,
    behave: (next) => {
      now = next
    },
    calls: () => calls,
  }
}

function listModels(behaviour: OpenAiBehaviour, request: SeenRequest, reply: Reply): void {
  const { models = defaultModels, failure } = behaviour
  if (failure === 'unauthorized') return fault(reply, wrongKey(request))
  if (models === null) return reply.send(404, 'Not Found')
  return reply.json(200, {
    object: 'list',
    data: models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'system' })),
  })
}

async function answer(asked: Asked): Promise<void> {
  const { behaviour, reply, fields } = asked
  const { failure } = behaviour
  if (failure === 'stall') return
  if (failure === 'drop') return reply.drop()
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (refuse(asked) || refuseField(asked)) return
  const streamed = String(fields['stream']) === 'true' && behaviour.ignoresStream !== true
  const type = streamed ? 'text/event-stream; charset=utf-8' : 'application/json'
  if (failure === 'endless') return reply.flood(200, { 'content-type': type })
  if (streamed) return stream(asked)
  await pause(behaviour.delayMs ?? 0)
  const n = Number(fields['n'] ?? 1)
  if (behaviour.picture) return reply.send(200, preparedAnswer(asked, n), { 'content-type': 'application/json' })
  reply.json(200, wholeAnswer(asked, failure === 'no-image' ? 0 : n))
}

function wholeAnswer(asked: Asked, n: number): Fields {
  const data = Array.from({ length: n }, (_, i) => pictureFields(asked, i))
  const dallE = String(asked.fields['model']).startsWith('dall-e-')
  const facts = dallE ? {} : { ...factsOf(asked), safety_identifier: asked.fields['safety_identifier'] ?? null }
  return { created, data, ...facts, usage: usageOf(n) }
}

/** What was chosen where the request left it open. */
function factsOf({ fields }: Asked): Fields {
  const chosen = (name: string, otherwise: string) =>
    fields[name] === undefined || fields[name] === 'auto' ? otherwise : fields[name]
  return {
    background: chosen('background', 'opaque'),
    output_format: chosen('output_format', 'png'),
    quality: chosen('quality', 'high'),
    size: chosen('size', '1024x1024'),
  }
}

const prepared = new WeakMap<OpenAiBehaviour, Map<number, Buffer>>()

/** The answer for a given picture, encoded once: a benchmark is to measure Easel, not this server. */
function preparedAnswer(asked: Asked, n: number): Buffer {
  const answers = prepared.get(asked.behaviour) ?? new Map<number, Buffer>()
  prepared.set(asked.behaviour, answers)
  const known = answers.get(n) ?? Buffer.from(JSON.stringify(wholeAnswer(asked, n)))
  answers.set(n, known)
  return known
}

interface Fault {
  readonly status: number
  readonly error: Fields
  readonly headers?: Readonly<Record<string, string>>
}

const faults: Partial<Record<OpenAiFailure, Fault>> = {
  forbidden: {
    status: 403,
    error: {
      message: 'Your organization must be verified to use the model `gpt-image-2`.',
      type: 'invalid_request_error',
    },
  },
  'rate-limited': {
    status: 429,
    error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
    headers: { 'retry-after': '7' },
  },
  'rate-limited-ms': {
    status: 429,
    error: { message: 'Rate limit reached', type: 'requests', code: 'rate_limit_exceeded' },
    headers: { 'retry-after-ms': '1250', 'retry-after': '2' },
  },
  'insufficient-quota': {
    status: 429,
    error: { message: 'You exceeded your current quota', type: 'insufficient_quota', code: 'insufficient_quota' },
  },
  'billing-limit': {
    status: 400,
    error: {
      message: 'Billing hard limit has been reached',
      type: 'image_generation_user_error',
      code: 'billing_hard_limit_reached',
    },
  },
  blocked: {
    status: 400,
    error: {
      message: 'Your request was rejected by the safety system. safety_violations=[violence].',
      type: 'image_generation_user_error',
      code: 'moderation_blocked',
    },
  },
  'server-error': {
    status: 500,
    error: { message: 'The server had an error', type: 'server_error', code: 'server_error' },
  },
  overloaded: {
    status: 503,
    error: { message: 'The engine is overloaded', type: 'server_error' },
    headers: { 'retry-after': '3' },
  },
  'model-missing': {
    status: 404,
    error: {
      message: 'The model does not exist or you do not have access to it.',
      type: 'invalid_request_error',
      code: 'model_not_found',
    },
  },
}

/** Like the real one, it repeats the key. */
function wrongKey(request: SeenRequest): Fault {
  const key = request.headers.authorization?.slice(7) ?? ''
  const message = `Incorrect API key provided: ${key}. You can find yours on the platform page.`
  return { status: 401, error: { message, type: 'invalid_request_error', code: 'invalid_api_key' } }
}

function refuse({ behaviour, reply, request }: Asked): boolean {
  const { failure } = behaviour
  const known = failure && faults[failure]
  const authorization = request.headers.authorization ?? ''
  if (failure === 'unauthorized' || !authorization.startsWith('Bearer ')) {
    fault(reply, wrongKey(request))
  } else if (known) fault(reply, known)
  else return false
  return true
}

/** Parameters that a model does not know are an error with OpenAI, not ignored. */
function refuseField({ fields, editing, reply }: Asked): boolean {
  const dallE = String(fields['model']).startsWith('dall-e-')
  const known = [...(editing ? editFields : generationFields), ...(dallE ? dallEFields : [])]
  const unknown = Object.keys(fields).find((name) => !known.includes(name))
  if (unknown !== undefined) {
    const message = `Unknown parameter: '${unknown}'.`
    fault(reply, {
      status: 400,
      error: { message, type: 'invalid_request_error', param: unknown, code: 'unknown_parameter' },
    })
  } else if (typeof fields['prompt'] !== 'string' || fields['prompt'] === '') {
    const message = "Missing required parameter: 'prompt'."
    fault(reply, {
      status: 400,
      error: { message, type: 'invalid_request_error', param: 'prompt', code: 'missing_required_parameter' },
    })
  } else return false
  return true
}

async function stream(asked: Asked): Promise<void> {
  const { behaviour, reply, fields, editing, request } = asked
  const name = editing ? 'image_edit' : 'image_generation'
  const facts = { created_at: created, ...factsOf(asked) }
  reply.begin(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  for (let i = 0; i < Number(fields['partial_images'] ?? 0); i++) {
    await pause(behaviour.delayMs ?? 0)
    const preview = pictureFields(asked, 0, `preview ${i}`)
    await sayEvent(reply, `${name}.partial_image`, { ...preview, ...facts, partial_image_index: i })
    if (behaviour.failure === 'error-mid-stream' || behaviour.failure === 'blocked-mid-stream') {
      const error = behaviour.failure === 'blocked-mid-stream' ? faults.blocked?.error : faults['server-error']?.error
      await sayEvent(reply, 'error', { error })
      return reply.end()
    }
  }
  await pause(behaviour.delayMs ?? 0)
  if (behaviour.failure === 'truncated-stream' || request.left.aborted) return reply.end()
  const done = behaviour.failure === 'no-image' ? { b64_json: '' } : pictureFields(asked, 0)
  await sayEvent(reply, `${name}.completed`, { ...done, ...facts, usage: usageOf(1) })
  reply.end()
}

async function sayEvent(reply: Reply, type: string, fields: Fields): Promise<void> {
  await reply.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`)
}

function pictureFields(asked: Asked, index: number, also = ''): Fields {
  const { behaviour, fields, baseUrl } = asked
  const [width, height] = /^\d+x\d+$/.test(String(fields['size']))
    ? String(fields['size']).split('x')
    : ['1024', '1024']
  const path = `/files/${width}/${height}/${encodeURIComponent(JSON.stringify([fields['prompt'], index, also]))}.png`
  const revised = behaviour.revisedPrompt !== undefined && { revised_prompt: behaviour.revisedPrompt }
  if (behaviour.byUrl) return { url: baseUrl + path, ...revised }
  const base64 = Buffer.from(picture(behaviour, path)).toString('base64')
  return {
    b64_json: behaviour.failure === 'broken-base64' ? `${base64.slice(0, 40)}!!${base64.slice(42)}` : base64,
    ...revised,
  }
}

function picture(behaviour: OpenAiBehaviour, path: string): Uint8Array {
  const [, , width, height, words] = path.split('/')
  return behaviour.picture ?? fakePicture(Number(width), Number(height), String(words))
}

function usageOf(n: number): Fields {
  const output = 4160 * n
  return {
    input_tokens: 50,
    input_tokens_details: { text_tokens: 50, image_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { image_tokens: output, text_tokens: 0 },
    total_tokens: 50 + output,
  }
}

function fault(reply: Reply, told: Fault): void {
  const error = { param: null, code: null, ...told.error }
  reply.json(told.status, { error }, { 'x-request-id': 'req_fake', ...told.headers })
}

function jsonFields(request: SeenRequest): Fields {
  const value = request.json()
  if (typeof value !== 'object' || value === null) throw new DefectError('The body is not an object')
  return { ...value }
}

async function formFields(request: SeenRequest): Promise<Fields> {
  return Object.fromEntries((await request.form()).entries())
}
