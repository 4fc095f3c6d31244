// The Images API of OpenAI over every connection. Rules in docs/spec/openai.md (OA1 …).
import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { NamedModel } from '#connections/choice.ts'
import { originOf } from '../../client.ts'
import { clientGone } from '../../client-gone.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { everyHeader, openToAllOrigins } from '../../plugins/open-cors.ts'
import { readAsked } from './asked.ts'
import { wordErrors } from './errors.ts'
import { readForm } from './form.ts'
import { readJsonEdit } from './json-edit.ts'
import { createMaker, type OpenAiPorts } from './make.ts'

const schema = { hide: true }
const readable = { ...access('read'), schema }
const making = { ...access('generate', { limit: 'generate' }), schema }

/** Two pictures of the largest usual size, in base64. */
const jsonPictures = 48 * 1024 * 1024

/** What a variation is called where nothing is known of the picture. */
const variationPrompt = 'A variation of this picture'

/** As OpenAI lists it, with what LocalAI and OpenRouter add: whether it draws, and from what. */
function toModel({ name, connection, model }: NamedModel) {
  const { sources } = model.capabilities
  return {
    id: name,
    object: 'model',
    created: Math.floor(Date.parse(connection.createdAt) / 1000),
    owned_by: connection.name,
    capabilities: ['image'],
    input_modalities: sources > 0 ? ['text', 'image'] : ['text'],
    output_modalities: ['image'],
  }
}

const Params = z.object({ '*': z.string() })

function registerModels(scope: FastifyInstance, { connections }: OpenAiPorts): void {
  scope.get('/v1/models', readable, async (request) => {
    const { userId } = callerOf(request)
    return { object: 'list', data: (await connections.allModels(userId)).map(toModel) }
  })
  // Names have slashes.
  scope.get('/v1/models/*', readable, async (request) => {
    const { userId } = callerOf(request)
    const { '*': name } = Params.parse(request.params)
    const found = (await connections.allModels(userId)).find((one) => one.name === name)
    return toModel({ ...(found ?? (await connections.findModel(userId, name))), name })
  })
}

function registerMaking(scope: FastifyInstance, ports: OpenAiPorts): void {
  const make = createMaker(scope, ports)
  const { addImages } = ports

  scope.post('/v1/images/generations', making, async (request, reply) => {
    const asked = readAsked(request.body)
    return await make({ request, reply }, { asked, files: [], mask: null, events: 'image_generation' })
  })

  /** Runs with what came, which is let go of when its pictures were taken. */
  async function withForm<T>(form: { discard(): Promise<void> }, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } finally {
      await form.discard()
    }
  }

  const isJson = ({ headers }: FastifyRequest) => /^application\/json\b/i.test(headers['content-type'] ?? '')

  scope.post('/v1/images/edits', { ...making, bodyLimit: jsonPictures }, async (request, reply) => {
    if (!request.isMultipart() && !isJson(request))
      throw new EaselError('unsupported-media-type', 'Pictures are sent as multipart/form-data or in JSON.')
    const asking = { request, origin: originOf(request, ports.publicUrl), gone: clientGone(reply) }
    const form = isJson(request) ? await readJsonEdit(ports, asking) : await readForm(addImages, request)
    return await withForm(form, async () => {
      const { fields, files, mask } = form
      return await make({ request, reply }, { asked: readAsked(fields), files, mask, events: 'image_edit' })
    })
  })

  scope.post('/v1/images/variations', making, async (request, reply) => {
    if (!request.isMultipart())
      throw new EaselError('unsupported-media-type', 'Pictures are sent as multipart/form-data.')
    const form = await readForm(addImages, request)
    return await withForm(form, async () => {
      const asked = readAsked(form.fields, { prompt: variationPrompt })
      const one = form.files.slice(0, 1)
      return await make({ request, reply }, { asked, files: one, mask: null, events: 'image_edit' })
    })
  })
}

export async function registerOpenAi(app: FastifyInstance, ports: OpenAiPorts): Promise<void> {
  await app.register(async (scope) => {
    wordErrors(scope)
    await scope.register(multipart)
    registerModels(scope, ports)
    registerMaking(scope, ports)
    openToAllOrigins(scope, ['/v1'], everyHeader)
  })
}
