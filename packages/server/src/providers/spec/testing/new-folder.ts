// A provider that somebody adds: one folder, and nothing else is touched.
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fakePicture } from '../../kit/fake-picture.ts'
import { startFakeEngine, type FakeEngine } from '../../kit/fake-engine.ts'

const root = join(import.meta.dirname, '../../../../../..')

const source = `
import { z } from 'zod'

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
    const response = await http.request('/models', { method: 'GET', ...limits })
    return await response.json()
  },
  async start({ prompt, negativePrompt, width, height, options }, { http, progress }) {
    const json = { prompt, negativePrompt, width, height, ...options }
    const response = await http.request('/draw', { method: 'POST', json, ...limits })
    progress({ completed: 1, total: 2 })
    return { kind: 'done', images: [{ bytes: await response.bytes() }] }
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

/** A folder of providers with a new one, where packages are found as they are in Easel's own. */
export async function plantProvider(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const cache = join(root, '.cache')
  await mkdir(cache, { recursive: true })
  const folder = await mkdtemp(join(cache, 'providers-'))
  await mkdir(join(folder, 'fresh'))
  for (const [name, text] of Object.entries({ 'provider.ts': source, ...files })) {
    await writeFile(join(folder, 'fresh', name), text)
  }
  return folder
}

/** The engine that the new provider speaks to. */
export function startFreshEngine(model: unknown = freshModel): Promise<FakeEngine> {
  return startFakeEngine((request, reply) => {
    if (request.path === '/models') return reply.json(200, [model])
    const words = request.body.toString()
    reply.send(200, fakePicture(64, 64, words), { 'content-type': 'image/png' })
  })
}
