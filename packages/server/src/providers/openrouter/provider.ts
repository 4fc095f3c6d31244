import type { ModelInfo } from '@easel/contract'
import { readErrorBody, readFault } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, EngineResponse, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { mostBytes, readChat, readImages } from './answers.ts'
import { refusal } from './errors.ts'
import { ask, checkKey, headersFor } from './lists.ts'
import { cataloguedModels, chatModels, imageModels, retirementOf } from './models.ts'
import { options, settings } from './options.ts'
import { chatBody, chatModelsAnswer, imageModelsAnswer, imagesBody } from './wire.ts'
import { writer } from './writer.ts'

const engine = 'OpenRouter'
// Without streaming nothing comes before the end.
const drawing = { headersTimeoutMs: 10 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: mostBytes }

export const provider: Provider = {
  manifest: {
    id: 'openrouter',
    label: 'OpenRouter',
    description: 'The image models of many makers with one key, and the exact cost of each picture.',
    ai: true,
    contractName: 'OPENROUTER',
    key: 'required',
    defaultBaseUrl: 'https://openrouter.ai/api/v1',
    resendSafe: false,
    defaultConcurrency: 2,
    environment: { key: 'OPENROUTER_API_KEY', baseUrl: 'OPENROUTER_BASE_URL' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
  writes: writer,
  retirement: retirementOf,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const { api } = settings.parse(context.settings)
  await checkKey(context)
  const ownList = api === 'chat' ? null : await ask(context, '/images/models')
  const list = ownList ?? (api === 'images' ? null : await ask(context, '/models?output_modalities=image'))
  if (list === null) return cataloguedModels()
  const models =
    list === ownList
      ? imageModels(parseAnswer(imageModelsAnswer, await list.json(), engine).data)
      : chatModels(parseAnswer(chatModelsAnswer, await list.json(), engine).data)
  if (models.length > 0) return models
  throw new ProviderError('not-found', 'This server lists no image model, or none that this key may use')
}

interface Way {
  readonly path: string
  readonly json: Record<string, unknown>
  readonly read: typeof readImages
}

/** How a request can be put, the best way first. */
function waysFor(request: ImageRequest, context: RunContext): readonly Way[] {
  const chosen = settings.parse(context.settings)
  const ways: Way[] = []
  if (chosen.api !== 'chat') ways.push({ path: '/images', json: imagesBody(request, chosen), read: readImages })
  if (chosen.api === 'images') return ways
  for (const modalities of [['image', 'text'], ['image']]) {
    const json = chatBody(request, chosen, modalities)
    if (json !== null) ways.push({ path: '/chat/completions', json, read: readChat })
  }
  return ways
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const of = { secrets: [context.key] }
  const headers = headersFor(context)
  let missing: { response: EngineResponse; body: string } | null = null
  for (const { path, json, read } of waysFor(request, context)) {
    const response = await context.http.request(path, { method: 'POST', headers, json, ...drawing })
    if (response.status === 200) return read(response, { request, context })
    const body = await readErrorBody(response)
    // No such route, or no such model behind it: nothing was begun, so the next way costs nothing.
    if (response.status !== 404 && response.status !== 405) return refusal(response, body, of)
    // The first with words says most.
    if (missing === null || readFault(missing.body).message === '') missing = { response, body }
  }
  if (missing === null) {
    throw new ProviderError('unsupported', 'The chat of OpenRouter cannot be asked for this; let it use the Images API')
  }
  return refusal(missing.response, missing.body, of)
}
