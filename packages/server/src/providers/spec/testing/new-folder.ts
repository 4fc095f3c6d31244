// A provider that somebody adds: one folder, and nothing else is touched.
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakePicture } from '../../kit/fake-picture.ts'
import { startFakeEngine, type FakeEngine } from '../../kit/fake-engine.ts'

const root = join(import.meta.dirname, '../../../../../..')

const source = `
import { z } from 'zod'
import { mapHttpError, readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'

const answer = z.object({ picture: z.base64() })
const mapping = { engine: 'Fresh', secrets: [], codes: {} }

async function asked(response) {
  if (response.status === 200) return response
  throw mapHttpError(response, await readErrorBody(response), mapping)
}

const limits = { headersTimeoutMs: 5000, bodyTimeoutMs: 5000, maxBytes: 10_000_000 }

export const provider = {
  manifest: {
    id: 'fresh',
    label: 'Fresh',
    description: 'Draws with fresh paint.',
    ai: true,
    contractName: 'FRESH',
    key: 'none',
    defaultBaseUrl: null,
    resendSafe: false,
    defaultConcurrency: 1,
    environment: { baseUrl: 'FRESH_BASE_URL' },
    settings: z.object({ paper: z.enum(['white', 'brown']).default('white').meta({ title: 'Paper' }) }),
    options: z.object({ glow: z.number().min(0).max(1).optional().meta({ title: 'Glow' }) }),
    builtIn: false,
  },
  async listModels({ http }) {
    return await (await asked(await http.request('/models', { method: 'GET', ...limits }))).json()
  },
  async start({ prompt, negativePrompt, width, height, options }, { http, progress }) {
    const json = { prompt, negativePrompt, width, height, ...options }
    const response = await asked(await http.request('/draw', { method: 'POST', json, ...limits }))
    progress({ completed: 1, total: 2 })
    const { picture } = parseAnswer(answer, await response.json(), 'Fresh')
    return { kind: 'done', images: [{ bytes: Buffer.from(picture, 'base64') }] }
  },
}
`

export const freshModel = {
  id: 'fresh',
  label: 'Fresh',
  capabilities: {
    imagesPerCall: 1,
    size: { kind: 'free', min: 64, max: 1024, multiple: 8, default: '64x64' },
    sources: 0,
    mask: false,
    negativePrompt: true,
    seedMax: null,
    steps: null,
    guidance: null,
    strength: null,
    quality: null,
    style: null,
    background: null,
    outputFormat: null,
    sampler: null,
    progress: 'none',
    cancel: 'connection',
  },
} as const

/** A folder of providers with a new one, where packages, the port and the kit are found as they are in Easel's own. */
export async function plantProvider(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const cache = join(root, '.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'providers-'))
  for (const name of ['spec', 'kit'])
    await symlink(join(import.meta.dirname, '../..', name), join(folder, name), 'junction')
  await mkdir(join(folder, 'fresh'))
  for (const [name, text] of Object.entries({ 'provider.ts': source, ...files })) {
    await writeFile(join(folder, 'fresh', name), text)
  }
  return folder
}

/** The engine that the new provider speaks to; one that stalls takes what is asked for and says nothing. */
export function startFreshEngine(model: unknown = freshModel, stalls = false): Promise<FakeEngine> {
  return startFakeEngine((request, reply) => {
    if (request.path === '/models') return reply.json(200, [model])
    if (stalls) return undefined
    const picture = Buffer.from(fakePicture(64, 64, request.body.toString())).toString('base64')
    reply.json(200, { picture })
  })
}
