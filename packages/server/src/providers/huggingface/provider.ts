import type { ModelInfo } from '@easel/contract'
import { listed } from '../kit/images-api.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { firstOutcome, laterOutcome } from './answers.ts'
import { submissionFor, type KnownRoute } from './backends.ts'
import { engine, refused } from './errors.ts'
import { askHub, checkAddress, checkKey, headersFor, isRouter, router } from './hub.ts'
import { cataloguedModels, cataloguedRoutes, describeModel, usableRoutes, type Choice } from './models.ts'
import { backendNames, options, settings } from './options.ts'
import { modelAnswer, modelsAnswer, routesOf, type Route, type Task } from './wire.ts'
import { writer } from './writer.ts'

// Some services answer with the picture only.
const drawing = { headersTimeoutMs: 10 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: 120_000_000 }
const mostModels = 200

export const provider: Provider = {
  manifest: {
    id: 'huggingface',
    label: 'Hugging Face',
    description: 'Open models by the Inference Providers of Hugging Face, with your own key.',
    ai: true,
    contractName: 'HUGGINGFACE',
    key: 'required',
    defaultBaseUrl: router,
    resendSafe: false,
    defaultConcurrency: 2,
    environment: { key: 'HF_TOKEN', baseUrl: 'HF_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
  poll: laterOutcome,
  writes: writer,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  checkAddress(context)
  const choice = choiceOf(context)
  if (isRouter(context)) await checkKey(context)
  const found = new Map<string, readonly Route[]>()
  for (const task of ['text-to-image', 'image-to-image'] as const) {
    const query = `pipeline_tag=${task}&inference_provider=${choice.allowed.join(',')}`
    const path = `/api/models?${query}&expand[]=inferenceProviderMapping&limit=${mostModels}`
    const answer = await askHub(path, context)
    if (answer === null) return catalogued(choice)
    for (const { id, inferenceProviderMapping } of parseAnswer(modelsAnswer, answer, engine)) {
      found.set(id, routesOf(inferenceProviderMapping))
    }
  }
  const models = [...found].flatMap(([id, routes]) => describeModel(id, routes, choice) ?? [])
  if (models.length > 0) return models
  throw new ProviderError('not-found', `${engine} lists no image model that one of the chosen services serves`)
}

function catalogued(choice: Choice): readonly ModelInfo[] {
  const models = cataloguedModels(choice)
  if (models.length > 0) return models
  throw new ProviderError('not-found', `This server lists no models, and the chosen services serve none that is known`)
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  checkAddress(context)
  const headers = headersFor(context)
  const [route, ...rest] = await routesFor(request, context)
  const { path, json, headers: more } = submissionFor(request, route)
  const response = await context.http.request(path, {
    method: 'POST',
    headers: { ...headers, ...more },
    json,
    ...drawing,
  })
  if (response.status >= 200 && response.status < 300) return firstOutcome(route, response, { request, context })
  const others = rest.map(({ backend }) => backend)
  return refused(response, { backend: route.backend, secrets: [context.key], others })
}

/** Asked anew each time: services come and go by the hour, and a request to one that has gone is refused. */
async function routesFor(
  { model, sources }: ImageRequest,
  context: RunContext,
): Promise<readonly [KnownRoute, ...KnownRoute[]]> {
  if (!/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)?$/.test(model)) throw unknownModel(model)
  const answer = await askHub(`/api/models/${model}?expand[]=inferenceProviderMapping`, context)
  const routes = answer === null ? cataloguedRoutes(model) : mappedRoutes(answer)
  // The public Hub knows what there is; a proxy without a Hub cannot say.
  if (answer === null && (isRouter(context) || routes.length === 0)) throw unknownModel(model)
  const task = sources.length > 0 ? 'image-to-image' : 'text-to-image'
  const [first, ...rest] = usableRoutes(routes, task, choiceOf(context))
  if (first === undefined) throw noRoute(model, task, routes)
  return [first, ...rest]
}

function mappedRoutes(answer: unknown): readonly Route[] {
  return routesOf(parseAnswer(modelAnswer, answer, engine).inferenceProviderMapping)
}

function choiceOf(context: CallContext): Choice {
  const chosen = listed(settings.parse(context.settings).backends)
  if (chosen.length === 0) return { allowed: backendNames, ordered: false }
  return { allowed: chosen.flatMap((name) => backendNames.find((known) => known === name) ?? []), ordered: true }
}

function unknownModel(model: string): ProviderError {
  return new ProviderError('not-found', `${engine} has no public model called ${model}`)
}

function noRoute(model: string, task: Task, routes: readonly Route[]): ProviderError {
  const kind = routes.some((route) => route.task === task) ? 'not-found' : 'unsupported'
  const known = routes.map(({ backend, status, task: does }) => `${backend}: ${does}, ${status}`).join('; ')
  const how = task === 'text-to-image' ? 'from words only' : 'from a source picture'
  const why = known === '' ? 'No service has it now' : `There is ${known}`
  return new ProviderError(kind, `${model} cannot be drawn ${how} by any of the chosen services. ${why}`)
}
