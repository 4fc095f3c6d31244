import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import type { CallContext } from '../spec/provider.ts'
import { refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import type { Listed } from './models.ts'
import { modelsAnswer } from './wire.ts'

const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 8_000_000 }
const mostPages = 20

/** All models of the server, whatever they do; null where it has no list. */
export async function serversModels(context: CallContext): Promise<readonly Listed[] | null> {
  const listed: Listed[] = []
  let token = ''
  for (let page = 0; page < mostPages; page++) {
    const path = `/models?pageSize=1000${token && `&pageToken=${encodeURIComponent(token)}`}`
    const response = await context.http.request(path, { method: 'GET', headers: headersFor(context), ...shortCall })
    if (response.status === 404 || response.status === 405) return null
    if (response.status !== 200) throw refusal(response, await readErrorBody(response), { secrets: [context.key] })
    const answer = parseAnswer(modelsAnswer, await response.json(), 'Google')
    listed.push(...answer.models)
    token = answer.nextPageToken ?? ''
    if (token === '') break
  }
  return listed
}
