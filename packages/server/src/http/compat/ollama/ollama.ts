// Ollama's API for pictures over every connection, below /ollama. Rules in docs/spec/ollama.md (OL1 …).
import { createHash } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Resolved } from '#connections/choice.ts'
import type { AppPorts } from '../../app.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { everyHeader, openToAllOrigins } from '../../plugins/open-cors.ts'
import { takeEveryBodyForJson } from '../every-body-json.ts'
import { findModel } from '../find-model.ts'
import { wordErrors } from './errors.ts'
import { registerGenerate } from './generate.ts'

/** The last version of Ollama that draws: programs look at it before they ask for a picture. */
const version = '0.32.5'

const schema = { hide: true }
const readable = { ...access('read', { basic: true }), schema }
const Asked = z.object({ model: z.string().max(500).optional(), name: z.string().max(500).optional() }).catch({})

const details = (family: string) => ({
  parent_model: '',
  format: '',
  family,
  families: [family],
  parameter_size: '',
  quantization_level: '',
})

function listed(name: string, { connection, provider }: Resolved) {
  return {
    name,
    model: name,
    modified_at: connection.createdAt,
    size: 0,
    digest: createHash('sha256').update(`${connection.id}/${name}`).digest('hex'),
    details: details(provider.manifest.id),
    capabilities: ['image'],
  }
}

export async function registerOllama(app: FastifyInstance, ports: AppPorts): Promise<void> {
  const { connections } = ports
  await app.register(async (scope) => {
    wordErrors(scope)
    takeEveryBodyForJson(scope)
    for (const path of ['/ollama', '/ollama/']) {
      scope.get(path, { ...access('open'), schema }, async (_request, reply) => {
        return await reply.type('text/plain; charset=utf-8').send('Ollama is running')
      })
    }
    scope.get('/ollama/api/version', { ...access('open'), schema }, async () => ({ version }))
    scope.get('/ollama/api/tags', readable, async (request) => {
      const models = await connections.allModels(callerOf(request).userId)
      return { models: models.map((model) => listed(model.name, model)) }
    })
    scope.get('/ollama/api/ps', readable, async () => ({ models: [] }))
    scope.post('/ollama/api/show', readable, async (request) => {
      const { model, name } = Asked.parse(request.body)
      const wanted = model ?? name ?? ''
      if (wanted === '') throw new EaselError('bad-request', 'model is required')
      const { provider } = await findModel(connections, callerOf(request).userId, wanted)
      return { details: details(provider.manifest.id), model_info: {}, capabilities: ['image'] }
    })
    registerGenerate(scope, ports)
    openToAllOrigins(scope, ['/ollama'], everyHeader)
  })
}
