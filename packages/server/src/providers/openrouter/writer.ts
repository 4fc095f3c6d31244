import { writeByChat } from '../kit/chat-api.ts'
import { parseAnswer } from '../kit/schema.ts'
import type { Writer } from '../spec/writing.ts'
import { lateRefusal, refusal } from './errors.ts'
import { ask, checkKey, headersFor } from './lists.ts'
import { writingModels } from './models.ts'
import { settings } from './options.ts'
import { chatModelsAnswer, routing } from './wire.ts'

const engine = 'OpenRouter'

/** The text models behind OpenRouter, by chat completions, with the exact cost. */
export const writer: Writer = {
  async listTextModels(context) {
    await checkKey(context)
    const list = await ask(context, '/models')
    return list === null ? [] : writingModels(parseAnswer(chatModelsAnswer, await list.json(), engine).data)
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
      limit: 'max_tokens',
      more: routing(settings.parse(context.settings)),
      errors: {
        refusal: (response, body) => refusal(response, body, { secrets }),
        late: (value) => lateRefusal(value, secrets),
      },
    })
  },
}
