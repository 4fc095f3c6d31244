// An xAI API that draws stripes, speaking the real protocol over real HTTP. Its pictures are PNG; the real ones are mostly JPEG.
import { setTimeout as pause } from 'node:timers/promises'
import { answerChat, isChat, type WritingFailure } from '../kit/fake-chat.ts'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { fakePicture } from '../kit/fake-picture.ts'

type Fields = Readonly<Record<string, unknown>>

const noPermission = 'The caller does not have permission to execute the specified operation'

/** Status, `code` and `error` (a text, as most of them are). */
const faults = {
  'bad-key': [
    400,
    'Client specified an invalid argument',
    'Incorrect API key provided: xa***ef. Get one at console.x.ai.',
  ],
  'no-permission': [403, noPermission, 'The API key is blocked.'],
  'no-credits': [403, noPermission, 'Your newly created team does not have any credits yet.'],
  'credits-used': [429, 'Some resource has been exhausted', 'Your team has used all available credits.'],
  'too-long': [400, 'Client specified an invalid argument', 'The prompt is longer than 8000 characters.'],
  'body-format': [422, 'Failed to deserialize the JSON body', 'prompt: invalid type: integer'],
  'media-type': [415, 'Unsupported media type', 'Expected request with `Content-Type: application/json`'],
  'not-allowed': [405, 'Method not allowed', 'Only POST is allowed here.'],
  'model-missing': [404, 'Some requested entity was not found', 'The model does not exist or your team has no access.'],
  'server-error': [500, 'Internal error', 'An internal error occurred.'],
  overloaded: [503, 'The service is currently unavailable', 'The service is at capacity.'],
  'blocked-400': [400, 'Client specified an invalid argument', 'Generated image rejected by content moderation.'],
  'blocked-403': [403, noPermission, 'Content violates usage guidelines. Team: t-1, API key ID: k-1, Model: m.'],
} as const satisfies Record<string, readonly [number, string, string]>

export type XaiFailure =
  | keyof typeof faults
  | 'unauthorized'
  | 'rate-limited'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'blocked'
  | 'blocked-empty'
  | 'endless'
  | 'stall'
  | 'drop'
  | WritingFailure

export interface XaiBehaviour {
  /** Ids that /image-generation-models lists; null: there are no lists. */
  readonly models?: readonly string[] | null
  readonly delayMs?: number
  /** Every picture is exactly this, whatever was asked. */
  readonly picture?: Uint8Array
  /** Names pictures by URL, on this server, instead of sending them. */
  readonly byUrl?: boolean
  /** Sends base64 as the data URL that it sometimes is. */
  readonly prefixed?: boolean
  readonly failure?: XaiFailure
}

export interface FakeXai extends FakeEngine {
  /** With the `/v1` that a connection's address has. */
  readonly apiUrl: string
  /** Requests for pictures. */
  drawn(): readonly SeenRequest[]
}

const knownFields = ['model', 'prompt', 'n', 'response_format', 'aspect_ratio', 'resolution', 'quality', 'user']
const editFields = [...knownFields, 'image', 'images']

/** Starts a fake xAI on a free port. */
export async function startFakeXai(behaviour: XaiBehaviour = {}): Promise<FakeXai> {
  const engine = await startFakeEngine(async (request, reply) => {
    if (request.path.startsWith('/files/'))
      return reply.send(200, behaviour.picture ?? fakePicture(96, 64, request.path))
    const { authorization = '' } = request.headers
    if (!authorization.startsWith('Bearer ') || behaviour.failure === 'unauthorized') {
      return reply.json(401, { code: 'Unauthenticated', error: `Invalid or missing credentials: ${authorization}` })
    }
    if (request.path === '/v1/image-generation-models') return list(behaviour, reply)
    if (request.path === '/v1/language-models') return listWords(behaviour, reply)
    if (isChat(request.path)) return write(behaviour, request, reply)
    if (request.path === '/v1/images/generations') return draw({ behaviour, request, reply, known: knownFields })
    if (request.path === '/v1/images/edits') return draw({ behaviour, request, reply, known: editFields })
    reply.send(404, '')
  })
  const drawn = () => engine.requests.filter(({ path }) => path.startsWith('/v1/images/'))
  return { ...engine, apiUrl: `${engine.baseUrl}/v1`, drawn }
}

function list({ models = ['grok-imagine-image-2.0', 'grok-imagine-image'] }: XaiBehaviour, reply: Reply): void {
  if (models === null) return reply.send(404, '')
  const about = { object: 'model', owned_by: 'xai', version: '1.0', created: 1_760_000_000, max_prompt_length: 8000 }
  const able = { input_modalities: ['text', 'image'], output_modalities: ['image'], image_price: 2, aliases: [] }
  reply.json(200, { models: models.map((id) => ({ id, fingerprint: 'fp_1', ...about, ...able })) })
}

function listWords({ models }: XaiBehaviour, reply: Reply): void {
  if (models === null) return reply.send(404, '')
  const text = ['text']
  const listed = [
    { id: 'grok-4', input_modalities: ['text', 'image'], output_modalities: text },
    { id: 'grok-code-fast-1', input_modalities: text, output_modalities: text },
    { id: 'grok-untold' },
    { id: 'grok-imagine-image-2.0', input_modalities: text, output_modalities: ['image'] },
  ]
  reply.json(200, { models: listed.map((model) => ({ object: 'model', owned_by: 'xai', ...model })) })
}

/** Answers a chat, with failures in xAI's own form. */
function write(behaviour: XaiBehaviour, request: SeenRequest, reply: Reply): void | Promise<void> {
  const name = behaviour.failure === 'blocked' ? 'blocked-403' : behaviour.failure
  for (const [known, [status, code, error]] of Object.entries(faults)) {
    if (known === name) return reply.json(status, { code, error })
  }
  return answerChat({ failure: name }, request, reply)
}

interface Asked {
  readonly behaviour: XaiBehaviour
  readonly request: SeenRequest
  readonly reply: Reply
  readonly known: readonly string[]
}

async function draw({ behaviour, request, reply, known }: Asked): Promise<void> {
  const { failure } = behaviour
  if (failure === 'stall') return
  if (failure === 'drop') return reply.drop()
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  if (failure === 'rate-limited') {
    const error = { message: 'Too many requests.', type: 'rate_limit', param: null, code: null }
    return reply.json(429, { error }, { 'retry-after': '7' })
  }
  for (const [name, [status, code, error]] of Object.entries(faults)) {
    if (name === failure) return reply.json(status, { code, error })
  }
  const fields: Fields = { ...Object(request.json()) }
  const strange = Object.keys(fields).find((name) => !known.includes(name))
  if (strange !== undefined) {
    const code = 'Client specified an invalid argument'
    return reply.json(400, { code, error: `Argument not supported: ${strange}` })
  }
  await pause(behaviour.delayMs ?? 0)
  const n = failure === 'blocked-empty' ? 0 : Number(fields['n'] ?? 1)
  const data = Array.from({ length: n }, (_, i) => one(behaviour, request, i))
  reply.json(200, { data, usage: { cost_in_usd_ticks: 200_000_000 * n } })
}

function one({ failure, picture, byUrl, prefixed }: XaiBehaviour, request: SeenRequest, i: number): Fields {
  const about = { mime_type: 'image/png', revised_prompt: '', respect_moderation: failure !== 'blocked' }
  if (failure === 'blocked' || failure === 'no-image') return { b64_json: '', ...about }
  if (byUrl) return { url: `http://${String(request.headers.host)}/files/${i}.png`, ...about }
  const bytes = picture ?? fakePicture(96, 64, `${request.body.toString()}${i}`)
  const whole = Buffer.from(bytes).toString('base64')
  const data = failure === 'broken-base64' ? `${whole.slice(0, 40)}!!${whole.slice(42)}` : whole
  return { b64_json: prefixed ? `data:image/png;base64,${data}` : data, ...about }
}
