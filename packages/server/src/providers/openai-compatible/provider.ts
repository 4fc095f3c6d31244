import type { ModelInfo } from '@easel/contract'
import { imagesOutcome } from '../kit/images-api.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import type { CallContext, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { apiOf, noModel, refusal } from './errors.ts'
import { headersFor, prefix } from './headers.ts'
import { drawingModels } from './models.ts'
import { options, settings } from './options.ts'
import { serversModels } from './server-models.ts'
import { editForm, generationBody } from './wire.ts'
import { writer } from './writer.ts'

// A model may have to be loaded first, and nothing comes before the end. Ten large pictures in base64 fit.
const drawing = { headersTimeoutMs: 15 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: 400_000_000 }

export const provider: Provider = {
  manifest: {
    id: 'openai-compatible',
    label: 'OpenAI-compatible server',
    description: 'LocalAI, vLLM, SGLang, LiteLLM and other servers that draw by the API of OpenAI.',
    ai: true,
    contractName: 'OPENAI_COMPATIBLE',
    key: 'optional',
    defaultBaseUrl: null,
    // It may be a gateway to an engine that is paid for.
    resendSafe: false,
    defaultConcurrency: 1,
    environment: { key: 'OPENAI_COMPATIBLE_API_KEY', baseUrl: 'OPENAI_COMPATIBLE_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
  writes: writer,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const chosen = settings.parse(context.settings)
  const models = drawingModels(await serversModels(context, chosen.models.trim() !== ''), chosen)
  if (models.length === 0) throw noModel()
  return models
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const chosen = settings.parse(context.settings)
  const editing = request.sources.length > 0 && chosen.edits === 'form'
  const path = editing ? '/images/edits' : '/images/generations'
  const response = await context.http.request(prefix(context) + path, {
    method: 'POST',
    headers: headersFor(context),
    ...(editing ? { form: editForm(request, chosen) } : { json: generationBody(request, chosen) }),
    ...drawing,
  })
  if (response.status !== 200) return refusal(response, await readErrorBody(response), { context, editing })
  const outcome = await imagesOutcome(await response.json(), apiOf(context))
  if (outcome.kind !== 'done' || request.seed === undefined || request.n > 1) return outcome
  // Of several pictures no server tells which seed each one had.
  const { seed } = request
  return { ...outcome, images: outcome.images.map((image) => ({ ...image, seed })) }
}
