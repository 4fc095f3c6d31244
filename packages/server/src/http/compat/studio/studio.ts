// Contract B: the SDXL and FLUX studio with share links. Rules in docs/spec/old-clients.md (CB1 …).
import { setTimeout as pause } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { openToAllOrigins } from '../../plugins/open-cors.ts'
import { registerDraw } from './draw.ts'
import { isServed } from './engine.ts'
import { wordErrors } from './errors.ts'
import { families, fieldsOf, type Family } from './fields.ts'

/** Longest that a client waits until an engine says which models it has. */
const askMs = 3000

const about: Readonly<Record<Family, { name: string; description: string }>> = {
  sdxl: { name: 'Stable Diffusion XL', description: 'Pictures of one megapixel, with a negative prompt.' },
  flux: { name: 'FLUX', description: 'Follows long prompts closely, and writes words that can be read.' },
}

/** What `work` gives, or `late` when it takes too long. */
async function soon<T>(work: Promise<T>, late: T): Promise<T> {
  const timer = new AbortController()
  try {
    return await Promise.race([work, pause(askMs, late, { signal: timer.signal })])
  } finally {
    timer.abort()
  }
}

function registerConfig(scope: FastifyInstance, ports: AppPorts): void {
  scope.get('/api/models/config', { ...access('read', { compat: true }), schema: { hide: true } }, async (request) => {
    const { userId } = callerOf(request)
    const models = await Promise.all(
      families.map(async (id) => ({
        id,
        ...about[id],
        available: await soon(isServed(ports, userId, id), false),
        features: ['text2img', 'img2img'],
        parameters: fieldsOf[id],
      })),
    )
    const first = models.find(({ available }) => available) ?? models[0]
    return { models, default_model: first?.id }
  })
}

function registerHealth(scope: FastifyInstance, { connections }: AppPorts): void {
  /** The model that draws when nothing is named, as far as is known at once. */
  async function modelOf(userId: string): Promise<string | null> {
    try {
      return (await soon(connections.resolve(userId, {}), null))?.model.id ?? null
    } catch (error) {
      if (error instanceof EaselError) return null
      throw error
    }
  }

  scope.get('/api/health', { ...access('open', { compat: true }), schema: { hide: true } }, async ({ caller }) => {
    const model = caller?.scopes.has('read') === true ? await modelOf(caller.userId) : null
    return {
      status: 'healthy',
      cuda_available: false,
      gpu_count: 0,
      gpu_name: null,
      model_loaded: model !== null,
      model_path: model,
    }
  })
}

export async function registerStudio(app: FastifyInstance, ports: AppPorts): Promise<void> {
  await app.register(async (scope) => {
    wordErrors(scope)
    registerConfig(scope, ports)
    registerHealth(scope, ports)
    await registerDraw(scope, ports)
    openToAllOrigins(scope, ['/api/models', '/api/health', '/api/sdxl', '/api/flux'])
  })
}
