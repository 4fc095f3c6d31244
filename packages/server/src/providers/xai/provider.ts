import type { ModelInfo } from '@easel/contract'
import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { bytesOf } from '../kit/sent-picture.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, ProducedImage, Provider, RunContext } from '../spec/provider.ts'
import { blocked, lateRefusal, refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { cataloguedModels, listedModels, retirementOf } from './models.ts'
import { options, settings } from './options.ts'
import { costOf, imagesAnswer, imagesBody, modelsAnswer } from './wire.ts'
import { writer } from './writer.ts'

const engine = 'xAI'
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }
// Nothing comes before the end. Ten large pictures in base64 fit.
const drawing = { headersTimeoutMs: 10 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: 400_000_000 }

export const provider: Provider = {
  manifest: {
    id: 'xai',
    label: 'xAI Grok Imagine',
    description: 'The image models of xAI, with your own key.',
    ai: true,
    contractName: 'GROK',
    key: 'required',
    defaultBaseUrl: 'https://api.x.ai/v1',
    resendSafe: false,
    defaultConcurrency: 2,
    environment: { key: 'XAI_API_KEY', baseUrl: 'XAI_BASE_URL' },
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
  const path = '/image-generation-models'
  const response = await context.http.request(path, { method: 'GET', headers: headersFor(context), ...shortCall })
  if (response.status === 404 || response.status === 405) return cataloguedModels()
  if (response.status !== 200) {
    refusal(response, await readErrorBody(response), { secrets: [context.key] })
    throw new ProviderError('content-rejected', 'xAI refused to list its models')
  }
  const answer = parseAnswer(modelsAnswer, await response.json(), engine)
  const models = listedModels(answer.models.filter((model) => model.output_modalities?.includes('image') ?? true))
  if (models.length > 0) return models
  throw new ProviderError('not-found', 'This server lists no image model, or none that this key may use')
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const path = request.sources.length > 0 ? '/images/edits' : '/images/generations'
  const headers = headersFor(context)
  const response = await context.http.request(path, { method: 'POST', headers, json: imagesBody(request), ...drawing })
  const secrets = [context.key]
  if (response.status !== 200) {
    return refusal(response, await readErrorBody(response), { secrets })
  }
  const answer = parseAnswer(imagesAnswer, await response.json('b64_json'), engine)
  if (answer.error !== undefined && answer.error !== null) return lateRefusal(answer, secrets)
  const images: ProducedImage[] = []
  for (const picture of answer.data ?? []) {
    const bytes = picture && picture.respect_moderation !== false ? await bytesOf(picture, engine, context) : null
    if (bytes) images.push({ bytes, ...(picture?.revised_prompt && { revisedPrompt: picture.revised_prompt }) })
  }
  if (images.length > 0) {
    const cost = costOf(answer)
    return { kind: 'done', images, ...(cost && { cost }) }
  }
  // Where all pictures were held back the list can be empty, too.
  const heldBack = answer.data?.length === 0 || answer.data?.some((picture) => picture?.respect_moderation === false)
  if (heldBack === true) return blocked('', secrets)
  throw new ProviderError('malformed-response', 'xAI reported success without a picture')
}
