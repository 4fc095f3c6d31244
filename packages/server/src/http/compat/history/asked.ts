// What the body of POST /generate asks for.
import { z } from 'zod'
import { GenerationRequest } from '@easel/contract'
import { EaselError } from '#base/errors.ts'

/** The request in the contract's own terms, defaults filled in. */
export interface Asked {
  readonly model: string
  readonly prompt: string
  readonly seed: number | undefined
  readonly width: number
  readonly height: number
  readonly steps: number
  /** False: no lines but the last. */
  readonly stream: boolean
}

const missing = (field: string) =>
  z.string(`${field} must be a text`).refine((text) => text.trim() !== '', `${field} is missing`)

const side = (field: string) => {
  const message = `${field} must be a whole number from 1 to 99999`
  return z.int(message).min(1, message).max(99_999, message)
}

const seedWords = `seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`
const seed = z.int(seedWords).min(0, seedWords)
const stepsWords = 'steps must be a whole number from 1 to 500'

/** Numbers from form fields come as text. */
const number = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value) : value),
    schema,
  )

/** `suffix`, `system` and `template` are about texts and change no picture: they are unknown fields here. */
const Body = z.object({
  model: missing('model'),
  prompt: missing('prompt'),
  seed: number(seed).optional(),
  width: number(side('width')).default(512),
  height: number(side('height')).default(512),
  steps: number(z.int(stepsWords).min(1, stepsWords).max(500, stepsWords)).default(12),
  options: z.object({ seed: number(seed).optional().catch(undefined) }).catch({}),
  stream: z.boolean().catch(true),
})

const withoutNulls = (fields: object) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null))

const refuse = (message: string) => new EaselError('bad-request', message)

/** @throws EaselError `bad-request` */
export function readAsked(body: unknown): Asked {
  if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw refuse('Invalid JSON body')
  }
  const parsed = Body.safeParse({ options: {}, stream: true, model: '', prompt: '', ...withoutNulls(body ?? {}) })
  if (!parsed.success) throw refuse(parsed.error.issues[0]?.message ?? 'The request is not valid')
  const { options, prompt, ...asked } = parsed.data
  return { ...asked, prompt: prompt.replaceAll(/\r\n|[\r\n]/g, ' '), seed: asked.seed ?? options.seed }
}

/** The same in Easel's terms. @throws EaselError `bad-request` for a text that cannot be kept */
export function toRequest(asked: Asked, engine: { connectionId: string; model: string }): GenerationRequest {
  const parsed = GenerationRequest.safeParse({
    ...engine,
    prompt: asked.prompt,
    size: `${asked.width}x${asked.height}`,
    steps: asked.steps,
    ...(asked.seed === undefined ? {} : { seed: asked.seed }),
  })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw refuse(`${issue?.path.join('.') ?? 'request'}: ${issue?.message ?? 'is not valid'}`)
}
