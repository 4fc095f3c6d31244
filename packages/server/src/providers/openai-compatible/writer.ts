import { writeByChat } from '../kit/chat-api.ts'
import type { Writer } from '../spec/writing.ts'
import { apiOf } from './errors.ts'
import { headersFor, prefix } from './headers.ts'
import { writingModels } from './models.ts'
import { serversModels } from './server-models.ts'

/** The text models of such a server, by chat completions. */
export const writer: Writer = {
  async listTextModels(context) {
    return writingModels(await serversModels(context, false))
  },
  write(request, context) {
    const path = `${prefix(context)}/chat/completions`
    return writeByChat(request, { ...apiOf(context), path, headers: headersFor(context), limit: 'max_tokens' })
  },
}
