import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, EngineResponse } from '../spec/provider.ts'
import { refusal } from './errors.ts'
import { headersFor, prefix } from './headers.ts'
import type { ListedModel } from './models.ts'
import { modelsAnswer, readModels } from './wire.ts'

const engine = 'The server'
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }

/** LocalAI says what its models can do; others have the plain list, or none, which will do where the settings name the models. */
export async function serversModels(context: CallContext, named: boolean): Promise<readonly ListedModel[]> {
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
