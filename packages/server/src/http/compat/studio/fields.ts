// What contract B's studio lets people set: one table for what it is told and for what is checked.
import { z } from 'zod'

export type Family = 'sdxl' | 'flux'
export const families: readonly Family[] = ['sdxl', 'flux']

/** As a client's form shows it. */
export interface Field {
  readonly type: 'text' | 'number' | 'boolean'
  readonly label: string
  readonly default?: string | number | boolean | null
  readonly min?: number
  readonly max?: number
  readonly step?: number
  readonly presets?: readonly number[]
  readonly required?: boolean
  readonly placeholder?: string
  readonly rows?: number
  readonly help?: string
  readonly collapsible?: boolean
  readonly advanced?: boolean
  readonly img2img_only?: boolean
}

type Fields = Readonly<Record<string, Field>>

const usualDefects =
  'lowres, bad anatomy, bad hands, text, error, missing fingers, extra digit, fewer digits, cropped, worst quality, low quality, ' +
  'normal quality, jpeg artifacts, signature, watermark, username, blurry, deformed, disfigured, mutated hands, extra limbs, ' +
  'extra fingers, poorly drawn hands, poorly drawn face, bad proportions, out of frame, duplicate'

/** A seed that nobody gave: 0 … 10⁹. */
export const largestRandomSeed = 1_000_000_000

const side = (label: string, step: number): Field => ({
  type: 'number',
  label,
  default: 1024,
  min: 512,
  max: 2048,
  step,
  presets: [512, 768, 1024, 1280, 1536, 2048],
})

const prompt: Field = {
  type: 'text',
  label: 'Prompt',
  default: '',
  required: true,
  rows: 4,
  placeholder: 'What the picture shows',
}
const images: Field = { type: 'number', label: 'Number of images', default: 1, min: 1, max: 4, step: 1 }
const steps = (usual: number): Field => ({ type: 'number', label: 'Steps', default: usual, min: 10, max: 50, step: 1 })
const seed: Field = {
  type: 'number',
  label: 'Seed',
  default: null,
  min: 0,
  max: Number.MAX_SAFE_INTEGER,
  step: 1,
  placeholder: 'Random',
  help: 'The same seed gives the same picture.',
  advanced: true,
}
const denoising: Field = {
  type: 'number',
  label: 'Denoising strength',
  default: 0.75,
  min: 0,
  max: 1,
  step: 0.05,
  help: 'How much of the picture is drawn anew.',
  img2img_only: true,
}
const negative = (usual: string): Field => ({
  type: 'text',
  label: 'Negative prompt',
  default: usual,
  rows: 2,
  placeholder: 'What the picture is not to show',
  collapsible: true,
})

export const fieldsOf: Readonly<Record<Family, Fields>> = {
  sdxl: {
    prompt,
    negative_prompt: negative(usualDefects),
    width: side('Width', 8),
    height: side('Height', 8),
    num_images: images,
    steps: steps(20),
    cfg_scale: { type: 'number', label: 'CFG scale', default: 7.5, min: 1, max: 15, step: 0.5 },
    denoising_strength: denoising,
    seed,
  },
  flux: {
    prompt,
    negative_prompt: { ...negative(''), help: 'Used where the CFG scale is more than 1.' },
    width: side('Width', 16),
    height: side('Height', 16),
    num_images: images,
    steps: steps(28),
    cfg_scale: { type: 'number', label: 'CFG scale', default: 1, min: 1, max: 3, step: 0.1, advanced: true },
    guidance: { type: 'number', label: 'Guidance', default: 3.5, min: 1, max: 5, step: 0.1 },
    denoising_strength: denoising,
    seed,
    tiled: { type: 'boolean', label: 'Tiled', default: false, help: 'Needs less memory.', advanced: true },
  },
}

/** Numbers and truth come as text from forms; nothing at all is the default. */
function plain(value: unknown): unknown {
  if (value === null || value === '') return undefined
  if (typeof value !== 'string') return value
  const text = value.trim()
  if (/^[-+]?\d{1,20}(?:\.\d{1,20})?$/.test(text)) return Number(text)
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return value
}

function number(family: Family, name: string, schema: z.ZodNumber | z.ZodInt): z.ZodType<number> {
  const { default: usual, min = 0, max = 0 } = fieldsOf[family][name] ?? {}
  const bounded = schema
    .min(min, `Input should be greater than or equal to ${min}`)
    .max(max, `Input should be less than or equal to ${max}`)
  return z.preprocess((value) => plain(value) ?? usual, bounded)
}

const whole = z.int('Input should be a valid integer')
const any = z.number('Input should be a valid number')
const text = (usual: string) =>
  z.preprocess(
    (value) => (value === null ? undefined : value),
    z.string('Input should be a valid string').default(usual),
  )

/** Of one family; what the other one does not have it has all the same, at its default, so that both are read alike. */
export function settingsSchema(family: Family) {
  const { negative_prompt: negated } = fieldsOf[family]
  return z.object({
    prompt: z.string('Input should be a valid string').refine((words) => words.trim() !== '', 'Prompt is required'),
    negative_prompt: text(String(negated?.default ?? '')),
    width: number(family, 'width', whole),
    height: number(family, 'height', whole),
    num_images: number(family, 'num_images', whole),
    steps: number(family, 'steps', whole),
    cfg_scale: number(family, 'cfg_scale', any),
    guidance: family === 'flux' ? number(family, 'guidance', any) : z.undefined().catch(undefined),
    denoising_strength: number(family, 'denoising_strength', any),
    seed: z.preprocess(
      plain,
      whole.min(0, 'Input should be greater than or equal to 0').max(Number.MAX_SAFE_INTEGER).optional(),
    ),
    tiled:
      family === 'flux'
        ? z.preprocess((value) => plain(value) ?? false, z.boolean('Input should be a valid boolean'))
        : z.boolean().catch(false),
  })
}

export type Settings = z.output<ReturnType<typeof settingsSchema>>
