import type { ModelInfo } from '@easel/contract'
import { decodeBase64Image } from '../kit/base64.ts'
import { readNdjson } from '../kit/ndjson.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { lateRefusal, noModel, refusal, tooNew, tooOld } from './errors.ts'
import { describeModel, eraOf } from './models.ts'
import { options, settings } from './options.ts'
import { generateBody, generateLine, showAnswer, tagsAnswer, versionAnswer } from './wire.ts'

const engine = 'Ollama'
const shortCall = { headersTimeoutMs: 15_000, bodyTimeoutMs: 15_000, maxBytes: 8_000_000 }
// Loading a model may take five minutes (OLLAMA_LOAD_TIMEOUT) and other requests may be before ours; the server itself gives
// up on one picture after ten. It sends the picture as one line, of at most 16 MB in the versions that draw.
const drawing = { headersTimeoutMs: 15 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: 64_000_000 }
const showsAtOnce = 4

export const provider: Provider = {
  manifest: {
    id: 'ollama',
    label: 'Ollama',
    description: 'Pictures from your own Ollama server, version 0.14.3 to 0.32.5.',
    ai: true,
    contractName: 'OLLAMA',
    key: 'optional',
    defaultBaseUrl: 'http://127.0.0.1:11434',
    resendSafe: true,
    defaultConcurrency: 1,
    environment: { key: 'OLLAMA_API_KEY', baseUrl: 'OLLAMA_HOST' },
    settings,
    options,
    builtIn: false,
  },
  listModels,
  start,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const { version } = parseAnswer(versionAnswer, await ask(context, { path: '/api/version' }), engine)
  const era = eraOf(version)
  if (era === 'before') throw tooOld(version)
  const { models } = parseAnswer(tagsAnswer, await ask(context, { path: '/api/tags' }), engine)
  const names = await drawingNames(context, models)
  if (names.length === 0) throw era === 'after' ? tooNew(version) : noModel()
  return names.map((name) => describeModel(name, version))
}

type Listed = { readonly name: string; readonly capabilities?: readonly string[] | null | undefined }

/** The names of the models that can draw, in the server's order. */
async function drawingNames(context: CallContext, models: readonly Listed[]): Promise<string[]> {
  const names: string[] = []
  for (let at = 0; at < models.length; at += showsAtOnce) {
    const drawn = await Promise.all(models.slice(at, at + showsAtOnce).map((model) => draws(context, model)))
    models.slice(at, at + showsAtOnce).forEach(({ name }, i) => drawn[i] === true && names.push(name))
  }
  return names
}

async function draws(context: CallContext, model: Listed): Promise<boolean> {
  if (model.capabilities) return model.capabilities.includes('image')
  try {
    const shown = await ask(context, { path: '/api/show', json: { model: model.name } })
    return parseAnswer(showAnswer, shown, engine).capabilities?.includes('image') ?? false
  } catch (error) {
    // It was removed since the list was made.
    if (error instanceof ProviderError && error.kind === 'not-found') return false
    throw error
  }
}

async function ask(context: CallContext, call: { path: string; json?: { model: string } }): Promise<unknown> {
  const { path, json } = call
  const method = json ? 'POST' : 'GET'
  const response = await context.http.request(path, { method, headers: headersFor(context), json, ...shortCall })
  if (response.status !== 200) throw await refusal(response, [context.key], json?.model ?? 'x/z-image-turbo')
  return response.json()
}

async function start(request: ImageRequest, context: RunContext): Promise<Outcome> {
  const { keepAlive } = settings.parse(context.settings)
  const json = generateBody(request, keepAlive)
  const response = await context.http.request('/api/generate', {
    method: 'POST',
    headers: headersFor(context),
    json,
    ...drawing,
  })
  if (response.status !== 200) throw await refusal(response, [context.key], request.model)
  let picture: string | undefined
  let done = false
  for await (const value of readNdjson(response.chunks(), { maxLineBytes: drawing.maxBytes, engine })) {
    const line = parseAnswer(generateLine, value, engine)
    if (line.error !== undefined) throw lateRefusal(line.error, [context.key], request.model)
    if (line.total !== undefined && line.total > 0 && line.done !== true) {
      context.progress({ completed: line.completed ?? 0, total: line.total })
    }
    if (line.image !== undefined && line.image !== '') picture = line.image
    done ||= line.done === true
  }
  if (!done) throw new ProviderError('malformed-response', 'The answer of Ollama broke off')
  // A runner that failed is told as success without a picture.
  if (picture === undefined)
    throw new ProviderError('malformed-response', 'Ollama finished without a picture; its log says why')
  const image = { bytes: decodeBase64Image(picture, engine), ...(request.seed !== undefined && { seed: request.seed }) }
  return { kind: 'done', images: [image] }
}

/** Ollama knows no keys; a proxy in front of it may. */
function headersFor(context: CallContext): Record<string, string> {
  return context.key === null ? {} : { authorization: `Bearer ${context.key}` }
}
