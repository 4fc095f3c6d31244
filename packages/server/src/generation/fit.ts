import { randomInt } from 'node:crypto'
import type { Adjustment, Capabilities, ImageSpec, NumberRange } from '@easel/contract'
import type { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import { fitSize } from './fit-size.ts'
import type { Fitted } from './fitted.ts'

type ChoiceField = 'quality' | 'style' | 'background' | 'outputFormat' | 'sampler'
type Choice = NonNullable<Capabilities[ChoiceField]>
type NumberField = 'steps' | 'guidance' | 'strength'

const choiceFields: readonly ChoiceField[] = ['quality', 'style', 'background', 'outputFormat', 'sampler']
const numberFields: readonly NumberField[] = ['steps', 'guidance', 'strength']

/** Engines without a limit of their own get seeds that every other engine takes too, so that they can be tried elsewhere. */
const randomSeedLimit = 2 ** 32

const lacks = (what: string) => `This model has no setting for ${what}.`

function fitNumber(range: NumberRange, asked: number): number {
  const step = range.step ?? 0
  const stepped = step > 0 ? range.min + Math.round((asked - range.min) / step) * step : asked
  return Math.min(Math.max(Number(stepped.toFixed(6)), range.min), range.max)
}

/** `hd` and `standard` are what the older APIs call the best and the usual quality. */
function fitChoice(field: ChoiceField, { values, default: usual }: Choice, asked: string): string | null {
  const exact = values.find((value) => value.toLowerCase() === asked.toLowerCase())
  if (exact !== undefined) return exact
  if (field === 'quality' && asked === 'hd') return values.at(-1) ?? null
  if (field === 'quality' && asked === 'standard') return usual
  return null
}

function fitNumbers(spec: ImageSpec, capabilities: Capabilities) {
  const values: Partial<Record<NumberField, number>> = {}
  const adjustments: Adjustment[] = []
  for (const field of numberFields) {
    const asked = spec[field]
    const range = capabilities[field]
    if (asked === undefined) continue
    if (range === null) {
      adjustments.push({ field, asked, used: null, reason: lacks(field) })
      continue
    }
    const used = fitNumber(range, asked)
    values[field] = used
    const reason = `This model takes ${range.min} to ${range.max}.`
    if (used !== asked) adjustments.push({ field, asked, used, reason })
  }
  return { values, adjustments }
}

function fitChoices(spec: ImageSpec, capabilities: Capabilities) {
  const values: Partial<Record<ChoiceField, string>> = {}
  const adjustments: Adjustment[] = []
  for (const field of choiceFields) {
    const asked = spec[field]
    const choice = capabilities[field]
    if (asked === undefined) continue
    const used = choice === null ? null : fitChoice(field, choice, asked)
    if (used !== null) values[field] = used
    const reason = choice === null ? lacks(field) : `This model takes ${choice.values.join(', ')}.`
    if (used !== asked) adjustments.push({ field, asked, used, reason })
  }
  return { values, adjustments }
}

function fitSeed(spec: ImageSpec, { seedMax }: Capabilities) {
  if (seedMax === null) {
    const adjustments: Adjustment[] =
      spec.seed === undefined ? [] : [{ field: 'seed', asked: spec.seed, used: null, reason: lacks('the seed') }]
    return { seed: null, adjustments }
  }
  return { seed: spec.seed ?? randomInt(Math.min(seedMax + 1, randomSeedLimit)), adjustments: [] }
}

/** An unusable picture is refused, never dropped: the result would be something else than what was asked for. */
function checkSources(spec: ImageSpec, capabilities: Capabilities): void {
  const sources = spec.sources ?? []
  const refuse = (field: string, message: string): never => {
    throw new EaselError('unsupported-option', message, { fields: [{ field: `body.${field}`, message }] })
  }
  if (sources.length > 0 && capabilities.sources === 0) refuse('sources', 'This model works from text alone.')
  if (sources.length > capabilities.sources) {
    refuse('sources', `This model takes ${capabilities.sources} source pictures at most.`)
  }
  if (spec.mask !== undefined && !capabilities.mask) refuse('mask', 'This model takes no mask.')
  if (spec.mask !== undefined && sources.length === 0) refuse('mask', 'A mask needs a source picture.')
}

function fitOptions(schema: z.ZodObject, options: Readonly<Record<string, unknown>>) {
  const parsed = schema.safeParse(options)
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, message }) => ({
      field: ['body', 'options', ...path].join('.'),
      message,
    }))
    throw new EaselError('validation-failed', 'An option of this engine is not valid.', { fields })
  }
  const adjustments = Object.keys(options)
    .filter((key) => !(key in parsed.data))
    .map((key): Adjustment => ({ field: `options.${key}`, asked: options[key], used: null, reason: lacks(key) }))
  return { options: parsed.data, adjustments }
}

/**
 * Maps what a model lacks to the nearest it has, or drops it, before anything is sent; each change is listed.
 * @throws EaselError `unsupported-option` for an unusable source picture or mask; with `strict`, for any change
 */
export function fit(
  spec: ImageSpec,
  model: { readonly capabilities: Capabilities; readonly optionsSchema: z.ZodObject },
  strict: boolean,
): { fitted: Fitted; adjustments: readonly Adjustment[] } {
  const { capabilities } = model
  checkSources(spec, capabilities)
  const size = fitSize(capabilities.size, spec)
  const numbers = fitNumbers(spec, capabilities)
  const choices = fitChoices(spec, capabilities)
  const seed = fitSeed(spec, capabilities)
  const options = fitOptions(model.optionsSchema, spec.options ?? {})
  const negative = (spec.negativePrompt ?? '').trim() === '' ? undefined : spec.negativePrompt
  const droppedNegative: Adjustment[] =
    negative === undefined || capabilities.negativePrompt
      ? []
      : [{ field: 'negativePrompt', asked: negative, used: null, reason: lacks('what to leave out') }]
  const adjustments = [size, numbers, choices, seed, options]
    .flatMap((part) => part.adjustments)
    .concat(droppedNegative)
  if (strict && adjustments.length > 0) {
    const fields = adjustments.map(({ field, reason }) => ({ field: `body.${field}`, message: reason }))
    throw new EaselError('unsupported-option', 'This model cannot do all that was asked.', { fields })
  }
  const fitted: Fitted = {
    ...(negative !== undefined && capabilities.negativePrompt ? { negativePrompt: negative } : {}),
    ...size.shape,
    ...numbers.values,
    ...choices.values,
    seed: seed.seed,
    seedMax: capabilities.seedMax,
    sources: spec.sources ?? [],
    ...(spec.mask === undefined ? {} : { mask: spec.mask }),
    options: options.options,
  }
  return { fitted, adjustments }
}
