// An OpenRouter that draws stripes, speaking the real protocol over real HTTP: the Images API, and the chat for models that draw.
// Its pictures are PNG whatever `output_format` asks for.
import { setTimeout as pause } from 'node:timers/promises'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { answerChat, type WritingFailure } from '../kit/fake-chat.ts'
import { fakePicture } from '../kit/fake-picture.ts'

type Fields = Readonly<Record<string, unknown>>

const flagged = { reasons: ['violence', 'gore'], flagged_input: 'a fox…', provider_name: 'OpenAI', model_slug: 'm' }
const raw = '{"error":{"message":"Your request was rejected by the safety system.","code":"moderation_blocked"}}'

/** Status, words and metadata. The code is the status. */
const faults = {
  'bad-request': [400, 'Parameter "seed" is not supported by this model', null],
  'too-long': [400, 'The prompt is longer than the 32000 characters that are taken', null],
  'no-credits': [402, 'Insufficient credits. Add more credits and retry the request.', null],
  'no-permission': [403, 'This key is not allowed to use this model.', null],
  flagged: [403, 'Your input was flagged', flagged],
  'flagged-behind': [400, 'Provider returned error', { provider_name: 'OpenAI', raw }],
  'flagged-by-words': [403, 'openai/gpt-image-2 requires moderation and your input was rejected.', null],
  'model-missing': [404, 'No endpoints found for this model.', null],
  'timed-out': [408, 'The request timed out', null],
  'too-large': [413, 'The request is too large', null],
  'not-understood': [422, 'Validation failed', null],
  'server-error': [500, 'Internal Server Error', null],
  'provider-down': [502, 'Provider returned error', { provider_name: 'Seed', raw: 'upstream connect error' }],
  'no-provider': [503, 'No available model provider meets your routing requirements', null],
  'edge-timeout': [524, 'The provider took too long', null],
  overloaded: [529, 'Provider is overloaded', null],
} as const satisfies Record<string, readonly [number, string, Fields | null]>

export type OpenRouterFailure =
  | keyof typeof faults
  | 'unauthorized'
  | 'rate-limited'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'blocked'
  | 'endless'
  | 'stall'
  | 'drop'
  | 'truncated-stream'
  | 'error-mid-stream'
  | 'blocked-mid-stream'
  | WritingFailure

export interface OpenRouterBehaviour {
  /** What /images/models lists; null: there is no Images API at all. */
  readonly models?: readonly Fields[] | null
  /** Ids that /models lists as drawing; null: there is no such route. */
  readonly chatModels?: readonly string[] | null
  /** False: there is no /key. */
  readonly tellsOfKey?: boolean
  /** Models that only draw refuse to be asked for text too. */
  readonly drawsOnly?: boolean
  readonly delayMs?: number
  /** Every picture is exactly this, whatever was asked. */
  readonly picture?: Uint8Array
  /** Previews that a stream has; absent: the model has no streaming, and answers in one piece. */
  readonly previews?: number
  readonly failure?: OpenRouterFailure
}

export interface FakeOpenRouter extends FakeEngine {
  /** With the `/api/v1` that a connection's address has. */
  readonly apiUrl: string
  /** Requests for pictures. */
  drawn(): readonly SeenRequest[]
}

const flash = {
  id: 'google/gemini-3.1-flash-image',
  name: 'Google: Gemini 3.1 Flash Image',
  created: 1_780_000_000,
  description: 'Draws.',
  architecture: { input_modalities: ['image', 'text'], output_modalities: ['image', 'text'] },
  endpoints: '/api/v1/images/models/google/gemini-3.1-flash-image/endpoints',
  supported_parameters: {
    resolution: { type: 'enum', values: ['512', '1K', '2K', '4K'] },
    aspect_ratio: { type: 'enum', values: ['1:1', '3:2', '2:3', '16:9', '9:16'] },
    n: { type: 'range', min: 1, max: 4 },
    seed: { type: 'boolean' },
    input_references: { type: 'range', min: 0, max: 14 },
  },
  supports_streaming: false,
}

/** Starts a fake OpenRouter on a free port. */
export async function startFakeOpenRouter(behaviour: OpenRouterBehaviour = {}): Promise<FakeOpenRouter> {
  const engine = await startFakeEngine(async (request, reply) => {
    const path = request.path.replace('/api/v1', '')
    const { authorization = '' } = request.headers
    // The lists are open to everybody.
    if (path === '/images/models' && behaviour.models !== null) {
      return reply.json(200, { data: behaviour.models ?? [flash] })
    }
    if (path === '/models?output_modalities=image' || path === '/models') return listAll(behaviour, reply)
    if (!authorization.startsWith('Bearer ') || behaviour.failure === 'unauthorized') {
      const message = `User not found for ${authorization}`
      return reply.json(401, { error: { message, code: 401 } })
    }
    if (path === '/key' && behaviour.tellsOfKey !== false) {
      return reply.json(200, { data: { label: 'sk-or-v1-0e6…1c96', limit: 100, limit_remaining: 74.5, usage: 25.5 } })
    }
    if (path === '/images' && behaviour.models !== null) return draw({ behaviour, request, reply, chat: false })
    if (path === '/chat/completions') return draw({ behaviour, request, reply, chat: true })
    reply.send(404, '<!doctype html><title>Not found</title>', { 'content-type': 'text/html' })
  })
  const drawn = () => engine.requests.filter(({ method }) => method === 'POST')
  return { ...engine, apiUrl: `${engine.baseUrl}/api/v1`, drawn }
}

function listAll({ chatModels = [flash.id] }: OpenRouterBehaviour, reply: Reply): void {
  if (chatModels === null) return reply.send(404, '')
  const about = { architecture: flash.architecture, supported_parameters: ['seed', 'temperature'] }
  const data = chatModels.map((id) => ({ id, name: id, ...about }))
  const speaking = { id: 'a/words', name: 'Words', architecture: { output_modalities: ['text'] } }
  reply.json(200, { data: [speaking, ...data] })
}

interface Asked {
  readonly behaviour: OpenRouterBehaviour
  readonly request: SeenRequest
  readonly reply: Reply
  readonly chat: boolean
}

async function draw(asked: Asked): Promise<void> {
  const { behaviour, request, reply, chat } = asked
  const { failure } = behaviour
  const fields: Fields = { ...Object(request.json()) }
  if (failure === 'stall') return
  if (failure === 'drop') return reply.drop()
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  if (failure === 'rate-limited') {
    return reply.json(429, { error: { message: 'Rate limit exceeded', code: 429 } }, { 'retry-after': '7' })
  }
  for (const [name, [code, message, metadata]] of Object.entries(faults)) {
    const error = { code, message, ...(metadata && { metadata }) }
    if (name === failure || (name === 'flagged' && failure === 'blocked')) {
      return reply.json(code, { error, user_id: 'user_1' })
    }
  }
  const modalities: unknown = fields['modalities']
  if (chat && modalities === undefined) return answerChat({ failure, chatCost: 0.0002 }, request, reply)
  if (chat && behaviour.drawsOnly && Array.isArray(modalities) && modalities.includes('text')) {
    const message = 'No endpoints found that support the requested output modalities: image, text'
    return reply.json(404, { error: { message, code: 404 } })
  }
  if (!chat && fields['stream'] === true && behaviour.previews !== undefined) return stream(asked, behaviour.previews)
  await pause(behaviour.delayMs ?? 0)
  const n = failure === 'no-image' ? 0 : Number(fields['n'] ?? 1)
  const pictures = Array.from({ length: n }, (_, i) => base64Of(asked, `${i}`))
  reply.json(200, chat ? chatAnswer(pictures) : imagesAnswer(pictures))
}

const usage = {
  prompt_tokens: 12,
  completion_tokens: 1290,
  total_tokens: 1302,
  cost: 0.039,
  cost_details: { upstream_inference_cost: null },
  is_byok: false,
}

function imagesAnswer(pictures: readonly string[]): Fields {
  const data = pictures.map((b64_json) => ({ b64_json, media_type: 'image/png' }))
  return { created: 1_780_000_000, data, usage }
}

function chatAnswer(pictures: readonly string[]): Fields {
  const images = pictures.map((data, index) => ({
    type: 'image_url',
    image_url: { url: `data:image/png;base64,${data}` },
    index,
  }))
  const message = { role: 'assistant', content: '', refusal: null, ...(images.length > 0 && { images }) }
  const choice = { index: 0, finish_reason: 'stop', native_finish_reason: 'STOP', message }
  return { id: 'gen-1', object: 'chat.completion', model: flash.id, choices: [choice], usage }
}

async function stream(asked: Asked, previews: number): Promise<void> {
  const { behaviour, reply } = asked
  const { failure } = behaviour
  reply.begin(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  await reply.write(': OPENROUTER PROCESSING\n\n')
  for (let i = 0; i < previews; i++) {
    await pause(behaviour.delayMs ?? 0)
    const b64_json = base64Of(asked, `preview ${i}`)
    await say(reply, { type: 'image_generation.partial_image', b64_json, partial_image_index: i })
    if (failure === 'error-mid-stream' || failure === 'blocked-mid-stream') {
      const blocked = { code: 'moderation_blocked', message: 'Rejected by the safety system.', param: null, type: null }
      const broke = { code: 'server_error', message: 'The provider failed.', param: null, type: 'server_error' }
      await say(reply, { type: 'error', error: failure === 'blocked-mid-stream' ? blocked : broke })
      return reply.end()
    }
  }
  if (failure === 'truncated-stream') return reply.end()
  const b64_json = failure === 'no-image' ? '' : base64Of(asked, '0')
  await say(reply, { type: 'image_generation.text_chunk', phase: 'draft', text: '<svg' })
  await say(reply, { type: 'image_generation.completed', b64_json, media_type: 'image/png', created: 1, usage })
  await reply.write('data: [DONE]\n\n')
  reply.end()
}

async function say(reply: Reply, fields: Fields): Promise<void> {
  await reply.write(`data: ${JSON.stringify(fields)}\n\n`)
}

function base64Of({ behaviour, request }: Asked, also: string): string {
  const bytes = behaviour.picture ?? fakePicture(96, 64, request.body.toString() + also)
  const whole = Buffer.from(bytes).toString('base64')
  return behaviour.failure === 'broken-base64' ? `${whole.slice(0, 40)}!!${whole.slice(42)}` : whole
}
