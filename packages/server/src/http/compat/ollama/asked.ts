// What the body of /api/generate asks for. Rules OL10 … in docs/spec/ollama.md.
import { z } from 'zod'
import { GenerationRequest } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Resolved } from '#connections/choice.ts'

const { prompt } = GenerationRequest.shape
const side = z.number().transform((value) => Math.min(Math.max(Math.round(value), 0), 99_999))
const steps = z.number().transform((value) => Math.min(Math.max(Math.round(value), 0), 500))
/** To Ollama 0 means any, as a negative number does. */
const seed = z.number().refine(Number.isSafeInteger, 'must be a whole number')

const Body = z.object({
  model: z.string('model is required').min(1, 'model is required').max(500),
  prompt: prompt.optional(),
  width: side.optional(),
  height: side.optional(),
  steps: steps.optional(),
  seed: seed.optional(),
  options: z.object({ seed: seed.optional().catch(undefined) }).catch({}),
  images: z.array(z.string()).max(16).optional(),
  stream: z.boolean().catch(true).default(true),
})
export type Asked = z.output<typeof Body>

/** @throws EaselError `bad-request` */
export function readAsked(body: unknown): Asked {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new EaselError('bad-request', 'missing request body')
  }
  // Without words a model is only to be loaded.
  const given = Object.entries({ options: {}, ...body }).filter(([, value]) => value !== null && value !== '')
  const parsed = Body.safeParse(Object.fromEntries(given))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const message = issue?.message ?? 'is not valid'
  const name = issue?.path.join('.') ?? ''
  throw new EaselError('bad-request', message.startsWith(name) ? message : `${name}: ${message}`)
}

/** 0 is as if it were absent. */
const some = (value: number | undefined) => (value === undefined || value <= 0 ? undefined : value)

const usualSide = 1024

/** The same in Easel's terms, without the pictures. */
export function toRequest(asked: Asked, words: string, { connection, model }: Resolved): GenerationRequest {
  const [width, height] = [some(asked.width), some(asked.height)]
  const sized = width !== undefined || height !== undefined
  return {
    connectionId: connection.id,
    model: model.id,
    prompt: words,
    size: sized ? `${width ?? usualSide}x${height ?? usualSide}` : undefined,
    steps: some(asked.steps),
    seed: some(asked.options.seed ?? asked.seed),
  }
}
