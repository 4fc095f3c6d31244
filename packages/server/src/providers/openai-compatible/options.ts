import { z } from 'zod'

const list = z.string().max(4000)

/** What the connection's server can do, since there is no way to ask it. */
export const settings = z.object({
  models: list.default('').meta({
    title: 'Image models',
    description: "Names with commas between them. Empty: the server's own list, as far as it tells what draws.",
  }),
  sizes: z
    .string()
    .regex(/^\s*(?:[1-9]\d{1,4}x[1-9]\d{1,4}\s*(?:,\s*|$))*$/, 'must look like 1024x1024, 1536x1024')
    .max(1000)
    .default('')
    .meta({ title: 'Sizes', description: 'Such as 1024x1024, 1536x1024. Empty: any, up to the longest side.' }),
  longestSide: z.int().min(64).max(8192).default(2048).meta({
    title: 'Longest side',
    description: 'In pixels, where any size is taken.',
  }),
  imagesPerCall: z.int().min(1).max(10).default(1).meta({
    title: 'Pictures in one call',
    description: 'More than 1 only if the server knows "n".',
  }),
  edits: z.enum(['form', 'inline', 'none']).default('form').meta({
    title: 'Source pictures',
    description: 'form: by /images/edits; inline: in the request itself, as LocalAI does; none: from words only.',
  }),
  sources: z.int().min(1).max(16).default(1).meta({ title: 'Most source pictures' }),
  mask: z.boolean().default(false).meta({ title: 'Masks', description: 'Only with /images/edits.' }),
  seed: z.boolean().default(true).meta({
    title: 'Seed',
    description: 'Switch it off where the server refuses it, such as a gateway to OpenAI.',
  }),
  negativePrompt: z.enum(['none', 'field', 'bar']).default('none').meta({
    title: 'Negative prompt',
    description: 'field: as negative_prompt (vLLM, SGLang); bar: after a | in the prompt (LocalAI).',
  }),
  steps: z.enum(['none', 'step', 'num_inference_steps']).default('none').meta({
    title: 'Steps',
    description: 'The name that the server knows them by: step (LocalAI), num_inference_steps (vLLM, SGLang).',
  }),
  guidance: z.boolean().default(false).meta({ title: 'Guidance', description: 'Sent as guidance_scale.' }),
  quality: list.default('').meta({
    title: 'Qualities',
    description: 'From lowest to best with commas between them, such as low, medium, high. Empty: none.',
  }),
  responseFormat: z.enum(['b64_json', 'url', 'none']).default('b64_json').meta({
    title: 'Response format',
    description: 'none: it is not sent, for servers that refuse it.',
  }),
})
export type Settings = z.infer<typeof settings>

/** One request's extra options: whatever can be sent is a setting of the connection. */
export const options = z.object({})
