// What servers in the manner of OpenAI's chat completions have in common, for the providers whose text models are asked that way.
import { z } from 'zod'
import type { EngineResponse } from '../spec/provider.ts'
import type { WritingOutcome, WritingRequest } from '../spec/writing.ts'
import { engineWords, readErrorBody } from './error-mapping.ts'
import { imagesRefusal, lateRefusal, type Blocked, type ImagesApi } from './images-api.ts'
import { parseAnswer } from './schema.ts'
import { writtenText } from './written.ts'

// A local model may have to be loaded first, one that reasons takes its time, and nothing comes before the end.
const writing = { headersTimeoutMs: 5 * 60_000, bodyTimeoutMs: 60_000, maxBytes: 2_000_000 }

export interface ChatApi extends ImagesApi {
  /** Below the base URL. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** The name that the server knows the limit by: OpenAI's newer models refuse the older one, most other servers know only that. */
  readonly limit: 'max_tokens' | 'max_completion_tokens'
  /** Fields that only this server knows. */
  readonly more?: Readonly<Record<string, unknown>>
  /** How to read what went wrong where this server has its own way to say it; both throw unless the content was refused. */
  readonly errors?: {
    readonly refusal: (response: EngineResponse, body: string) => Blocked
    readonly late: (value: unknown) => Blocked
  }
}

const piece = z.looseObject({ text: z.string().optional() })
const choice = z.object({
  finish_reason: z.string().nullish(),
  message: z
    .object({ content: z.union([z.string(), z.array(piece)]).nullish(), refusal: z.string().nullish() })
    .nullish(),
})

const chatAnswer = z.looseObject({
  choices: z.array(choice).nullish(),
  /** OpenRouter and LiteLLM say what it cost, in US dollars. A server that counts strangely gives no cost rather than a wrong one. */
  usage: z
    .object({
      cost: z.number().nonnegative().nullish(),
      is_byok: z.boolean().nullish(),
      cost_details: z.object({ upstream_inference_cost: z.number().nonnegative().nullish() }).nullish(),
    })
    .nullish()
    .catch(undefined),
  /** Some proxies send failures as success. */
  error: z.unknown().optional(),
})

/** The body of a request; the picture comes after the words that speak of it. */
function chatBody(
  { model, instructions, text, picture, maxTokens }: WritingRequest,
  { limit, more }: Pick<ChatApi, 'limit' | 'more'>,
): Record<string, unknown> {
  const url = picture && `data:${picture.mimeType};base64,${Buffer.from(picture.bytes).toString('base64')}`
  const content =
    url === undefined
      ? text
      : [
          { type: 'text', text },
          { type: 'image_url', image_url: { url } },
        ]
  return {
    model,
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content },
    ],
    [limit]: maxTokens,
    ...more,
  }
}

/**
 * Asks a text model by `/chat/completions`.
 * @throws ProviderError
 */
export async function writeByChat(request: WritingRequest, api: ChatApi): Promise<WritingOutcome> {
  const { engine, key, http, path, headers, errors } = api
  const response = await http.request(path, { method: 'POST', headers, json: chatBody(request, api), ...writing })
  if (response.status !== 200) {
    const body = await readErrorBody(response)
    return errors ? errors.refusal(response, body) : imagesRefusal(response, body, api)
  }
  const value = await response.json()
  const { choices, usage, error } = parseAnswer(chatAnswer, value, engine)
  if (error !== undefined && error !== null) return errors ? errors.late(value) : lateRefusal(value, api)
  const [first] = choices ?? []
  const refusal = first?.message?.refusal ?? ''
  const text = textOf(first?.message?.content)
  if (refusal !== '' || first?.finish_reason === 'content_filter') {
    const reason = engineWords(refusal || text, [key])
    return { kind: 'blocked', reason: reason || `${engine} refused this request without saying why` }
  }
  const words = writtenText(text, { engine, cutOff: first?.finish_reason === 'length' })
  const amount = spent(usage)
  return { kind: 'written', text: words, ...(amount !== null && { cost: { amount, currency: 'USD' } }) }
}

function textOf(content: string | readonly { readonly text?: string | undefined }[] | null | undefined): string {
  return typeof content === 'string' ? content : (content ?? []).map(({ text = '' }) => text).join('')
}

/** With a key of one's own at the maker most of it is paid there. */
function spent(usage: z.infer<typeof chatAnswer>['usage']): number | null {
  if (usage?.cost === undefined || usage.cost === null) return null
  return usage.cost + (usage.is_byok === true ? (usage.cost_details?.upstream_inference_cost ?? 0) : 0)
}
