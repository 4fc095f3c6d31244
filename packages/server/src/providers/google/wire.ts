import { z } from 'zod'
import type { TokenUsage } from '../kit/token-usage.ts'
import type { Cost, ImageRequest } from '../spec/provider.ts'
import type { WritingRequest } from '../spec/writing.ts'
import { options, settings } from './options.ts'

export const modelsAnswer = z.object({
  models: z
    .array(
      z.object({
        name: z.string(),
        displayName: z.string().optional(),
        supportedGenerationMethods: z.array(z.string()).optional(),
      }),
    )
    .default([]),
  nextPageToken: z.string().optional(),
})

const tokens = z.number().nonnegative().default(0)

const part = z.object({
  text: z.string().optional(),
  thought: z.boolean().optional(),
  inlineData: z.object({ mimeType: z.string().optional(), data: z.string() }).optional(),
})

const candidate = z.object({
  finishReason: z.string().optional(),
  finishMessage: z.string().optional(),
  content: z.object({ parts: z.array(part).default([]) }).optional(),
})

export const contentAnswer = z.object({
  candidates: z.array(candidate).default([]),
  promptFeedback: z
    .object({ blockReason: z.string().optional(), blockReasonMessage: z.string().optional() })
    .optional(),
  /** A server that counts strangely gives no usage rather than a wrong cost. */
  usageMetadata: z
    .object({ promptTokenCount: tokens, candidatesTokenCount: tokens, thoughtsTokenCount: tokens })
    .optional()
    .catch(undefined),
  error: z.unknown().optional(),
})
export type ContentAnswer = z.infer<typeof contentAnswer>

export const predictAnswer = z.object({
  predictions: z
    .array(z.object({ bytesBase64Encoded: z.string().optional(), raiFilteredReason: z.string().optional() }))
    .default([]),
  error: z.unknown().optional(),
})

const categories = ['HARASSMENT', 'HATE_SPEECH', 'SEXUALLY_EXPLICIT', 'DANGEROUS_CONTENT']

/** The body of `:generateContent`: the prompt first, then the pictures it speaks of, in order. */
export function contentBody(request: ImageRequest): Record<string, unknown> {
  const { temperature, threshold, commentary } = options.parse(request.options)
  const { aspectRatio, quality, seed } = request
  const pictures = request.sources.map(({ mimeType, bytes }) => ({
    inlineData: { mimeType, data: Buffer.from(bytes).toString('base64') },
  }))
  const imageConfig = {
    ...(aspectRatio !== undefined && { aspectRatio }),
    ...(quality !== undefined && { imageSize: quality }),
  }
  return {
    contents: [{ role: 'user', parts: [{ text: request.prompt }, ...pictures] }],
    generationConfig: {
      responseModalities: commentary === true ? ['TEXT', 'IMAGE'] : ['IMAGE'],
      ...(seed !== undefined && { seed }),
      ...(temperature !== undefined && { temperature }),
      ...(Object.keys(imageConfig).length > 0 && { imageConfig }),
    },
    ...(threshold !== undefined && {
      safetySettings: categories.map((name) => ({ category: `HARM_CATEGORY_${name}`, threshold })),
    }),
  }
}

/** The body of `:generateContent` where words are wanted. What the model thinks counts as output, too. */
export function wordsBody({ instructions, text, picture, maxTokens }: WritingRequest): Record<string, unknown> {
  const { mimeType, bytes } = picture ?? {}
  const data = bytes && Buffer.from(bytes).toString('base64')
  return {
    systemInstruction: { parts: [{ text: instructions }] },
    contents: [
      { role: 'user', parts: [{ text }, ...(data === undefined ? [] : [{ inlineData: { mimeType, data } }])] },
    ],
    generationConfig: { maxOutputTokens: maxTokens },
  }
}

/** The body of Imagen's `:predict`. */
export function predictBody(request: ImageRequest): Record<string, unknown> {
  const { prompt, n, aspectRatio, quality } = request
  return {
    instances: [{ prompt }],
    parameters: {
      sampleCount: n,
      ...(aspectRatio !== undefined && { aspectRatio }),
      ...(quality !== undefined && { sampleImageSize: quality }),
    },
  }
}

/** Thoughts count as output. */
export function usageOf(used: ContentAnswer['usageMetadata']): TokenUsage | undefined {
  if (used === undefined) return undefined
  return { inputTokens: used.promptTokenCount, outputTokens: used.candidatesTokenCount + used.thoughtsTokenCount }
}

/** The cost by the prices that the connection names, or null where price or use is not known. Thoughts count as output. */
export function costOf(chosen: Readonly<Record<string, unknown>>, used: ContentAnswer['usageMetadata']): Cost | null {
  const { outputPrice, inputPrice = 0 } = settings.parse(chosen)
  if (outputPrice === undefined || !used) return null
  const output = used.candidatesTokenCount + used.thoughtsTokenCount
  return { amount: (used.promptTokenCount * inputPrice + output * outputPrice) / 1e6, currency: 'USD' }
}
