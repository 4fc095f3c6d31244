import { writeByChat } from '../kit/chat-api.ts'
import { parseAnswer } from '../kit/schema.ts'
import type { Writer } from '../spec/writing.ts'
import { engine, hubRefusal } from './errors.ts'
import { checkAddress, headersFor } from './hub.ts'
import { textModelsAnswer } from './wire.ts'

const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 20_000_000 }

/** The text models behind the router, by chat completions. The router itself chooses the service. */
export const writer: Writer = {
  async listTextModels(context) {
    checkAddress(context)
    const headers = headersFor(context)
    const response = await context.http.request('/v1/models', { method: 'GET', headers, ...shortCall })
    // Proxies that only draw have no such list.
    if (response.status === 404 || response.status === 405) return []
    if (response.status !== 200) throw await hubRefusal(response, [context.key])
    const { data } = parseAnswer(textModelsAnswer, await response.json(), engine)
    return data
      .filter(({ architecture }) => architecture?.output_modalities.includes('text') ?? true)
      .filter(({ providers }) => providers?.some(({ status }) => status === 'live') ?? true)
      .map(({ id, architecture }) => ({
        id,
        label: id,
        sees: architecture?.input_modalities.includes('image') ?? null,
      }))
  },
  async write(request, context) {
    checkAddress(context)
    const { key, baseUrl, http } = context
    const headers = headersFor(context)
    const api = { engine, key, baseUrl, http, headers }
    return await writeByChat(request, { ...api, path: '/v1/chat/completions', limit: 'max_tokens' })
  },
}
