// Contract E: profiles and the synchronous form of a generation.
import { setTimeout as pause } from 'node:timers/promises'
import {
  routes,
  type Generation,
  type GenerationRequest,
  type SyncGeneration,
  type SyncGenerationRequest,
} from '@easel/contract'
import type { FastifyError, FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { EaselError } from '#base/errors.ts'
import type { Connections } from '#connections/connections.ts'
import { failureFrom } from '#generation/failure.ts'
import type { Generations } from '#generation/generations.ts'
import type { Provider } from '#providers/spec/provider.ts'
import { clientGone } from '../client-gone.ts'
import type { FileLinks } from '../file-links.ts'
import { sendProblem, toProblem, unexpected } from '../plugins/errors.ts'
import { serve } from '../serve.ts'
import { stopping } from '../stopping.ts'

interface Ports {
  readonly connections: Connections
  readonly generations: Generations
  readonly providers: ReadonlyMap<string, Provider>
  readonly links: FileLinks
}

/** As many as the own API takes; contract E names no limit. */
const mostTags = 100

/** @throws EaselError `validation-failed` */
function toRequest({ prompt, profileId, tags, options }: SyncGenerationRequest): GenerationRequest {
  if (tags !== undefined && tags.length > mostTags) {
    const message = `must not be more than ${mostTags}`
    throw new EaselError('validation-failed', `body.tags: ${message}`, { fields: [{ field: 'body.tags', message }] })
  }
  return { prompt, connectionId: profileId, ...(tags === undefined ? {} : { tags }), ...options }
}

interface Shown {
  readonly userId: string
  readonly provider: string
  readonly linkFor: (path: string) => string
}

function toAnswer(generation: Generation, { userId, provider, linkFor }: Shown): SyncGeneration {
  const data = generation.images.map((image) => {
    const filepath = `uploads/generated/${userId}/${image.filename}`
    return {
      id: image.id,
      filename: image.filename,
      filepath,
      url: linkFor(`/${filepath}`),
      mimeType: image.mimeType,
      size: image.size,
      ...(image.revisedPrompt === null ? {} : { revisedPrompt: image.revisedPrompt }),
      tags: image.tags,
    }
  })
  return {
    data,
    metadata: { prompt: generation.request.prompt, provider, model: generation.model, count: data.length },
  }
}

/** Contract E's words for an error; the rest of a problem document stands beside them. */
function wordsOf(error: unknown): { status: number; error: string; details?: unknown } | null {
  if (error instanceof Error && hasZodFastifySchemaValidationErrors(error)) {
    const details = error.validation.map(({ instancePath, message, keyword }) => ({
      code: keyword,
      path: instancePath.split('/').filter(Boolean),
      message,
    }))
    return { status: 400, error: 'Validation error', details }
  }
  if (error instanceof EaselError && error.code === 'validation-failed') {
    const details = error.fields.map(({ field, message }) => ({
      code: 'custom',
      path: field.split('.').slice(1),
      message,
    }))
    return { status: 400, error: 'Validation error', details }
  }
  if (error instanceof EaselError && error.code === 'unauthorized') return { status: 401, error: 'Unauthorized' }
  if (error instanceof EaselError && error.code === 'not-found')
    return { status: 404, error: 'Connection profile not found' }
  if (error instanceof EaselError && error.code === 'provider-failed') {
    return { status: 500, error: 'Failed to generate images', details: error.message }
  }
  return null
}

/** Longest that the list waits for an engine to say which models it has. */
const askMs = 3000

/** Whether an engine said that it has no model that draws, or not the one asked for. */
function drawsNothing(error: unknown): boolean {
  if (!(error instanceof EaselError)) return false
  if (error.code === 'unknown-model') return true
  const { kind } = failureFrom(error)
  return kind === 'unsupported' || kind === 'not-found'
}

async function within<T, U>(work: Promise<T>, ms: number, late: U): Promise<T | U> {
  const timer = new AbortController()
  try {
    return await Promise.race([work, pause(ms, late, { signal: timer.signal })])
  } finally {
    timer.abort()
  }
}

export function registerProfiles(app: FastifyInstance, ports: Ports): void {
  const { connections, generations, providers, links } = ports
  const nameOf = (provider: string) => providers.get(provider)?.manifest.contractName ?? provider.toUpperCase()

  const stop = stopping(app)
  app.register(async (scope) => {
    scope.setErrorHandler(async (error: FastifyError, request, reply) => {
      const words = wordsOf(error)
      const base = toProblem(error) ?? unexpected(request, error)
      const { status, ...own } = words ?? { status: base.status }
      return await sendProblem(reply, { ...base, ...own, status })
    })

    /** The first model of a connection, or why there is none: `away` when its engine cannot be asked now. */
    async function modelOf(userId: string, id: string): Promise<{ first: string } | 'none' | 'away'> {
      try {
        const [model] = await connections.models(userId, id)
        return model === undefined ? 'none' : { first: model.id }
      } catch (error) {
        if (!(error instanceof EaselError)) throw error
        return drawsNothing(error) ? 'none' : 'away'
      }
    }

    serve(scope, routes.listProfiles, async ({ caller, query }) => {
      const all = await connections.list(caller.userId)
      const shown = await Promise.all(
        all.map(async ({ id, name, provider, defaultModel }) => {
          const profile = { id, name, provider: nameOf(provider), modelName: defaultModel }
          if (query.imageCapable !== true) return profile
          const model = await within(modelOf(caller.userId, id), askMs, 'away' as const)
          // A connection whose engine cannot be asked now may still draw; only one that says it has no image model is left out.
          if (model === 'none') return null
          return model === 'away' ? profile : { ...profile, modelName: defaultModel ?? model.first }
        }),
      )
      return { profiles: shown.filter((profile) => profile !== null) }
    })

    serve(scope, routes.generateImages, async ({ caller, body, request, reply }) => {
      const signal = AbortSignal.any([clientGone(reply), stop])
      const profile = (await connections.list(caller.userId)).find(({ id }) => id === body.profileId)
      if (profile === undefined) throw new EaselError('not-found', 'There is no such connection.')
      const wanted = toRequest(body)
      const accepted = await generations
        .submit(caller.userId, wanted, { origin: 'profiles' })
        .catch((error: unknown) => {
          if (!drawsNothing(error)) throw error
          const message = `${nameOf(profile.provider)} provider does not support image generation`
          throw new EaselError('unsupported-option', message, { cause: error })
        })
      const generation = await generations.wait(caller.userId, accepted.id, signal)
      if (generation.images.length > 0) {
        const linkFor = (path: string) => links.linkFor(request, path)
        return toAnswer(generation, { userId: caller.userId, provider: nameOf(generation.provider), linkFor })
      }
      if (stop.aborted)
        throw new EaselError('shutting-down', 'Easel is stopping. The pictures will be made when it is back.')
      const reason = generation.error?.message ?? 'It was cancelled.'
      throw new EaselError(generation.error?.kind === 'unsupported' ? 'unsupported-option' : 'provider-failed', reason)
    })
  })
}
