import { writeByChat } from '../kit/chat-api.ts'
import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { Writer } from '../spec/writing.ts'
import { apiOf, refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { writingModels } from './models.ts'
import { modelsAnswer } from './wire.ts'

const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }

/** Gab's text models, by chat completions. */
export const writer: Writer = {
  async listTextModels(context) {
    const headers = headersFor(context)
    const response = await context.http.request('/models', { method: 'GET', headers, ...shortCall })
    if (response.status !== 200) {
      refusal(response, await readErrorBody(response), context)
      throw new ProviderError('content-rejected', 'Gab AI refused to list its models')
    }
    const { data } = parseAnswer(modelsAnswer, await response.json(), 'Gab AI')
    return writingModels(data.map(({ id }) => id))
  },
  write(request, context) {
    const headers = headersFor(context)
    return writeByChat(request, { ...apiOf(context), path: '/chat/completions', headers, limit: 'max_tokens' })
  },
}
