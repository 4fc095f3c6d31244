// Providers of the tests and the engine that they speak to, which is a real server.
import type { ModelInfo } from '@easel/contract'
import { z } from 'zod'
import { DefectError } from '#base/errors.ts'
import { mapHttpError, readErrorBody } from '#providers/kit/error-mapping.ts'
import { startFakeEngine } from '#providers/kit/fake-engine.ts'
import { promptOnly } from '#providers/kit/prompt-only.ts'
import type { Manifest, Provider } from '#providers/spec/provider.ts'

function modelInfo(id: string): ModelInfo {
  return {
    id,
    label: id,
    capabilities: {
      ...promptOnly,
      imagesPerCall: 1,
      size: { kind: 'fixed', sizes: ['64x64'], default: '64x64' },
    },
  }
}

const answer = z.object({ models: z.array(z.string()) })
const limits = { headersTimeoutMs: 20_000, bodyTimeoutMs: 20_000, maxBytes: 100_000 }

const manifest: Manifest = {
  id: 'paint',
  label: 'Paint',
  description: 'An engine of the tests.',
  ai: true,
  contractName: 'PAINT',
  key: 'optional',
  defaultBaseUrl: null,
  resendSafe: true,
  defaultConcurrency: 3,
  environment: {},
  settings: z.object({ account: z.string().max(20).optional(), level: z.int().min(1).default(7) }),
  options: z.object({}),
  builtIn: false,
}

/** A provider that asks its engine for models at `/models`, as real ones do. */
function testProvider(changes: Partial<Manifest> & { readonly id: string }): Provider {
  return {
    manifest: { ...manifest, ...changes },
    async listModels({ http, key }) {
      const headers = key === null ? {} : { authorization: `Bearer ${key}` }
      const response = await http.request('/models', { method: 'GET', headers, ...limits })
      if (response.status !== 200) {
        const options = { engine: 'Paint', secrets: [key] }
        throw mapHttpError(response, await readErrorBody(response), options)
      }
      return answer.parse(await response.json()).models.map(modelInfo)
    },
    retirement: (model) => (model === 'old-one' ? { on: '2026-05-12', instead: ['one'] } : null),
    async start() {
      throw new DefectError('No test draws with it')
    },
  }
}

const sketch: Provider = {
  ...testProvider({ id: 'sketch', label: 'Sketcher', key: 'none', builtIn: true, ai: false }),
  listModels: async () => [modelInfo('sketch')],
}

/** The providers of the tests: addresses and keys in every combination that the rules tell apart. */
export const providers = new Map<string, Provider>(
  [
    sketch,
    testProvider({ id: 'paint' }),
    testProvider({
      id: 'cloud',
      label: 'Cloud',
      key: 'required',
      defaultBaseUrl: 'https://cloud.example/v1',
      environment: { key: 'CLOUD_API_KEY', baseUrl: 'CLOUD_BASE_URL' },
    }),
    testProvider({
      id: 'local',
      label: 'Local',
      defaultBaseUrl: 'http://127.0.0.1:9',
      environment: { baseUrl: 'LOCAL_HOST' },
    }),
    testProvider({ id: 'bare', label: 'Bare', key: 'none' }),
  ].map((provider) => [provider.manifest.id, provider]),
)

/** What the engine does next: it lists models, refuses and repeats the key it was sent, breaks, or says nothing. */
export type Mood = readonly string[] | 'refuse' | 'break' | 'stall'

export async function startTestEngine(first: Mood = ['one', 'two']) {
  let mood = first
  const engine = await startFakeEngine((request, reply) => {
    const { authorization } = request.headers
    if (mood === 'refuse') reply.json(401, { error: { message: `Incorrect API key provided: ${authorization}` } })
    else if (mood === 'break') reply.json(500, { error: 'broken' })
    else if (mood !== 'stall') reply.json(200, { models: mood })
  })
  return {
    baseUrl: engine.baseUrl,
    requests: engine.requests,
    turn: (next: Mood) => {
      mood = next
    },
    close: () => engine.close(),
  }
}
