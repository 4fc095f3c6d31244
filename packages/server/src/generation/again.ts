// A picture or a generation again, the same or varied. Rules RG1 … in docs/spec/prompts.md.
import { GenerationRequest, type Adjustment, type AgainRequest, type ImageSpec } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Connections } from '#connections/connections.ts'
import type { Db } from '#db/database.ts'
import type { ImageRow } from '#library/image-record.ts'
import { fallbackFromOf, requestOf, resolutionOf, tagsOfRow, type GenerationRow } from './generation-record.ts'
import { addToSeed } from './seed.ts'
import type { Asked, SubmitOptions } from './submit.ts'

interface Ports {
  readonly db: Db
  readonly connections: Pick<Connections, 'list' | 'resolve'>
}

/** What a picture was made with, as far as it is known. */
interface Known {
  readonly image: ImageRow
  /** Null: it was brought in, or its generation is no longer known. */
  readonly generation: GenerationRow | null
}

export interface Repeat {
  readonly request: GenerationRequest
  readonly options: Pick<SubmitOptions, 'promptLanguage' | 'resolution' | 'parentImageId' | 'differences'>
}

const texts = ['quality', 'style', 'background', 'outputFormat', 'sampler'] as const
const numbers = ['steps', 'guidance', 'strength'] as const

/** What the picture's own record says; what is no value of ours is left to the model. */
function specOfImage({ prompt, typed_prompt: typed, negative_prompt: negative, ...image }: ImageRow): ImageSpec {
  if (prompt === null || prompt.trim() === '') {
    throw new EaselError('validation-failed', 'Nothing is known of how this picture was made.', {
      fields: [{ field: 'params.id', message: 'has no prompt' }],
    })
  }
  const parameters = typeof image.parameters === 'object' && image.parameters !== null ? image.parameters : {}
  const told = new Map<string, unknown>(Object.entries(parameters))
  const kept = [
    ...texts.filter((name) => typeof told.get(name) === 'string'),
    ...numbers.filter((name) => typeof told.get(name) === 'number'),
  ].filter((name) => GenerationRequest.shape[name].safeParse(told.get(name)).success)
  const spec = {
    prompt: typed ?? prompt,
    ...(typed === null ? {} : { refinedPrompt: prompt }),
    ...(negative === null ? {} : { negativePrompt: negative }),
    size: `${image.width}x${image.height}`,
    ...Object.fromEntries(kept.map((name) => [name, told.get(name)])),
  }
  return GenerationRequest.parse(spec)
}

/** What was asked for, with the words that a text model made of the prompt meanwhile. */
function specOf({ image, generation }: Known): ImageSpec {
  if (generation === null) return specOfImage(image)
  const spec = requestOf(generation)
  const drawn = image.prompt
  const refined = generation.resolution === null && drawn !== null && drawn !== spec.prompt
  return refined ? { ...spec, refinedPrompt: drawn } : spec
}

interface Target {
  readonly connectionId?: string
  readonly model?: string
  /** Said where it is not who drew it. */
  readonly instead: string | null
}

/** Of what was brought in nobody knows whether an engine of that kind here has its model. */
async function hasModel(connections: Ports['connections'], userId: string, wanted: object): Promise<boolean> {
  try {
    await connections.resolve(userId, wanted)
    return true
  } catch (error) {
    if (error instanceof EaselError && error.code === 'unknown-model') return false
    throw error
  }
}

/** Who drew it, where that one can be asked; else whoever is asked usually. */
async function targetOf({ connections }: Ports, userId: string, { image, generation }: Known): Promise<Target> {
  const usable = await connections.list(userId)
  const from = generation === null ? null : fallbackFromOf(generation)
  const isFirst = from !== null && from.model === image.model && generation?.model !== image.model
  const wanted = isFirst ? from.connectionId : (generation?.connection_id ?? null)
  const model = image.model === null || image.model === '' ? {} : { model: image.model }
  if (usable.some(({ id }) => id === wanted) && wanted !== null)
    return { connectionId: wanted, ...model, instead: null }
  const alike = generation === null ? usable.find(({ provider }) => provider === image.provider) : undefined
  if (alike !== undefined && (await hasModel(connections, userId, { connectionId: alike.id, ...model }))) {
    return { connectionId: alike.id, ...model, instead: null }
  }
  return { instead: generation?.connection_name ?? image.provider ?? 'unknown' }
}

/** What will not be as it was, once it is known who draws it. */
function differencesOf({ image }: Known, { instead }: Target): NonNullable<SubmitOptions['differences']> {
  return ({ engine, fitted }: Pick<Asked, 'engine' | 'fitted'>) => {
    const differences: Adjustment[] = []
    const differs = (field: string, asked: unknown, told: Pick<Adjustment, 'used' | 'reason'>) =>
      differences.push({ field, asked, ...told })
    if (instead !== null) {
      const reason = 'The engine that drew it cannot be asked any more.'
      differs('connection', instead, { used: engine.connection.name, reason })
    }
    if (instead !== null && image.model !== null && image.model !== engine.model.id) {
      differs('model', image.model, { used: engine.model.id, reason: 'Another engine draws it.' })
    }
    if (image.seed === null) {
      const none = fitted.seed === null
      const reason = none
        ? 'This model takes no seed: it will be another picture.'
        : 'Its seed is not known: it will be another picture.'
      differs('seed', null, { used: fitted.seed, reason })
    }
    return differences
  }
}

async function generationOf({ db }: Ports, userId: string, id: string | null): Promise<GenerationRow | null> {
  if (id === null) return null
  const select = db.selectFrom('generations').selectAll().where('user_id', '=', userId).where('id', '=', id)
  return (await select.executeTakeFirst()) ?? null
}

/** The very words of this picture, with their seed. */
function sameWords({ image, generation }: Known): SubmitOptions['resolution'] {
  const before = generation === null ? null : resolutionOf(generation)
  if (before === null || image.prompt === null) return undefined
  const seed = addToSeed(before.seed, image.generation_index ?? 0, Number.MAX_SAFE_INTEGER)
  return { ...before, seed, prompts: [image.prompt] }
}

/** What an engine's own options say is that engine's alone. */
function withoutOptions({ options: _options, ...spec }: ImageSpec): ImageSpec {
  return spec
}

/**
 * The request that makes a picture again.
 * @throws EaselError `validation-failed` where nothing is known of it
 */
export async function repeatOf(
  ports: Ports,
  userId: string,
  { image, asked }: { readonly image: ImageRow; readonly asked: AgainRequest },
): Promise<Repeat> {
  const known: Known = { image, generation: await generationOf(ports, userId, image.generation_id) }
  const target = await targetOf(ports, userId, known)
  const { instead, ...engine } = target
  const { seed: _seed, n: _n, ...spec } = instead === null ? specOf(known) : withoutOptions(specOf(known))
  const { generation } = known
  const same = asked.vary !== true
  const request: GenerationRequest = {
    ...spec,
    ...engine,
    n: same ? 1 : (asked.n ?? 1),
    ...(same && image.seed !== null ? { seed: image.seed } : {}),
    ...(generation === null ? {} : { parentId: generation.id, tags: tagsOfRow(generation) }),
    ...(asked.strict === undefined ? {} : { strict: asked.strict }),
  }
  return {
    request,
    options: {
      promptLanguage: generation !== null && generation.resolution !== null,
      parentImageId: image.id,
      ...(same ? { resolution: sameWords(known), differences: differencesOf(known, target) } : {}),
    },
  }
}

/** The request of a generation as it is sent again: who was asked first is asked again. */
export function retryOf(row: GenerationRow): { readonly request: GenerationRequest; readonly options: SubmitOptions } {
  const first = fallbackFromOf(row)
  const connectionId = first?.connectionId ?? row.connection_id
  const model = first === null ? row.model : first.model
  const before = resolutionOf(row)
  // What gave no picture is tried again word for word; else a new seed says anew what varies.
  const resolution = row.state === 'succeeded' ? null : before
  const request = GenerationRequest.parse({
    ...(typeof row.request === 'object' ? row.request : {}),
    ...(connectionId === null ? {} : { connectionId }),
    ...(model === '' ? {} : { model }),
    ...(resolution === null || row.seed === null ? {} : { seed: row.seed }),
    tags: tagsOfRow(row),
    parentId: row.id,
  })
  return {
    request,
    options: {
      origin: row.origin === 'profiles' ? 'profiles' : 'easel',
      promptLanguage: before !== null,
      ...(resolution === null ? {} : { resolution }),
    },
  }
}
