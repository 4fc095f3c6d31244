import type { ModelInfo } from '@easel/contract'
import { decodeBase64Image } from '../kit/base64.ts'
import { parseJson } from '../kit/engine-response.ts'
import { readErrorBody, readFault } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { bytesOf } from '../kit/sent-picture.ts'
import { readSse } from '../kit/sse.ts'
import { withUsage } from '../kit/token-usage.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type {
  CallContext,
  EngineResponse,
  ImageRequest,
  Outcome,
  ProducedImage,
  Provider,
  RunContext,
} from '../spec/provider.ts'
import { lateRefusal, refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { cataloguedModels, drawingModels, isDallE, retirementOf } from './models.ts'
import { options, settings } from './options.ts'
import {
  costOf,
  editForm,
  generationBody,
  imagesAnswer,
  modelsAnswer,
  streamEvent,
  usageOf,
  type Picture,
} from './wire.ts'
import { writer } from './writer.ts'

const engine = 'OpenAI'
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }
// High qualities take minutes, and without streaming nothing comes before the end. Ten large pictures in base64 fit.
const drawing = { headersTimeoutMs: 10 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: 400_000_000 }

export const provider: Provider = {
  manifest: {
    id: 'openai',
    label: 'OpenAI',
    description: 'The image models of OpenAI, with your own key.',
    ai: true,
    contractName: 'OPENAI',
    key: 'required',
    defaultBaseUrl: 'https://api.openai.com/v1',
    resendSafe: false,
    defaultConcurrency: 2,
    environment: { key: 'OPENAI_API_KEY', baseUrl: 'OPENAI_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
  retirement: retirementOf,
  writes: writer,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const response = await context.http.request('/models', { method: 'GET', headers: headersFor(context), ...shortCall })
  if (response.status !== 200) return withoutList(response, context)
  const { data } = parseAnswer(modelsAnswer, await response.json(), engine)
  const models = drawingModels(data.map(({ id }) => id))
  if (models.length > 0) return models
  throw new ProviderError('not-found', 'This server lists no image model, or none that this key may use')
}

/** A server without a list, or a key that may draw but not list, gets the catalogue. */
async function withoutList(response: EngineResponse, context: CallContext): Promise<readonly ModelInfo[]> {
  const { status } = response
  const body = await readErrorBody(response)
  const mayNotList = status === 403 && /missing scopes/i.test(readFault(body).message)
  if (status === 404 || status === 405 || mayNotList) return cataloguedModels()
  refusal(response, body, [context.key])
  throw new ProviderError('content-rejected', 'OpenAI refused to list its models')
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const { previews } = settings.parse(context.settings)
  // With several pictures the stream does not tell which a preview belongs to.
  const partials = request.n === 1 && !isDallE(request.model) ? previews : 0
  const editing = request.sources.length > 0
  const response = await context.http.request(editing ? '/images/edits' : '/images/generations', {
    method: 'POST',
    headers: headersFor(context),
    ...(editing ? { form: editForm(request, partials) } : { json: generationBody(request, partials) }),
    ...drawing,
  })
  if (response.status !== 200) return refusal(response, await readErrorBody(response), [context.key])
  // Servers that know no streaming answer in one piece all the same.
  if (response.headers.get('content-type')?.includes('text/event-stream')) return readStream(response, request, context)
  const answer = parseAnswer(imagesAnswer, await response.json('b64_json'), engine)
  if (answer.error !== undefined && answer.error !== null) return lateRefusal(answer, [context.key])
  return outcome(answer.data ?? [], answer.usage, { request, context })
}

async function readStream(response: EngineResponse, request: ImageRequest, context: RunContext): Promise<Outcome> {
  const pictures: Picture[] = []
  const { previews } = settings.parse(context.settings)
  let usage: Parameters<typeof costOf>[1]
  for await (const { event, data } of readSse(response.chunks(), { maxEventBytes: drawing.maxBytes, engine })) {
    if (data === '[DONE]') break
    const value = parseJson(data, engine)
    const parsed = parseAnswer(streamEvent, value, engine)
    const type = parsed.type ?? event
    if (type === 'error' || (parsed.error !== undefined && parsed.error !== null))
      return lateRefusal(value, [context.key])
    if (type.endsWith('.partial_image') && typeof parsed.b64_json === 'string') {
      const completed = (parsed.partial_image_index ?? 0) + 1
      const preview = decodeBase64Image(parsed.b64_json, engine)
      context.progress({ completed, total: Math.max(previews, completed) + 1, preview })
    }
    if (type.endsWith('.completed')) {
      pictures.push(parsed)
      usage = parsed.usage
    }
  }
  if (pictures.length === 0) {
    throw new ProviderError('malformed-response', 'The answer of OpenAI broke off before the picture was whole')
  }
  return outcome(pictures, usage, { request, context })
}

async function outcome(
  pictures: readonly (Picture | null)[],
  usage: Parameters<typeof costOf>[1],
  call: { request: ImageRequest; context: RunContext },
): Promise<Outcome> {
  const images: ProducedImage[] = []
  for (const picture of pictures) {
    const bytes = picture && (await bytesOf(picture, engine, call.context))
    if (bytes) images.push({ bytes, ...(picture.revised_prompt && { revisedPrompt: picture.revised_prompt }) })
  }
  if (images.length === 0) throw new ProviderError('malformed-response', 'OpenAI reported success without a picture')
  const cost = costOf(call.request.model, usage)
  return { kind: 'done', images: withUsage(images, usageOf(usage)), ...(cost && { cost }) }
}
