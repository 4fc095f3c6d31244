import { readErrorBody } from '../kit/error-mapping.ts'
import { parseAnswer } from '../kit/schema.ts'
import { writtenText } from '../kit/written.ts'
import type { CallContext } from '../spec/provider.ts'
import type { WritingOutcome, WritingRequest, Writer } from '../spec/writing.ts'
import { lateRefusal, refusal, refusalIn, wordsOf } from './errors.ts'
import { headersFor } from './headers.ts'
import { writingModels } from './models.ts'
import { serversModels } from './server-models.ts'
import { contentAnswer, wordsBody } from './wire.ts'

const engine = 'Google'
const writing = { headersTimeoutMs: 5 * 60_000, bodyTimeoutMs: 60_000, maxBytes: 2_000_000 }

/** Gemini's text models. */
export const writer: Writer = {
  async listTextModels(context) {
    return writingModels((await serversModels(context)) ?? [])
  },
  write,
}

async function write(request: WritingRequest, context: CallContext): Promise<WritingOutcome> {
  const path = `/models/${encodeURIComponent(request.model)}:generateContent`
  const headers = headersFor(context)
  const response = await context.http.request(path, { method: 'POST', headers, json: wordsBody(request), ...writing })
  const secrets = [context.key]
  if (response.status !== 200) throw refusal(response, await readErrorBody(response), { secrets })
  const value = await response.json()
  const answer = parseAnswer(contentAnswer, value, engine)
  if (answer.error !== undefined && answer.error !== null) throw lateRefusal(value, secrets)
  const refused = refusalIn(answer, secrets)
  if (refused !== null) return refused
  const cutOff = answer.candidates.some(({ finishReason }) => finishReason === 'MAX_TOKENS')
  return { kind: 'written', text: writtenText(wordsOf(answer), { engine, cutOff }) }
}
