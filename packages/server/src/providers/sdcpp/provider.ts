import type { ModelInfo } from '@easel/contract'
import { toJson, type Json } from '#base/json.ts'
import { decodeBase64Image } from '../kit/base64.ts'
import { parseAnswer } from '../kit/schema.ts'
import { whiteMask } from '../kit/white-mask.ts'
import type {
  CallContext,
  EngineResponse,
  ImageRequest,
  Outcome,
  ProducedImage,
  Provider,
  RunContext,
} from '../spec/provider.ts'
import { cannotStop, drawsNothing, engine, failedJob, lostJob, noPictures, refusal } from './errors.ts'
import { describeModel, refersToSources } from './models.ts'
import { options, settings } from './options.ts'
import { capabilitiesAnswer, jobAnswer, jobBody, savedJob, submitAnswer, type Job, type SavedJob } from './wire.ts'

const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }
// A finished job carries its pictures, up to eight of 4096 × 4096.
const looking = { headersTimeoutMs: 60_000, bodyTimeoutMs: 60_000, maxBytes: 600_000_000 }
const lookAgainMs = 1000

export const provider: Provider = {
  manifest: {
    id: 'sdcpp',
    label: 'stable-diffusion.cpp',
    description: 'The server of stable-diffusion.cpp on your own machine.',
    ai: true,
    contractName: 'SDCPP',
    key: 'optional',
    defaultBaseUrl: 'http://127.0.0.1:1234',
    resendSafe: false,
    defaultConcurrency: 1,
    environment: { key: 'SDCPP_API_KEY', baseUrl: 'SDCPP_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
  poll,
  cancel,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const response = await request(context, '/sdcpp/v1/capabilities', { method: 'GET', ...shortCall })
  if (response.status !== 200) throw await refusal(response, [context.key])
  const server = parseAnswer(capabilitiesAnswer, await response.json(), engine)
  const modes = server.supported_modes ?? ['img_gen']
  if (!modes.includes('img_gen')) throw drawsNothing(modes)
  return [describeModel(server, settings.parse(context.settings).sources)]
}

async function start(asked: ImageRequest, context: RunContext): Promise<Outcome> {
  const refer = refersToSources(asked.model, settings.parse(context.settings).sources)
  const mask = asked.mask && (await whiteMask(asked.mask, context.pixels))
  const json = jobBody(asked, { refer, ...(mask !== undefined && { mask }) })
  const response = await request(context, '/sdcpp/v1/img_gen', { method: 'POST', json, ...shortCall })
  if (response.status !== 202 && response.status !== 200) throw await refusal(response, [context.key])
  const { id, queue_position = 0 } = parseAnswer(submitAnswer, await response.json(), engine)
  const job = parseAnswer(savedJob, { id, n: asked.n, seed: asked.seed ?? null, ahead: queue_position }, engine)
  return { kind: 'pending', operation: toJson(job), lookAgainMs }
}

async function poll(operation: Json, context: RunContext): Promise<Outcome> {
  const saved = savedJob.parse(operation)
  const response = await request(context, pathOf(saved), { method: 'GET', ...looking })
  if (response.status === 404 || response.status === 410) throw await lostJob(response, [context.key])
  if (response.status !== 200) throw await refusal(response, [context.key])
  const job = parseAnswer(jobAnswer, await response.json(), engine)
  if (job.status === 'completed') return { kind: 'done', images: picturesOf(job, saved) }
  if (job.status === 'failed' || job.status === 'cancelled') throw failedJob(job, [context.key])
  return stillWaiting(job, saved, context)
}

/** The server tells no steps, only how many jobs come first: each of them counts as a step, and so does the job itself. */
function stillWaiting(job: Job, saved: SavedJob, context: RunContext): Outcome {
  const before = job.status === 'queued' ? Math.max(job.queue_position ?? 0, 0) : 0
  const ahead = Math.max(saved.ahead, before)
  context.progress({ completed: ahead - before, total: ahead + 1 })
  return { kind: 'pending', operation: toJson({ ...saved, ahead }), lookAgainMs }
}

function picturesOf({ result }: Job, { n, seed }: SavedJob): readonly ProducedImage[] {
  const images = (result?.images ?? [])
    .slice(0, n)
    .flatMap(({ index, b64_json }, i): ProducedImage[] =>
      b64_json === ''
        ? []
        : [{ bytes: decodeBase64Image(b64_json, engine), ...(seed !== null && { seed: seed + (index ?? i) }) }],
    )
  if (images.length === 0) throw noPictures()
  return images
}

async function cancel(operation: Json, context: CallContext): Promise<void> {
  const saved = savedJob.parse(operation)
  const response = await request(context, `${pathOf(saved)}/cancel`, { method: 'POST', json: {}, ...shortCall })
  const { status } = response
  // Gone, or never there: nothing is left to stop.
  if (status === 200 || status === 404 || status === 410) return
  if (status !== 409) throw await refusal(response, [context.key])
  const error = await cannotStop(response, [context.key])
  if (await isGenerating(saved, context)) throw error
}

/** A job that has ended cannot be stopped either, and needs not be. */
async function isGenerating(saved: SavedJob, context: CallContext): Promise<boolean> {
  const response = await request(context, pathOf(saved), { method: 'GET', ...looking })
  if (response.status !== 200) throw await refusal(response, [context.key])
  return parseAnswer(jobAnswer, await response.json(), engine).status === 'generating'
}

function pathOf({ id }: SavedJob): string {
  return `/sdcpp/v1/jobs/${encodeURIComponent(id)}`
}

/** The server knows no keys; a proxy in front of it may. */
async function request(
  { http, key }: CallContext,
  path: string,
  init: Parameters<CallContext['http']['request']>[1],
): Promise<EngineResponse> {
  return http.request(path, { ...init, headers: key === null ? {} : { authorization: `Bearer ${key}` } })
}
