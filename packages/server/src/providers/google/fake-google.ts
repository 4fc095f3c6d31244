// A Gemini API that draws stripes, speaking the real protocol over real HTTP.
import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { startFakeEngine, type FakeEngine, type Reply, type SeenRequest } from '../kit/fake-engine.ts'
import { rewritten, seenInPictures, type WritingFailure } from '../kit/fake-chat.ts'
import { fakePicture } from '../kit/fake-picture.ts'

const errors = {
  'bad-key': [
    400,
    'INVALID_ARGUMENT',
    'API key not valid. Please pass a valid API key.',
    { reason: 'API_KEY_INVALID' },
  ],
  forbidden: [403, 'PERMISSION_DENIED', 'This project has been denied access.', null],
  billing: [400, 'FAILED_PRECONDITION', 'Please enable billing on your project.', null],
  region: [400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.', null],
  'too-long': [400, 'INVALID_ARGUMENT', 'The input token count exceeds the maximum.', null],
  'model-missing': [404, 'NOT_FOUND', 'The model is not found for API version v1beta.', null],
  'rate-limited-info': [429, 'RESOURCE_EXHAUSTED', 'You exceeded your current quota.', { retryDelay: '34s' }],
  cancelled: [499, 'CANCELLED', 'The operation was cancelled.', null],
  'server-error': [500, 'INTERNAL', 'An internal error has occurred.', null],
  overloaded: [503, 'UNAVAILABLE', 'The model is overloaded.', null],
  deadline: [504, 'DEADLINE_EXCEEDED', 'The deadline expired.', null],
} as const satisfies Record<string, readonly [number, string, string, Readonly<Record<string, string>> | null]>

export type GoogleFailure =
  | keyof typeof errors
  | 'unauthorized'
  | 'rate-limited'
  | 'html'
  | 'broken-base64'
  | 'no-image'
  | 'blocked'
  | 'endless'
  | 'stall'
  | Exclude<WritingFailure, 'refused'>

export interface GoogleBehaviour {
  /** Ids that /models lists, two a page; null: there is no such route. */
  readonly models?: readonly string[] | null
  readonly delayMs?: number
  readonly failure?: GoogleFailure
}

export interface FakeGoogle extends FakeEngine {
  /** With the `/v1beta` that a connection's address has. */
  readonly apiUrl: string
  /** Requests for pictures. */
  drawn(): readonly SeenRequest[]
}

// Google's client asks for pictures at /v1, and Imagen only where Vertex AI has it.
const drawingPath = /^\/(?:v1(?:beta)?|v1beta1\/publishers\/google)\/models\/([^/:]+):(generateContent|predict)$/

/** Starts a fake Gemini API on a free port. */
export async function startFakeGoogle(behaviour: GoogleBehaviour = {}): Promise<FakeGoogle> {
  const engine = await startFakeEngine(async (request, reply) => {
    const url = new URL(request.path, 'http://fake')
    const key = request.headers['x-goog-api-key']
    if (typeof key !== 'string' || behaviour.failure === 'unauthorized') {
      return fault(reply, { status: 401, name: 'UNAUTHENTICATED', message: `Invalid credentials: ${String(key)}` })
    }
    if (/^\/v1(?:beta)?\/models$/.test(url.pathname)) return list(behaviour, url, reply)
    const [, model = '', method] = drawingPath.exec(url.pathname) ?? []
    if (method === undefined) return reply.send(404, '')
    await draw({ behaviour, request, reply, model, predict: method === 'predict' })
  })
  const drawn = () => engine.requests.filter(({ method }) => method === 'POST')
  return { ...engine, apiUrl: `${engine.baseUrl}/v1beta`, drawn }
}

function list(
  { models = ['gemini-3.1-flash-image', 'gemini-3-pro', 'gemini-2.5-flash-image'] }: GoogleBehaviour,
  url: URL,
  reply: Reply,
): void {
  if (models === null) return reply.send(404, '')
  const from = Number(url.searchParams.get('pageToken') ?? 0)
  reply.json(200, {
    models: models.slice(from, from + 2).map((id) => ({ name: `models/${id}`, displayName: id })),
    ...(from + 2 < models.length && { nextPageToken: String(from + 2) }),
  })
}

interface Asked {
  readonly behaviour: GoogleBehaviour
  readonly request: SeenRequest
  readonly reply: Reply
  readonly model: string
  readonly predict: boolean
}

async function draw({ behaviour, request, reply, model, predict }: Asked): Promise<void> {
  const { failure } = behaviour
  if (failure === 'stall') return
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  if (failure === 'rate-limited') {
    const headers = { 'retry-after': '7' }
    return fault(reply, { status: 429, name: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted.', headers })
  }
  for (const [name, [status, word, message, detail]] of Object.entries(errors)) {
    if (name === failure) return fault(reply, { status, name: word, message, detail })
  }
  await pause(behaviour.delayMs ?? 0)
  if (failure !== 'blocked' && request.body.includes('"systemInstruction"')) return write(behaviour, request, reply)
  const whole = Buffer.from(fakePicture(96, 64, request.body.toString())).toString('base64')
  const data = failure === 'broken-base64' ? `${whole.slice(0, 40)}!!${whole.slice(42)}` : whole
  if (predict) {
    const n = Number(/"sampleCount":(\d)/.exec(request.body.toString())?.[1] ?? 1)
    const one =
      failure === 'blocked'
        ? { raiFilteredReason: 'Filtered for violence.' }
        : { mimeType: 'image/png', bytesBase64Encoded: data }
    return reply.json(200, failure === 'no-image' ? {} : { predictions: Array.from({ length: n }, () => one) })
  }
  if (failure === 'blocked') return reply.json(200, { promptFeedback: { blockReason: 'SAFETY', safetyRatings: [] } })
  const parts =
    failure === 'no-image' ? [] : [{ inlineData: { mimeType: 'image/png', data }, thoughtSignature: 'c2ln' }]
  reply.json(200, {
    candidates: [{ index: 0, finishReason: 'STOP', content: { role: 'model', parts } }],
    usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 1290, totalTokenCount: 1302, thoughtsTokenCount: 0 },
    modelVersion: model,
    responseId: 'fake',
  })
}

const wordsRequest = z.strictObject({
  systemInstruction: z.strictObject({ parts: z.tuple([z.strictObject({ text: z.string() })]) }),
  contents: z.tuple([
    z.strictObject({
      role: z.literal('user'),
      parts: z
        .tuple([z.strictObject({ text: z.string() })])
        .rest(z.strictObject({ inlineData: z.strictObject({ mimeType: z.string(), data: z.base64() }) })),
    }),
  ]),
  generationConfig: z.strictObject({ maxOutputTokens: z.int() }),
})

function write({ failure }: GoogleBehaviour, request: SeenRequest, reply: Reply): void {
  if (failure === 'failed-late') {
    return reply.json(200, { error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } })
  }
  const { contents } = wordsRequest.parse(request.json())
  const [{ text }, picture] = contents[0].parts
  const said = picture === undefined ? rewritten(text) : seenInPictures
  const cutOff = failure === 'cut-off'
  const parts = [{ text: 'Let me see.', thought: true }, ...(failure === 'no-words' ? [] : [{ text: said }])]
  reply.json(200, {
    candidates: [{ index: 0, finishReason: cutOff ? 'MAX_TOKENS' : 'STOP', content: { role: 'model', parts } }],
    usageMetadata: { promptTokenCount: 50, candidatesTokenCount: 20, totalTokenCount: 70, thoughtsTokenCount: 4 },
  })
}

interface Fault {
  readonly status: number
  readonly name: string
  readonly message: string
  readonly detail?: Readonly<Record<string, string>> | null
  readonly headers?: Readonly<Record<string, string>>
}

function fault(reply: Reply, { status, name, message, detail, headers }: Fault): void {
  const type = detail && 'retryDelay' in detail ? 'RetryInfo' : 'ErrorInfo'
  const details = detail ? [{ '@type': `type.googleapis.com/google.rpc.${type}`, ...detail }] : []
  reply.json(status, { error: { code: status, message, status: name, details } }, headers)
}
