// What the bodies of /v1/images/… ask for. JSON and form fields are the same but for their types. Rules OA10 … in docs/spec/openai.md.
import { z } from 'zod'
import { GenerationRequest, Size } from '@easel/contract'
import { EaselError } from '#base/errors.ts'

/** Form fields are texts. */
const number = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess(
    (value) => (typeof value === 'string' && /^-?\d{1,16}(?:\.\d{1,6})?$/.test(value.trim()) ? Number(value) : value),
    schema,
  )
const flag = z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean())
const whole = (from: number, to: number) => {
  const words = `must be a whole number from ${from} to ${to}`
  return number(z.int(words).min(from, words).max(to, words))
}
const { model, prompt, negativePrompt, quality, style, background, outputFormat } = GenerationRequest.shape

const Asked = z.object({
  model,
  prompt,
  n: whole(1, 10).default(1),
  size: z.union([z.literal('auto'), Size], 'must look like 1024x1024').optional(),
  quality,
  style,
  background,
  output_format: outputFormat,
  response_format: z.enum(['url', 'b64_json']).optional(),
  stream: flag.default(false),
  partial_images: whole(0, 3).default(0),
  // What other servers of this interface take beside.
  seed: whole(0, Number.MAX_SAFE_INTEGER).optional(),
  negative_prompt: negativePrompt,
  steps: whole(1, 500).optional(),
  step: whole(1, 500).optional(),
  num_inference_steps: whole(1, 500).optional(),
  guidance_scale: number(z.number().min(0).max(100)).optional(),
  strength: number(z.number().min(0).max(1)).optional(),
})
export type Asked = z.output<typeof Asked>

/** @throws EaselError `validation-failed`, naming the first field at fault */
export function readAsked(body: unknown, otherwise: { readonly prompt?: string } = {}): Asked {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new EaselError('bad-request', 'We could not parse the JSON body of your request.')
  }
  // Forms have empty fields where JSON has null.
  const given = Object.entries(body).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const parsed = Asked.safeParse({ ...otherwise, ...Object.fromEntries(given) })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const name = String(issue?.path[0] ?? 'body')
  const absent = !given.some(([key]) => key === name)
  const message = absent ? `Missing required parameter: '${name}'.` : `Invalid value for '${name}': ${issue?.message}.`
  throw new EaselError('validation-failed', message, { fields: [{ field: `body.${name}`, message }] })
}

/** `auto` leaves it to the model, as saying nothing does. */
const chosen = (value: string | undefined) => (value === 'auto' ? undefined : value)

/** The same in Easel's terms. */
export function toRequest(asked: Asked): GenerationRequest {
  return {
    prompt: asked.prompt,
    n: asked.n,
    size: chosen(asked.size),
    quality: chosen(asked.quality),
    style: chosen(asked.style),
    background: chosen(asked.background),
    outputFormat: chosen(asked.output_format),
    seed: asked.seed,
    negativePrompt: asked.negative_prompt,
    steps: asked.steps ?? asked.num_inference_steps ?? asked.step,
    guidance: asked.guidance_scale,
    strength: asked.strength,
  }
}
