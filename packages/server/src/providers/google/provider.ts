import type { ModelInfo } from '@easel/contract'
import { decodeBase64Image } from '../kit/base64.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { withUsage } from '../kit/token-usage.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, ProducedImage, Provider, RunContext } from '../spec/provider.ts'
import { blocked, lateRefusal, refusal, withoutPicture } from './errors.ts'
import { headersFor } from './headers.ts'
import { cataloguedModels, drawingModels, isImagen, retirementOf } from './models.ts'
import { options, settings } from './options.ts'
import { serversModels } from './server-models.ts'
import { contentAnswer, contentBody, costOf, predictAnswer, predictBody, usageOf } from './wire.ts'
import { writer } from './writer.ts'

const engine = 'Google'
// Nothing comes before the picture is done. Drafts may come along as thoughts, in base64.
const drawing = { headersTimeoutMs: 10 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: 400_000_000 }
// https://ai.google.dev/gemini-api/docs/image-generation: a request with pictures in it may have 20 MB.
const mostSourceBytes = 20_000_000

export const provider: Provider = {
  manifest: {
    id: 'google',
    label: 'Google Gemini',
    description: 'The image models of Google Gemini, with your own key.',
    ai: true,
    contractName: 'GOOGLE',
    key: 'required',
    defaultBaseUrl: 'https://generativelanguage.googleapis.com/v1beta',
    resendSafe: false,
    defaultConcurrency: 2,
    environment: { key: 'GEMINI_API_KEY', baseUrl: 'GEMINI_BASE_URL' },
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
  const listed = await serversModels(context)
  if (listed === null) return cataloguedModels()
  const models = drawingModels(listed)
  if (models.length > 0) return models
  throw new ProviderError('not-found', 'This server lists no image model, or none that this key may use')
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const imagen = isImagen(request.model)
  const sourceBytes = request.sources.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 3) * 4, 0)
  if (sourceBytes > mostSourceBytes) {
    throw new ProviderError('bad-request', 'Google takes at most 20 MB with one request: use smaller or fewer pictures')
  }
  const method = imagen ? 'predict' : 'generateContent'
  const response = await context.http.request(`/models/${encodeURIComponent(request.model)}:${method}`, {
    method: 'POST',
    headers: headersFor(context),
    json: imagen ? predictBody(request) : contentBody(request),
    ...drawing,
  })
  if (response.status !== 200) {
    throw refusal(response, await readErrorBody(response), { secrets: [context.key] })
  }
  const answer = await response.json()
  return imagen ? predicted(answer, context) : generated(answer, request, context)
}

function generated(value: unknown, request: ImageRequest, context: RunContext): Outcome {
  const answer = parseAnswer(contentAnswer, value, engine)
  if (answer.error !== undefined && answer.error !== null) throw lateRefusal(value, [context.key])
  // Drafts come as thoughts, before the picture itself.
  const parts = answer.candidates
    .flatMap(({ content }) => content?.parts ?? [])
    .filter(({ thought }) => thought !== true)
  const commentary = parts
    .flatMap(({ text }) => text ?? [])
    .join('\n')
    .trim()
  const images: ProducedImage[] = []
  for (const { inlineData } of parts) {
    if (inlineData === undefined || inlineData.data === '' || images.length === request.n) continue
    images.push({
      bytes: decodeBase64Image(inlineData.data, engine),
      ...(request.seed !== undefined && { seed: request.seed }),
      ...(commentary !== '' && { parameters: { commentary } }),
    })
  }
  if (images.length === 0) return withoutPicture(answer, [context.key])
  const cost = costOf(context.settings, answer.usageMetadata)
  return { kind: 'done', images: withUsage(images, usageOf(answer.usageMetadata)), ...(cost && { cost }) }
}

function predicted(value: unknown, context: RunContext): Outcome {
  const { predictions, error } = parseAnswer(predictAnswer, value, engine)
  if (error !== undefined && error !== null) throw lateRefusal(value, [context.key])
  const images = predictions.flatMap(({ bytesBase64Encoded: data }) =>
    data ? [{ bytes: decodeBase64Image(data, engine) }] : [],
  )
  if (images.length > 0) return { kind: 'done', images }
  const filtered = predictions.find(({ raiFilteredReason }) => raiFilteredReason !== undefined)
  if (filtered) return blocked(filtered.raiFilteredReason, 'every picture was filtered', [context.key])
  throw new ProviderError('malformed-response', 'Google reported success without a picture')
}
