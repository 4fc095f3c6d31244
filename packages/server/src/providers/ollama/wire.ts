import { z } from 'zod'
import type { ImageRequest } from '../spec/provider.ts'
import type { WritingRequest } from '../spec/writing.ts'

export const versionAnswer = z.object({ version: z.string() })

// `capabilities` is in the list since May 2026; before that /api/show has it.
export const tagsAnswer = z.object({
  models: z
    .array(z.object({ name: z.string(), capabilities: z.array(z.string()).nullish() }))
    .nullable()
    .transform((models) => models ?? []),
})

export const showAnswer = z.object({ capabilities: z.array(z.string()).nullish() })

/** One line of the answer to /api/generate. `completed` is left out while it is 0. */
export const generateLine = z.object({
  error: z.string().optional(),
  image: z.string().optional(),
  done: z.boolean().optional(),
  completed: z.number().optional(),
  total: z.number().optional(),
})

/**
 * The seed as Ollama must be sent it. To Ollama 0 means "any", and it does not tell which one it took; so 0 goes out as
 * 2^32, which no other request can hold.
 */
function seedOnTheWire(seed: number): number {
  return seed === 0 ? 2 ** 32 : seed
}

export function generateBody(request: ImageRequest, keepAlive: string | undefined): Record<string, unknown> {
  return {
    model: request.model,
    prompt: request.prompt,
    ...(request.width !== undefined && { width: request.width }),
    ...(request.height !== undefined && { height: request.height }),
    ...(request.steps !== undefined && { steps: request.steps }),
    ...(request.seed !== undefined && { options: { seed: seedOnTheWire(request.seed) } }),
    ...(request.sources.length > 0 && {
      images: request.sources.map(({ bytes }) => Buffer.from(bytes).toString('base64')),
    }),
    ...keepAliveField(keepAlive),
    stream: true,
  }
}

/** A number without a unit must be a number: the server reads text as a Go duration. */
function keepAliveField(keepAlive: string | undefined): { keep_alive?: string | number } {
  if (keepAlive === undefined) return {}
  return { keep_alive: /^-?\d+$/.test(keepAlive) ? Number(keepAlive) : keepAlive }
}

/** The answer to /api/chat in one piece; what a model thinks stands in `message.thinking`, where the server knows that it does. */
export const chatAnswer = z.object({
  error: z.string().optional(),
  message: z.object({ content: z.string().nullish() }).nullish(),
  done_reason: z.string().optional(),
})

export function chatBody(
  { model, instructions, text, picture, maxTokens }: WritingRequest,
  keepAlive: string | undefined,
): Record<string, unknown> {
  const images = picture && [Buffer.from(picture.bytes).toString('base64')]
  return {
    model,
    messages: [
      { role: 'system', content: instructions },
      { role: 'user', content: text, ...(images && { images }) },
    ],
    options: { num_predict: maxTokens },
    ...keepAliveField(keepAlive),
    stream: false,
  }
}
