// What programs ask at their start: models, samplers, and what an engine may have beside. Rules SD1 … in docs/spec/sdapi.md.
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Connections } from '#connections/connections.ts'
import type { Resolved } from '#connections/choice.ts'
import { readPngInfo } from '#transfer/told/png-info.ts'
import type { AppPorts } from '../../app.ts'
import { decodePicture } from '../../base64-text.ts'
import { access, callerOf } from '../../plugins/access.ts'
import { findModel } from '../find-model.ts'
import { bodyLimit } from './make.ts'

const schema = { hide: true }
const readable = { ...access('read', { basic: true }), schema }
const doing = { ...access('generate', { basic: true, limit: 'generate' }), schema }

/** What checkpoints are called: never two alike, whatever is added later. */
const titleOf = ({ connection, model }: Pick<Resolved, 'connection' | 'model'>): string =>
  `${connection.name}/${model.id}`

async function checkpoints(connections: Connections, userId: string) {
  const titles = new Set((await connections.allModels(userId)).map(titleOf))
  return [...titles].map((title) => ({
    title,
    model_name: title,
    hash: null,
    sha256: null,
    filename: title,
    config: null,
  }))
}

/** The names that any model of the caller's takes. */
async function samplers(connections: Connections, userId: string) {
  const models = await connections.allModels(userId)
  const names = new Set(models.flatMap(({ model }) => model.capabilities.sampler?.values ?? []))
  // Some programs do not start without one.
  return [...(names.size === 0 ? ['Automatic'] : names)].map((name) => ({ name, aliases: [], options: {} }))
}

/** The web UI's names. They go to engines that know them; to others they mean nothing. */
const schedulers = [
  'Automatic',
  'Uniform',
  'Karras',
  'Exponential',
  'Polyexponential',
  'SGM Uniform',
  'KL Optimal',
  'Align Your Steps',
  'Simple',
  'Normal',
  'DDIM',
  'Beta',
].map((label) => ({
  name: label.toLowerCase().replaceAll(' ', '_'),
  label,
  aliases: null,
  default_rho: -1,
  need_inner_model: false,
}))

/** What Easel does not have, and programs ask for nevertheless. */
const otherLists: Readonly<Record<string, object>> = {
  upscalers: [{ name: 'None', model_name: null, model_path: null, model_url: null, scale: 4 }],
  'latent-upscale-modes': [],
  'sd-vae': [],
  'sd-modules': [],
  'prompt-styles': [],
  'face-restorers': [],
  'realesrgan-models': [],
  hypernetworks: [],
  loras: [],
  embeddings: { loaded: {}, skipped: {} },
  extensions: [],
  scripts: { txt2img: [], img2img: [] },
  'script-info': [],
  'cmd-flags': { api: true },
  memory: { ram: {}, cuda: {} },
  schedulers,
}

/** There is nothing to load: programs that ask for it find it done. */
const nothingToDo: ReadonlySet<string> = new Set([
  'refresh-vae',
  'refresh-loras',
  'refresh-embeddings',
  'unload-checkpoint',
  'reload-checkpoint',
])

const Named = z.object({ name: z.string() })
const Options = z.object({ sd_model_checkpoint: z.string().max(500).nullish() }).catch({})
const Picture = z.object({ image: z.string() })
const nothingThere = () => new EaselError('not-found', 'Not Found')

/** The checkpoint that draws where a request names none; empty when it cannot be told, as its engine cannot be asked. */
async function chosenTitle(connections: Connections, userId: string): Promise<string> {
  try {
    return titleOf(await connections.resolve(userId, (await connections.checkpointOf(userId)) ?? {}))
  } catch (error) {
    // Programs ask to see whether anybody is there; what is wrong with the engine is told to who asks for a picture.
    if (error instanceof EaselError) return ''
    throw error
  }
}

/** Asks all engines anew. One that cannot be asked is left out of the list then. */
async function refresh(connections: Connections, userId: string): Promise<void> {
  const all = await connections.list(userId)
  await Promise.all(
    all.map(async ({ id }) => {
      try {
        await connections.models(userId, id, { refresh: true })
      } catch (error) {
        if (!(error instanceof EaselError)) throw error
      }
    }),
  )
}

export function registerLists(scope: FastifyInstance, { connections }: AppPorts): void {
  scope.get('/sdapi/v1/sd-models', readable, (request) => checkpoints(connections, callerOf(request).userId))
  scope.get('/sdapi/v1/samplers', readable, (request) => samplers(connections, callerOf(request).userId))
  scope.get('/sdapi/v1/options', readable, async (request) => ({
    sd_model_checkpoint: await chosenTitle(connections, callerOf(request).userId),
    sd_checkpoint_hash: '',
    sd_vae: 'Automatic',
    CLIP_stop_at_last_layers: 1,
    samples_format: 'png',
    live_previews_enable: true,
  }))
  scope.get('/sdapi/v1/:name', readable, async (request) => {
    const { name } = Named.parse(request.params)
    const list = Object.hasOwn(otherLists, name) ? otherLists[name] : undefined
    if (list === undefined) throw nothingThere()
    return list
  })
  scope.post('/sdapi/v1/options', { ...doing, bodyLimit }, async (request, reply) => {
    const { userId } = callerOf(request)
    const { sd_model_checkpoint: title } = Options.parse(request.body)
    // All other options are the web UI's own.
    if (title !== undefined && title !== null && title !== '') {
      const { connection, model } = await findModel(connections, userId, title)
      await connections.pickCheckpoint(userId, { connectionId: connection.id, model: model.id })
    }
    return await reply.type('application/json').send('null')
  })
  scope.post('/sdapi/v1/refresh-checkpoints', doing, async (request, reply) => {
    await refresh(connections, callerOf(request).userId)
    return await reply.type('application/json').send('null')
  })
  scope.post('/sdapi/v1/png-info', { ...doing, bodyLimit }, async (request) => {
    const picture = Picture.safeParse(request.body)
    if (!picture.success) {
      const message = 'must be given'
      throw new EaselError('validation-failed', message, { fields: [{ field: 'body.image', message }] })
    }
    return readPngInfo(decodePicture('body.image', picture.data.image), 'body.image')
  })
  scope.post('/sdapi/v1/:name', doing, async (request, reply) => {
    if (!nothingToDo.has(Named.parse(request.params).name)) throw nothingThere()
    return await reply.type('application/json').send('null')
  })
}
