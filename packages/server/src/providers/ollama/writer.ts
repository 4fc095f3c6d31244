import { parseAnswer } from '../kit/schema.ts'
import { writtenText } from '../kit/written.ts'
import type { CallContext } from '../spec/provider.ts'
import type { WritingOutcome, WritingRequest, Writer } from '../spec/writing.ts'
import { lateRefusal, refusal } from './errors.ts'
import { headersFor } from './headers.ts'
import { settings } from './options.ts'
import { modelsThat } from './server-models.ts'
import { chatAnswer, chatBody } from './wire.ts'

const engine = 'Ollama'
// Loading a model may take five minutes (OLLAMA_LOAD_TIMEOUT), and without streaming nothing comes before the end.
const writing = { headersTimeoutMs: 10 * 60_000, bodyTimeoutMs: 60_000, maxBytes: 2_000_000 }

/** The language models of an Ollama server, of any version. */
export const writer: Writer = {
  async listTextModels(context) {
    const models = await modelsThat(context, 'completion')
    return models.map(({ name, capabilities }) => ({
      id: name,
      label: name.replace(/:latest$/, ''),
      sees: capabilities.includes('vision'),
    }))
  },
  write,
}

async function write(request: WritingRequest, context: CallContext): Promise<WritingOutcome> {
  const { keepAlive } = settings.parse(context.settings)
  const headers = headersFor(context)
  const json = chatBody(request, keepAlive)
  const response = await context.http.request('/api/chat', { method: 'POST', headers, json, ...writing })
  if (response.status !== 200) throw await refusal(response, [context.key], request.model)
  const { error, message, done_reason } = parseAnswer(chatAnswer, await response.json(), engine)
  if (error !== undefined) throw lateRefusal(error, [context.key], request.model)
  return { kind: 'written', text: writtenText(message?.content ?? '', { engine, cutOff: done_reason === 'length' }) }
}
