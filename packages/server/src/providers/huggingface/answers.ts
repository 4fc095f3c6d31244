// What each service behind the router answers, at once or when it is asked again.
import type { z } from 'zod'
import { toJson, type Json } from '#base/json.ts'
import { decodeBase64Image } from '../kit/base64.ts'
import { imagesOutcome } from '../kit/images-api.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { EngineResponse, ImageRequest, Outcome, RunContext } from '../spec/provider.ts'
import type { KnownRoute } from './backends.ts'
import { blocked, engineAt, failedJob, noPicture, refused, strangeAddress, type Place } from './errors.ts'
import { headersFor } from './hub.ts'
import {
  falResult,
  falStatus,
  falTicket,
  inferenceAnswer,
  prediction,
  savedJob,
  wavespeedResult,
  wavespeedTicket,
  type Prediction,
  type SavedJob,
} from './wire.ts'

// A finished job names its pictures; some services put them into the answer instead.
const looking = { headersTimeoutMs: 60_000, bodyTimeoutMs: 60_000, maxBytes: 120_000_000 }
const linkedPicture = { maxBytes: 60_000_000, timeoutMs: 120_000 }
const lookAgainMs = 1000

/** Where a picture comes from, and what is known about it beforehand. */
interface Origin {
  readonly backend: string
  readonly seed: number | null
  readonly context: RunContext
}

/** What a service's answer to a request means; its status was one of success. */
export async function firstOutcome(
  route: KnownRoute,
  response: EngineResponse,
  { request, context }: { request: ImageRequest; context: RunContext },
): Promise<Outcome> {
  const { backend } = route
  const origin = { backend, seed: request.seed ?? null, context }
  if (backend === 'hf-inference') return inferred(response, origin)
  const answer = await response.json()
  if (backend === 'fal-ai') {
    return pending(origin, URL.parse(parseFor(origin, falTicket, answer).response_url)?.pathname)
  }
  if (backend === 'wavespeed') {
    return pending(origin, URL.parse(parseFor(origin, wavespeedTicket, answer).data.urls.get)?.pathname)
  }
  if (backend === 'replicate') return predicted(parseFor(origin, prediction, answer), origin)
  return listed(answer, origin)
}

/** Looks at a job again. */
export async function laterOutcome(operation: Json, context: RunContext): Promise<Outcome> {
  const job = savedJob.parse(operation)
  const { backend, seed, path } = job
  const origin = { backend, seed, context }
  if (backend === 'fal-ai') return falOutcome(job, origin)
  const response = await look(`/${backend}${path}`, context)
  if (response.status !== 200) return refused(response, placeOf(origin))
  const answer = await response.json()
  if (backend === 'replicate') return predicted(parseFor(origin, prediction, answer), origin)
  const { status, outputs, has_nsfw_contents, error } = parseFor(origin, wavespeedResult, answer).data
  if (status === 'failed') return failedJob(error ?? '', placeOf(origin))
  return status === 'completed' ? linked(outputs ?? [], has_nsfw_contents, origin) : stillPending(job)
}

/** The status first; only a job that has ended has a result, and whether it went well only that says. */
async function falOutcome(job: SavedJob, origin: Origin): Promise<Outcome> {
  const { context } = origin
  const response = await look(`/fal-ai${job.path}/status?_subdomain=queue`, context)
  if (response.status !== 200 && response.status !== 202) return refused(response, placeOf(origin))
  const { status, queue_position } = parseFor(origin, falStatus, await response.json())
  if (status !== 'COMPLETED') {
    // It tells no steps, only how many jobs come first: each of them counts as a step, and so does the job itself.
    const before = status === 'IN_QUEUE' ? (queue_position ?? 0) : 0
    const ahead = Math.max(job.ahead, before)
    context.progress({ completed: ahead - before, total: ahead + 1 })
    return stillPending({ ...job, ahead })
  }
  const ended = await look(`/fal-ai${job.path}?_subdomain=queue`, context)
  if (ended.status !== 200) return refused(ended, placeOf(origin))
  const { images, seed, has_nsfw_concepts } = parseFor(origin, falResult, await ended.json())
  const urls = images.map(({ url }) => url)
  return linked(urls, has_nsfw_concepts, { ...origin, seed: seed ?? job.seed })
}

/** Answers of hf-inference are the picture itself; those it hands on from elsewhere are JSON. */
async function inferred(response: EngineResponse, origin: Origin): Promise<Outcome> {
  const type = response.headers.get('content-type') ?? ''
  if (/\bjson\b/i.test(type)) {
    const answer = await response.json()
    const { output } = parseFor(origin, inferenceAnswer, answer)
    return output ? linked(output, null, origin) : listed(answer, origin)
  }
  if (/^text\//i.test(type)) {
    const message = `${engineAt(origin.backend)} answered with a text where a picture was expected`
    throw new ProviderError('malformed-response', message)
  }
  return drawn(await response.bytes(), origin)
}

async function predicted({ id, status, output, error }: Prediction, origin: Origin): Promise<Outcome> {
  if (status === 'starting' || status === 'processing') {
    return pending(origin, id === undefined ? undefined : `/v1/predictions/${id}`)
  }
  if (status === 'failed') return failedJob(typeof error === 'string' ? error : '', placeOf(origin))
  if (status === 'canceled' || status === 'aborted') {
    throw new ProviderError('interrupted', `${engineAt(origin.backend)} stopped the job`)
  }
  return linked(typeof output === 'string' ? [output] : (output ?? []), null, origin)
}

/** Answers in the manner of OpenAI's Images API. */
async function listed(answer: unknown, origin: Origin): Promise<Outcome> {
  const { context, backend } = origin
  const { baseUrl, key, http } = context
  const outcome = await imagesOutcome(answer, { engine: engineAt(backend), key, baseUrl, http })
  if (outcome.kind !== 'done') return outcome
  return { ...outcome, images: outcome.images.map((image) => ({ ...image, ...factsOf(origin) })) }
}

/** The pictures that a service names by address, without those that it marks: they are black. */
async function linked(
  urls: readonly string[],
  marks: readonly boolean[] | null | undefined,
  origin: Origin,
): Promise<Outcome> {
  const allowed = urls.filter((_, i) => marks?.[i] !== true)
  if (allowed.length === 0 && urls.length > 0) return blocked('', placeOf(origin))
  const [url] = allowed
  if (url === undefined) throw noPicture(origin.backend)
  if (url.startsWith('data:')) return drawn(decodeBase64Image(url, engineAt(origin.backend)), origin)
  return drawn(await origin.context.http.download(url, linkedPicture), origin)
}

function drawn(bytes: Uint8Array, origin: Origin): Outcome {
  if (bytes.length === 0) throw noPicture(origin.backend)
  return { kind: 'done', images: [{ bytes, ...factsOf(origin) }] }
}

function factsOf({ seed, backend }: Origin) {
  return { ...(seed !== null && { seed }), parameters: { backend } }
}

function pending({ backend, seed }: Origin, path: string | undefined): Outcome {
  const job = savedJob.safeParse({ backend, path, seed, ahead: 0 })
  if (!job.success) throw strangeAddress(backend)
  return stillPending(job.data)
}

function stillPending(job: SavedJob): Outcome {
  return { kind: 'pending', operation: toJson(job), lookAgainMs }
}

async function look(path: string, context: RunContext): Promise<EngineResponse> {
  return context.http.request(path, { method: 'GET', headers: headersFor(context), ...looking })
}

function placeOf({ backend, context }: Origin): Place {
  return { backend, secrets: [context.key] }
}

function parseFor<Schema extends z.ZodType>(origin: Origin, schema: Schema, value: unknown): z.output<Schema> {
  return parseAnswer(schema, value, engineAt(origin.backend))
}
