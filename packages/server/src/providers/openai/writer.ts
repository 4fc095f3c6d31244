import { writeByChat, type ChatApi } from '../kit/chat-api.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext } from '../spec/provider.ts'
import type { Writer } from '../spec/writing.ts'
import { refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { writingModels } from './models.ts'
import { modelsAnswer } from './wire.ts'

const engine = 'OpenAI'
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }

/** OpenAI's text models, by chat completions. */
export const writer: Writer = {
  async listTextModels(context) {
    const headers = headersFor(context)
    const response = await context.http.request('/models', { method: 'GET', headers, ...shortCall })
    if (response.status !== 200) {
      refusal(response, await readErrorBody(response), [context.key])
      throw new ProviderError('content-rejected', 'OpenAI refused to list its models')
    }
    const { data } = parseAnswer(modelsAnswer, await response.json(), engine)
    return writingModels(data.map(({ id }) => id))
  },
  write: (request, context) => writeByChat(request, chatApi(context)),
}

function chatApi(context: CallContext): ChatApi {
  const { key, baseUrl, http } = context
  const path = '/chat/completions'
  return { engine, key, baseUrl, http, path, headers: headersFor(context), limit: 'max_completion_tokens' }
}
