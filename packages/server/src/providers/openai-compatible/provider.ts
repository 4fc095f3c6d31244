import type { ModelInfo } from '@easel/contract'
import { imagesOutcome } from '../kit/images-api.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, EngineResponse, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { apiOf, noModel, refusal } from './errors.ts'
import { drawingModels, type ListedModel } from './models.ts'
import { options, settings } from './options.ts'
import { editForm, generationBody, modelsAnswer, readModels } from './wire.ts'

const engine = 'The server'
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }
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
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const chosen = settings.parse(context.settings)
  const models = drawingModels(await serversModels(context, chosen.models.trim() !== ''), chosen)
  if (models.length === 0) throw noModel()
  return models
}

/** LocalAI says what its models can do; others have the plain list, or none, which will do where the settings name the models. */
async function serversModels(context: CallContext, named: boolean): Promise<readonly ListedModel[]> {
  const detailed = named ? null : await ask(context, '/models/capabilities')
  if (detailed?.status === 200) {
    // Some answer unknown routes with a page, or with one model called "capabilities".
    const answer = modelsAnswer.safeParse(await detailed.json().catch(pageInstead))
    if (answer.success && answer.data.data.length > 0) return readModels(answer.data)
  } else if (detailed) await refuseUnlessMissing(detailed, context)
  const plain = await ask(context, '/models')
  if (plain.status === 200) return readModels(parseAnswer(modelsAnswer, await plain.json(), engine))
  await refuseUnlessMissing(plain, context)
  return []
}

function pageInstead(error: unknown): null {
  if (error instanceof ProviderError && error.kind === 'malformed-response') return null
  throw error
}

async function ask(context: CallContext, path: string): Promise<EngineResponse> {
  return context.http.request(prefix(context) + path, { method: 'GET', headers: headersFor(context), ...shortCall })
}

/** No such route is no failure while models are listed: there are several to try. */
async function refuseUnlessMissing(response: EngineResponse, context: CallContext): Promise<void> {
  const body = await readErrorBody(response)
  if ([400, 404, 405, 501].includes(response.status)) return
  refusal(response, body, { context, editing: false })
  throw new ProviderError('content-rejected', 'The server refused to list its models')
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

/** An address without a path is the server's root, below which all of these have their API at /v1. */
function prefix({ baseUrl }: CallContext): string {
  return URL.parse(baseUrl)?.pathname === '/' ? '/v1' : ''
}

function headersFor({ key }: CallContext): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` }
}
