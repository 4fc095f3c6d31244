import { writeByChat } from '../kit/chat-api.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { Writer } from '../spec/writing.ts'
import { lateRefusal, refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { textModelsAnswer } from './wire.ts'

const engine = 'xAI'
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }

/** xAI's language models, by chat completions. */
export const writer: Writer = {
  async listTextModels(context) {
    const headers = headersFor(context)
    const response = await context.http.request('/language-models', { method: 'GET', headers, ...shortCall })
    // Servers that only draw in xAI's manner have no such list.
    if (response.status === 404 || response.status === 405) return []
    if (response.status !== 200) {
      refusal(response, await readErrorBody(response), { secrets: [context.key] })
      throw new ProviderError('content-rejected', 'xAI refused to list its models')
    }
    const { models } = parseAnswer(textModelsAnswer, await response.json(), engine)
    return models
      .filter(({ output_modalities }) => output_modalities?.includes('text') ?? true)
      .map(({ id, input_modalities }) => ({ id, label: id, sees: input_modalities?.includes('image') ?? null }))
  },
  write(request, context) {
    const { key, baseUrl, http } = context
    const secrets = [key]
    return writeByChat(request, {
      engine,
      key,
      baseUrl,
      http,
      path: '/chat/completions',
      headers: headersFor(context),
      limit: 'max_completion_tokens',
      errors: {
        refusal: (response, body) => refusal(response, body, { secrets }),
        late: (value) => lateRefusal(value, secrets),
      },
    })
  },
}
