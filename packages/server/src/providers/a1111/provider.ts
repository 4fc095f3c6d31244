import { randomUUID } from 'node:crypto'
import type { ModelInfo } from '@easel/contract'
import { decodeBase64Image } from '../kit/base64.ts'
import { parseAnswer } from '../kit/schema.ts'
import { abortError } from '../kit/transport-error.ts'
import { whiteMask } from '../kit/white-mask.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, ProducedImage, Provider, RunContext } from '../spec/provider.ts'
import { engine, noModel, noPicture, refusal, unfinished } from './errors.ts'
import { defaultsOf, describeModel } from './models.ts'
import { options, settings } from './options.ts'
import { askFor, askIfThere, headersFor, secretsOf } from './talk.ts'
import { stop, wasInterrupted, watch } from './watch.ts'
import {
  factsOf,
  modelsAnswer,
  pictureBody,
  picturesAnswer,
  readInfo,
  samplersAnswer,
  schedulersAnswer,
} from './wire.ts'

// The answer comes when all pictures are done, after those of others and after the model was loaded.
const drawing = { headersTimeoutMs: 30 * 60_000, bodyTimeoutMs: 5 * 60_000, maxBytes: 400_000_000 }

export const provider: Provider = {
  manifest: {
    id: 'a1111',
    label: 'Stable Diffusion web UI',
    description: 'AUTOMATIC1111, Forge or SD.Next on your own machine, started with --api.',
    ai: true,
    contractName: 'AUTOMATIC1111',
    key: 'optional',
    defaultBaseUrl: 'http://127.0.0.1:7860',
    resendSafe: true,
    defaultConcurrency: 1,
    environment: { key: 'AUTOMATIC1111_API_AUTH', baseUrl: 'AUTOMATIC1111_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const models = await askFor(context, modelsAnswer, { path: '/sdapi/v1/sd-models' })
  if (models.length === 0) throw noModel()
  const samplers = (await askIfThere(context, samplersAnswer, { path: '/sdapi/v1/samplers' })) ?? []
  // Schedulers are told apart from samplers since A1111 1.9.
  const schedulers = (await askIfThere(context, schedulersAnswer, { path: '/sdapi/v1/schedulers' })) ?? []
  const names = { samplers: samplers.map(({ name }) => name), schedulers: schedulers.map(({ name }) => name) }
  return [...new Set(models.map(({ title }) => title))].map((title) => describeModel(title, names))
}

/** Whether requests may carry an id of their own, by which their progress can be asked for. SD.Next's may not. */
async function takesTaskIds(context: CallContext): Promise<boolean> {
  const { server } = settings.parse(context.settings)
  if (server !== 'auto') return server !== 'sdnext'
  const samplers = await askIfThere(context, samplersAnswer, { path: '/sdapi/v1/samplers' })
  return samplers?.some(({ aliases }) => aliases !== undefined) ?? true
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  if (context.signal.aborted) throw abortError(context.signal)
  const { previews, interrupt, restoreModel } = settings.parse(context.settings)
  const taskId = (await takesTaskIds(context)) ? `task(easel-${randomUUID()})` : undefined
  const mask = request.mask && (await whiteMask(request.mask, context.pixels))
  const ofTask = taskId === undefined ? {} : { taskId }
  const json = pictureBody(request, { ...ofTask, ...(mask !== undefined && { mask }), restoreModel })
  const over = new AbortController()
  const watching = watch(
    { context, ...ofTask, total: (request.steps ?? defaultsOf(request.model).steps) * request.n, previews },
    over.signal,
  )
  // It is awaited at the end only; a defect in it is then told, and must not end the process before.
  watching.catch(() => undefined)
  try {
    const path = request.sources.length > 0 ? '/sdapi/v1/img2img' : '/sdapi/v1/txt2img'
    const response = await context.http.request(path, {
      method: 'POST',
      headers: headersFor(context),
      json,
      ...drawing,
    })
    if (response.status !== 200) throw await refusal(response, secretsOf(context))
    const images = readPictures(await response.json(), request)
    if (await wasInterrupted(context)) throw unfinished()
    return { kind: 'done', images }
  } catch (error) {
    const unwanted = context.signal.aborted || (error instanceof ProviderError && error.kind === 'timeout')
    if (unwanted && interrupt) await stop({ context, ...ofTask })
    throw error
  } finally {
    over.abort()
    await watching
  }
}

function readPictures(value: unknown, request: ImageRequest): readonly ProducedImage[] {
  const answer = parseAnswer(picturesAnswer, value, engine)
  const info = readInfo(answer.info)
  const parameters = factsOf(info)
  // A contact sheet comes first, and what extensions add comes last.
  const first = info.index_of_first_image ?? 0
  const images = (answer.images ?? []).slice(first, first + request.n).flatMap((picture, i): ProducedImage[] => {
    // KoboldCpp tells a failure as an empty picture.
    if (picture === '') return []
    const seed = info.all_seeds?.[i] ?? (request.seed === undefined ? undefined : request.seed + i)
    const prompt = info.all_prompts?.[i]
    return [
      {
        bytes: decodeBase64Image(picture, engine),
        ...(seed !== undefined && { seed }),
        ...(prompt !== undefined && prompt !== request.prompt && { revisedPrompt: prompt }),
        ...(Object.keys(parameters).length > 0 && { parameters }),
      },
    ]
  })
  if (images.length === 0) throw noPicture()
  return images
}
