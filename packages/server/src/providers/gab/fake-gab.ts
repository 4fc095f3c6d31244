// A Gab AI that draws stripes, as far as its API is known, speaking real HTTP.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { answerChat, isChat, type WritingFailure } from '../kit/fake-chat.ts'
import { fakePicture } from '../kit/fake-picture.ts'

export type GabFailure =
  | 'unauthorized'
  | 'rate-limited'
  | 'day-used-up'
  | 'no-credits'
  | 'server-error'
  | 'too-long'
  | 'blocked'
  | 'model-missing'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'endless'
  | 'stall'
  | 'drop'
  | WritingFailure

export interface GabBehaviour {
  readonly models?: readonly string[]
  readonly failure?: GabFailure
  /** Every picture is exactly this. */
  readonly picture?: Uint8Array
  /** Names pictures by URL on this server; `expired` ones are gone. */
  readonly links?: 'good' | 'expired'
  /** Answers no request for a picture before so many have come. */
  readonly together?: number
}

export interface FakeGab extends FakeEngine {
  /** With the `/v1` that a connection's address has. */
  readonly apiUrl: string
  behave(next: GabBehaviour): void
  /** Requests for pictures. */
  drawn(): readonly SeenRequest[]
}

/** When the day's count begins anew: seconds since 1970, in the far future. */
const reset = 4_000_000_000

const asked = z.strictObject({
  model: z.string(),
  prompt: z.string(),
  n: z.literal(1),
  size: z
    .string()
    .regex(/^\d+x\d+$/)
    .optional(),
})

/** Starts a fake Gab AI on a free port. */
export async function startFakeGab(behaviour: GabBehaviour = {}): Promise<FakeGab> {
  let now = behaviour
  let baseUrl = ''
  const drawn = () => engine.requests.filter(({ path }) => path === '/v1/images/generations')
  const engine: FakeEngine = await startFakeEngine(async (request, reply) => {
    const { authorization = '' } = request.headers
    if (now.failure === 'unauthorized' || !authorization.startsWith('Bearer ')) {
      return fault(reply, 401, { message: `Invalid API key: ${authorization}` })
    }
    if (request.path === '/v1/models') return list(now, reply)
    if (isChat(request.path)) return answerChat(now, request, reply)
    if (request.path.startsWith('/files/')) {
      return now.links === 'expired' ? reply.send(404, 'gone') : reply.send(200, picture(now, request.path))
    }
    if (request.path !== '/v1/images/generations') return fault(reply, 404, { message: 'Not found' })
    while (drawn().length < (now.together ?? 0)) await pause(1)
    await answer(now, { request, reply, baseUrl })
  })
  baseUrl = engine.baseUrl
  return {
    ...engine,
    apiUrl: `${engine.baseUrl}/v1`,
    behave: (next) => {
      now = next
    },
    drawn,
  }
}

function list({ models = ['arya', 'gpt-image-2', 'nano-banana', 'seedream-4'] }: GabBehaviour, reply: Reply): void {
  reply.json(200, { object: 'list', data: models.map((id) => ({ id, object: 'model' })) })
}

const refusals: Partial<Record<GabFailure, { status: number; error: object; headers?: Record<string, string> }>> = {
  'rate-limited': { status: 429, error: { message: 'Too many requests' }, headers: { 'retry-after': '7' } },
  'day-used-up': {
    status: 429,
    error: { message: 'Daily limit reached' },
    headers: { 'x-ratelimit-limit': '10000', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${reset}` },
  },
  'no-credits': { status: 402, error: { message: 'Credits exhausted' } },
  'server-error': { status: 500, error: { message: 'Something went wrong' } },
  'too-long': { status: 400, error: { message: 'Prompt too long' } },
  blocked: { status: 400, error: { message: 'Refused by the model', code: 'content_policy_violation' } },
  'model-missing': { status: 404, error: { message: 'No such model', code: 'model_not_found' } },
}

function answer(
  behaviour: GabBehaviour,
  { request, reply, baseUrl }: { request: SeenRequest; reply: Reply; baseUrl: string },
): void | Promise<void> {
  const { failure } = behaviour
  const known = failure && refusals[failure]
  if (failure === 'stall') return
  if (failure === 'drop') return reply.drop()
  if (failure === 'html') return reply.send(200, '<html>Proxy</html>', { 'content-type': 'text/html' })
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  if (known) return fault(reply, known.status, known.error, known.headers)
  const { success, data } = asked.safeParse(request.json())
  if (!success) return fault(reply, 400, { message: 'Unknown parameter' })
  const words = encodeURIComponent(JSON.stringify([data.model, data.prompt]))
  const path = `/files/${(data.size ?? '1024x1024').replace('x', '/')}/${words}`
  if (behaviour.links !== undefined) return reply.json(200, { created: 1, data: [{ url: baseUrl + path }] })
  const base64 = Buffer.from(picture(behaviour, path)).toString('base64')
  const sent = failure === 'broken-base64' ? `${base64.slice(0, 40)}!!${base64.slice(42)}` : base64
  reply.json(200, { created: 1, data: failure === 'no-image' ? [] : [{ b64_json: sent }] })
}

function fault(reply: Reply, status: number, error: object, headers: Readonly<Record<string, string>> = {}): void {
  reply.json(status, { error }, headers)
}

function picture(behaviour: GabBehaviour, path: string): Uint8Array {
  const [, , width, height, words] = path.split('/')
  return behaviour.picture ?? fakePicture(Number(width), Number(height), String(words))
}
