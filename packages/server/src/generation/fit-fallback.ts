// What a request becomes on another engine than the one it was made for.
import type { Adjustment, ImageSpec } from '@easel/contract'
import type { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { Fallback } from '#connections/choice.ts'
import { fit } from './fit.ts'
import type { Fitted } from './fitted.ts'

export interface ForFallback {
  readonly spec: ImageSpec
  /** The model that was asked for first, or null where none was named. */
  readonly model: string | null
  /** The seed that was drawn for the first engine, or null. */
  readonly seed: number | null
  /** Why the first engine did not take it. */
  readonly reason: string
  readonly strict: boolean
}

const dropped = (field: string, asked: unknown, reason: string): Adjustment => ({ field, asked, used: null, reason })

/** Options are another engine's: what this one has and takes is kept, the rest is listed. */
function usableOptions(schema: z.ZodObject, options: Readonly<Record<string, unknown>>) {
  const issues = schema.safeParse(options).error?.issues ?? []
  const wrong = new Set(issues.map(({ path: [first] }) => String(first)))
  const kept = Object.fromEntries(Object.entries(options).filter(([name]) => !wrong.has(name)))
  const adjustments = Object.entries(options)
    .filter(([name]) => wrong.has(name))
    .map(([name, asked]) => dropped(`options.${name}`, asked, 'This engine does not take that value.'))
  return { options: kept, adjustments }
}

/** Where the rest of the request is still what was asked for, pictures that a model cannot take are left out and listed. */
function usablePictures({ sources = [], mask }: ImageSpec, takes: { sources: number; mask: boolean }) {
  if (sources.length > 0 && takes.sources === 0) return null
  const kept = sources.slice(0, takes.sources)
  const fewer: Adjustment[] =
    kept.length === sources.length
      ? []
      : [{ field: 'sources', asked: sources, used: kept, reason: `This model takes ${takes.sources} source pictures.` }]
  const unmasked = mask === undefined || takes.mask ? [] : [dropped('mask', mask, 'This model takes no mask.')]
  return { sources: kept, mask: takes.mask ? mask : undefined, adjustments: [...fewer, ...unmasked] }
}

/**
 * The request as the fallback can take it, with all that differs from what was asked; who draws it comes first.
 * Null: it would not be the same request any more, because the fallback works from text alone or nothing may be adjusted.
 */
export function fitFallback(
  { spec, model, seed, reason, strict }: ForFallback,
  { first, engine }: Fallback,
): { fitted: Fitted; adjustments: readonly Adjustment[] } | null {
  const { capabilities, id } = engine.model
  const optionsSchema = engine.provider.manifest.options
  const pictures = usablePictures(spec, capabilities)
  if (pictures === null) return null
  const { options, adjustments: withoutOptions } = usableOptions(optionsSchema, spec.options ?? {})
  const { mask: _mask, seed: askedSeed, ...rest } = spec
  // A seed that nobody asked for is not missed.
  const wantedSeed = askedSeed ?? (capabilities.seedMax === null ? undefined : (seed ?? undefined))
  const usable: ImageSpec = {
    ...rest,
    options,
    sources: pictures.sources,
    ...(pictures.mask === undefined ? {} : { mask: pictures.mask }),
    ...(wantedSeed === undefined ? {} : { seed: wantedSeed }),
  }
  const lost = [...pictures.adjustments, ...withoutOptions]
  if (strict && lost.length > 0) return null
  try {
    const { fitted, adjustments } = fit(usable, { capabilities, optionsSchema }, strict)
    const who: Adjustment = { field: 'connection', asked: first.name, used: engine.connection.name, reason }
    const which: Adjustment[] =
      model === null || model === id
        ? []
        : [
            {
              field: 'model',
              asked: model,
              used: id,
              reason: `The engine ${engine.connection.name} does not have that model.`,
            },
          ]
    return { fitted, adjustments: [who, ...which, ...lost, ...adjustments] }
  } catch (error) {
    if (error instanceof EaselError && error.code === 'unsupported-option') return null
    throw error
  }
}
