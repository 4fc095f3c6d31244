// From contract B's terms to Easel's.
import { randomInt } from 'node:crypto'
import { GenerationRequest } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Server } from './engine.ts'
import { invalid, notJson } from './errors.ts'
import { largestRandomSeed, settingsSchema, type Family, type Settings } from './fields.ts'

/** What engines of FLUX call the guidance that is built into the model, beside the usual one. */
const distilled = ['distilled_cfg_scale', 'distilled_guidance'] as const
const tiling = 'vae_tiling'

/** @throws EaselError in contract B's words */
export function readSettings(family: Family, body: unknown): Settings {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw notJson()
  const given = Object.fromEntries(Object.entries(body))
  const parsed = settingsSchema(family).safeParse(given)
  if (!parsed.success) throw invalid(parsed.error, given)
  const { width, height } = parsed.data
  if (family === 'flux' && (width % 16 !== 0 || height % 16 !== 0)) {
    throw new EaselError('bad-request', 'Width and height must be divisible by 16 for FLUX')
  }
  return parsed.data
}

/** Guidance in the words of whoever draws: FLUX has one that is built in, and few engines take the usual one beside it. */
function guidanceOf(family: Family, { cfg_scale: scale, guidance }: Settings, { options }: Server) {
  if (family === 'sdxl' || guidance === undefined) return { guidance: scale }
  const own = distilled.find((name) => options.has(name))
  if (own !== undefined) return { guidance: scale, options: { [own]: guidance } }
  // What the engine lacks is listed where somebody asked for it.
  return { guidance, ...(scale === 1 ? {} : { options: { cfg_scale: scale } }) }
}

export interface Draw {
  readonly request: GenerationRequest
  readonly seed: number
}

/** The request, with a seed of its own where none was given. @param sourceId the picture to begin with, or null */
export function toDraw(
  family: Family,
  {
    settings,
    server,
    sourceId,
  }: { readonly settings: Settings; readonly server: Server; readonly sourceId: string | null },
): Draw {
  const { prompt, negative_prompt: negative, width, height, num_images: n, steps, tiled } = settings
  const seed = settings.seed ?? randomInt(largestRandomSeed + 1)
  const negated = family === 'sdxl' || settings.cfg_scale > 1
  const { options = {}, guidance } = guidanceOf(family, settings, server)
  const all = { ...options, ...(tiled ? { [tiling]: true } : {}) }
  const parsed = GenerationRequest.safeParse({
    connectionId: server.connectionId,
    ...(server.model === undefined ? {} : { model: server.model }),
    prompt,
    ...(negated && negative.trim() !== '' ? { negativePrompt: negative } : {}),
    size: `${width}x${height}`,
    n,
    steps,
    guidance,
    seed,
    ...(sourceId === null ? {} : { sources: [sourceId], strength: settings.denoising_strength }),
    ...(Object.keys(all).length === 0 ? {} : { options: all }),
  })
  if (!parsed.success) throw invalid(parsed.error, { ...settings })
  return { request: parsed.data, seed }
}
