// Chat completions of a model that always has the same idea, for the fake engines that speak OpenAI's protocol.
import { z } from 'zod'
import type { Reply, SeenRequest } from './fake-engine.ts'

/** What goes wrong with the words, beside what goes wrong with pictures. */
export type WritingFailure = 'no-words' | 'cut-off' | 'refused' | 'failed-late'

export interface ChatBehaviour {
  readonly failure?: string | undefined
  /** Dollars that the answer says it cost. */
  readonly chatCost?: number | undefined
  /** What the model writes. Default: the text with a little more, or what the picture shows. */
  readonly words?: string | undefined
}

/** What the fake models see in every picture. */
export const seenInPictures = 'Stripes in two colours, from left to right.'

/** What they make of a prompt. */
export const rewritten = (prompt: string): string => `${prompt}, at golden hour, in fine detail`

const part = z.union([
  z.strictObject({ type: z.literal('text'), text: z.string() }),
  z.strictObject({
    type: z.literal('image_url'),
    image_url: z.strictObject({ url: z.string().regex(/^data:image\/(?:jpeg|png|webp);base64,[\w+/=]+$/) }),
  }),
])

const chatRequest = z.strictObject({
  model: z.string(),
  messages: z.tuple([
    z.strictObject({ role: z.literal('system'), content: z.string() }),
    z.strictObject({ role: z.literal('user'), content: z.union([z.string(), z.array(part)]) }),
  ]),
  max_tokens: z.int().optional(),
  max_completion_tokens: z.int().optional(),
  provider: z.looseObject({}).optional(),
})

/** The paths that a fake engine hands to {@link answerChat}. */
export const isChat = (path: string): boolean => path.endsWith('/chat/completions')

const faults: Readonly<Record<string, { status: number; error: object; headers?: Record<string, string> }>> = {
  'rate-limited': { status: 429, error: { message: 'Rate limit reached' }, headers: { 'retry-after': '7' } },
  'server-error': { status: 500, error: { message: 'The server had an error', type: 'server_error' } },
  blocked: { status: 400, error: { message: 'Refused by our policy', code: 'content_policy_violation' } },
  'model-missing': { status: 404, error: { message: 'The model does not exist', code: 'model_not_found' } },
}

/** Answers `/chat/completions`. */
export function answerChat(behaviour: ChatBehaviour, request: SeenRequest, reply: Reply): void | Promise<void> {
  const { failure = '', chatCost } = behaviour
  const { authorization = '' } = request.headers
  if (failure === 'unauthorized') {
    return reply.json(401, { error: { message: `Invalid key: ${authorization}`, code: 'invalid_api_key' } })
  }
  if (failure === 'stall') return
  if (failure === 'html') return reply.send(200, '<!doctype html><title>Proxy</title>', { 'content-type': 'text/html' })
  if (failure === 'endless') return reply.flood(200, { 'content-type': 'application/json' })
  if (failure === 'failed-late') return reply.json(200, { error: { message: 'The provider failed', code: 502 } })
  const fault = faults[failure]
  if (fault) return reply.json(fault.status, { error: fault.error }, fault.headers)
  const { data: asked, error } = chatRequest.safeParse(request.json())
  if (error) return reply.json(400, { error: { message: error.message, type: 'invalid_request_error' } })
  reply.json(200, {
    id: 'chatcmpl-fake',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: asked.model,
    choices: [choiceOf(behaviour, asked)],
    usage: {
      prompt_tokens: 50,
      completion_tokens: 20,
      total_tokens: 70,
      ...(chatCost !== undefined && { cost: chatCost }),
    },
  })
}

function choiceOf({ failure, words }: ChatBehaviour, { messages }: z.infer<typeof chatRequest>): object {
  const { content } = messages[1]
  const said = typeof content === 'string' ? content : ''
  const text = words ?? (said === '' ? seenInPictures : rewritten(said))
  const [spoken, reason] = {
    'no-words': ['', 'stop'],
    'cut-off': [text.slice(0, 5), 'length'],
  }[failure ?? ''] ?? [text, 'stop']
  const refusal = failure === 'refused' ? 'I cannot help with that.' : null
  return {
    index: 0,
    message: { role: 'assistant', content: refusal === null ? spoken : null, refusal },
    logprobs: null,
    finish_reason: reason,
  }
}
