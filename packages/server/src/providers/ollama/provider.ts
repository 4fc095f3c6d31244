import type { ModelInfo } from '@easel/contract'
import { decodeBase64Image } from '../kit/base64.ts'
import { readNdjson } from '../kit/ndjson.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, ImageRequest, Outcome, Provider, RunContext } from '../spec/provider.ts'
import { lateRefusal, noModel, refusal, tooNew, tooOld } from './errors.ts'
import { headersFor } from './headers.ts'
import { describeModel, eraOf } from './models.ts'
import { options, settings } from './options.ts'
import { modelsThat, serversVersion } from './server-models.ts'
import { generateBody, generateLine } from './wire.ts'
import { writer } from './writer.ts'

const engine = 'Ollama'
// Loading a model may take five minutes (OLLAMA_LOAD_TIMEOUT) and other requests may be before ours; the server itself gives
// up on one picture after ten. It sends the picture as one line, of at most 16 MB in the versions that draw.
const drawing = { headersTimeoutMs: 15 * 60_000, bodyTimeoutMs: 10 * 60_000, maxBytes: 64_000_000 }

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
  writes: writer,
}

async function listModels(context: CallContext): Promise<readonly ModelInfo[]> {
  const version = await serversVersion(context)
  const era = eraOf(version)
  if (era === 'before') throw tooOld(version)
  const models = await modelsThat(context, 'image')
  if (models.length === 0) throw era === 'after' ? tooNew(version) : noModel()
  return models.map(({ name }) => describeModel(name, version))
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
