import type { ModelInfo } from '@easel/contract'
import { imagesOutcome } from '../kit/images-api.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { apiOf, noModel, refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { drawingModels } from './models.ts'
import { options, settings } from './options.ts'
import { generationBody, modelsAnswer } from './wire.ts'
import { writer } from './writer.ts'

const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }
// Nothing comes before the picture is done, and large ones take minutes.
const drawing = { headersTimeoutMs: 10 * 60_000, bodyTimeoutMs: 5 * 60_000, maxBytes: 100_000_000 }

export const provider: Provider = {
  manifest: {
    id: 'gab',
    label: 'Gab AI',
    description: 'The image models behind Gab AI, with a key of a Plus subscription (experimental).',
    ai: true,
    contractName: 'GAB_AI',
    key: 'required',
    defaultBaseUrl: 'https://gab.ai/v1',
    resendSafe: false,
    defaultConcurrency: 2,
    environment: { key: 'GAB_API_KEY', baseUrl: 'GAB_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
  writes: writer,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const response = await context.http.request('/models', { method: 'GET', headers: headersFor(context), ...shortCall })
  if (response.status !== 200) {
    refusal(response, await readErrorBody(response), context)
    throw new ProviderError('content-rejected', 'Gab AI refused to list its models')
  }
  const { data } = parseAnswer(modelsAnswer, await response.json(), 'Gab AI')
  const models = drawingModels(
    data.map(({ id }) => id),
    settings.parse(context.settings),
  )
  if (models.length === 0) throw noModel()
  return models
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const response = await context.http.request('/images/generations', {
    method: 'POST',
    headers: headersFor(context),
    json: generationBody(request),
    ...drawing,
  })
  if (response.status !== 200) return refusal(response, await readErrorBody(response), context)
  return imagesOutcome(await response.json(), apiOf(context))
}
