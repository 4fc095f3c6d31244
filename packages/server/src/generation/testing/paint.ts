// A provider with everything that a protocol can have, and its engine, which is a real server that does what a test tells it.
import type { Capabilities, ModelInfo } from '@easel/contract'
import { z } from 'zod'
import { present } from '#base/errors.ts'
import type { Json } from '#base/json.ts'
import { startFakeEngine, type Reply, type SeenRequest } from '#providers/kit/fake-engine.ts'
import { fakePicture } from '#providers/kit/fake-picture.ts'
import { mapHttpError, readErrorBody } from '#providers/kit/error-mapping.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import type { CallContext, EngineResponse, Manifest, Outcome, Provider, RunContext } from '#providers/spec/provider.ts'

const capabilities: Capabilities = {
  imagesPerCall: 1,
  size: { kind: 'free', min: 8, max: 64, multiple: 8, default: '16x16' },
  sources: 2,
  mask: true,
  negativePrompt: true,
  seedMax: 99,
  steps: { min: 1, max: 50, default: 20 },
  guidance: null,
  strength: null,
  quality: null,
  style: null,
  background: null,
  outputFormat: null,
  sampler: null,
  progress: 'steps-and-previews',
  cancel: 'engine',
}

/** Models that lack what the others have. */
export const plainModels: readonly ModelInfo[] = [
  {
    id: 'plain',
    label: 'Plain',
    capabilities: { ...capabilities, seedMax: null, mask: false, sources: 1, steps: null },
  },
]
export const textModels: readonly ModelInfo[] = [
  { id: 'words', label: 'From text alone', capabilities: { ...capabilities, mask: false, sources: 0 } },
]

const usualModels: readonly ModelInfo[] = [
  { id: 'single', label: 'One picture a call', capabilities },
  { id: 'batch', label: 'Four pictures a call', capabilities: { ...capabilities, imagesPerCall: 4 } },
  { id: 'seedless', label: 'Without seeds', capabilities: { ...capabilities, seedMax: null } },
]

// As long as the slowest test run: what stalls is ended by who tests it.
const limits = { headersTimeoutMs: 600_000, bodyTimeoutMs: 600_000, maxBytes: 10_000_000 }

const Drawn = z.object({
  images: z.array(z.string()).optional(),
  revised: z.string().optional(),
  blocked: z.string().optional(),
  operation: z.unknown().optional(),
  cost: z.number().optional(),
  progress: z.object({ completed: z.number(), total: z.number(), preview: z.string().optional() }).optional(),
})

async function read(response: EngineResponse, context: RunContext): Promise<Outcome> {
  if (response.status !== 200) {
    throw mapHttpError(response, await readErrorBody(response), { engine: 'Paint', secrets: [context.key] })
  }
  const drawn = Drawn.parse(await response.json())
  if (drawn.blocked !== undefined) return { kind: 'blocked', reason: drawn.blocked }
  if (drawn.progress !== undefined) {
    const { preview, ...sign } = drawn.progress
    context.progress(preview === undefined ? sign : { ...sign, preview: Buffer.from(preview, 'base64') })
  }
  if (drawn.images === undefined) {
    return { kind: 'pending', operation: z.json().parse(drawn.operation), lookAgainMs: 5 }
  }
  const revised = drawn.revised === undefined ? {} : { revisedPrompt: drawn.revised }
  const images = drawn.images.map((image) => ({ bytes: Buffer.from(image, 'base64'), ...revised }))
  return {
    kind: 'done',
    images,
    ...(drawn.cost === undefined ? {} : { cost: { amount: drawn.cost, currency: 'USD' } }),
  }
}

const manifest: Manifest = {
  id: 'paint',
  label: 'Paint',
  description: 'An engine of the tests.',
  ai: true,
  contractName: 'PAINT',
  key: 'optional',
  defaultBaseUrl: null,
  resendSafe: false,
  defaultConcurrency: 4,
  environment: {},
  settings: z.object({}),
  options: z.object({ shine: z.int().max(9).optional() }),
  builtIn: false,
}

const headersOf = ({ key }: CallContext): Record<string, string> =>
  key === null ? {} : { authorization: `Bearer ${key}` }

const pathOf = (operation: Json): string => `/operations/${encodeURIComponent(JSON.stringify(operation))}`

/** The provider. Its engine is asked at `/draw`, `/operations/<operation>` and `/operations/<operation>/cancel`. */
export function paintProvider(changes: Partial<Manifest> = {}, models = usualModels): Provider {
  return {
    manifest: { ...manifest, ...changes },
    listModels: async () => models,
    retirement: (model) => (model === 'plain' ? { on: '2026-05-12', instead: ['single'] } : null),
    async start(request, context, name) {
      const { sources, mask, ...json } = request
      const pictures = {
        sources: sources.map(({ bytes }) => bytes.length),
        mask: mask?.bytes.length ?? null,
        ...(name === undefined ? {} : { name }),
      }
      const init = { method: 'POST', headers: headersOf(context), json: { ...json, ...pictures }, ...limits } as const
      return await read(await context.http.request('/draw', init), context)
    },
    async poll(operation, context) {
      const init = { method: 'GET', headers: headersOf(context), ...limits } as const
      return await read(await context.http.request(pathOf(operation), init), context)
    },
    async cancel(operation, context) {
      const response = await context.http.request(`${pathOf(operation)}/cancel`, { method: 'POST', ...limits })
      if (response.status !== 200) throw new ProviderError('unavailable', 'It would not stop')
    },
  }
}

/** The same, of an engine whose jobs have the names that they are sent with. One that it never had is answered with 404. */
export function namingProvider(changes: Partial<Manifest>): Provider {
  const plain = paintProvider(changes)
  return {
    ...plain,
    prepare: ({ prompt, seed }) => ({ prompt, seed: seed ?? null }),
    async poll(operation, context) {
      try {
        return await present(plain.poll, 'poll')(operation, context)
      } catch (error) {
        if (error instanceof ProviderError && error.kind === 'not-found') return { kind: 'not-taken' }
        throw error
      }
    },
  }
}

/** What the engine was asked for. */
export interface Asked {
  readonly prompt: string
  readonly n: number
  readonly width: number
  readonly height: number
  readonly seed?: number | undefined
  readonly steps?: number | undefined
  readonly sources: readonly number[]
  readonly mask: number | null
  /** What the job was to be called. */
  readonly name?: unknown
}

const AskedSchema = z.object({
  prompt: z.string(),
  n: z.int(),
  width: z.int(),
  height: z.int(),
  seed: z.number().optional(),
  steps: z.number().optional(),
  sources: z.array(z.int()),
  mask: z.int().nullable(),
  name: z.unknown().optional(),
})

export type Turn = (reply: Reply, asked: Asked, request: SeenRequest) => void | Promise<void>
export type Look = (reply: Reply, operation: unknown, request: SeenRequest) => void | Promise<void>

/** The pictures that were asked for, in base64; each seed its own. */
export function picturesFor({ prompt, n, width, height, seed = 0 }: Asked): string[] {
  return Array.from({ length: n }, (_, index) =>
    Buffer.from(fakePicture(width, height, `${prompt} ${seed + index}`)).toString('base64'),
  )
}

export const draws: Turn = (reply, asked) => reply.json(200, { images: picturesFor(asked) })
export const stalls: Turn = () => {}

/** Starts the engine. It draws at once until it is told otherwise. */
export async function startPaintEngine() {
  let turn: Turn = draws
  let look: Look = (reply) => reply.json(404, { error: 'no such operation' })
  const asked: Asked[] = []
  const looks: unknown[] = []
  const cancels: unknown[] = []
  const engine = await startFakeEngine(async (request, reply) => {
    if (request.path === '/draw') {
      const parsed = AskedSchema.parse(request.json())
      asked.push(parsed)
      await turn(reply, parsed, request)
      return
    }
    const [, , name = '', cancel] = request.path.split('/')
    const operation: unknown = JSON.parse(decodeURIComponent(name))
    if (cancel === 'cancel') {
      cancels.push(operation)
      reply.json(200, {})
      return
    }
    looks.push(operation)
    await look(reply, operation, request)
  })
  return {
    baseUrl: engine.baseUrl,
    /** Every request for pictures, in order: what a real engine would bill. */
    asked,
    looks,
    cancels,
    requests: engine.requests,
    inFlight: () => engine.inFlight(),
    onDraw(next: Turn) {
      turn = next
    },
    /** One turn for each request for pictures; the last one stays. */
    onDraws(...turns: readonly Turn[]) {
      let at = 0
      turn = (...given) => turns[Math.min(at++, turns.length - 1)]?.(...given)
    },
    onLook(next: Look) {
      look = next
    },
    close: () => engine.close(),
  }
}

export type PaintEngine = Awaited<ReturnType<typeof startPaintEngine>>
