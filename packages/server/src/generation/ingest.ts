import { setImmediate } from 'node:timers/promises'
import { giveBack } from '#base/give-back.ts'
import { newId } from '#base/ids.ts'
import type { Json } from '#base/json.ts'
import { checkComplete } from '#media/complete.ts'
import { digestInTurns, type Digest } from '#media/digest.ts'
import { embedMetadata } from '#media/embed.ts'
import { MediaError } from '#media/media-error.ts'
import { probe, type Probed } from '#media/probe.ts'
import type { Db } from '#db/database.ts'
import type { Draft } from '#library/keep.ts'
import type { Provider, ProducedImage } from '#providers/spec/provider.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { filenameFor } from './filename.ts'
import type { Fitted } from './fitted.ts'
import { requestOf, tagsOfRow, type GenerationRow } from './generation-record.ts'
import { promptOf } from './prompt.ts'
import { addToSeed } from './seed.ts'
import { storableJson, storableText } from './storable.ts'

export interface Ingested {
  readonly bytes: Uint8Array
  readonly draft: Draft
  /** Still being made. */
  readonly digest: Promise<Digest>
}

/** @throws ProviderError `malformed-response` when what an engine sent is no whole picture */
function inspect(bytes: Uint8Array): Probed {
  try {
    const probed = probe(bytes)
    checkComplete(bytes)
    return probed
  } catch (error) {
    if (!(error instanceof MediaError)) throw error
    throw new ProviderError('malformed-response', `The engine sent a file that cannot be used: ${error.message}`, {
      cause: error,
    })
  }
}

const present = <T>(key: string, value: T | undefined): Record<string, T> =>
  value === undefined ? {} : { [key]: value }

const storableParameters = (parameters: Readonly<Record<string, Json>>): Record<string, Json> =>
  Object.fromEntries(Object.entries(parameters).map(([key, value]) => [storableText(key), storableJson(value)]))

/** What was really asked of the engine, for the picture's story. */
function parametersOf(fitted: Fitted, produced: ProducedImage): Record<string, unknown> {
  const { negativePrompt: _negative, seed: _seed, seedMax: _max, parent: _parent, ...rest } = fitted
  const { sources, mask, options, ...settings } = rest
  return {
    ...settings,
    ...(sources.length === 0 ? {} : { sources }),
    ...present('mask', mask),
    ...options,
    ...(produced.parameters === undefined ? {} : storableParameters(produced.parameters)),
  }
}

/** Picture i of a batch has the asked seed + i. Where the engine took none it may have told the one it drew. */
function seedOf(row: GenerationRow, index: number, produced: ProducedImage): number | null {
  if (row.seed !== null) return addToSeed(row.seed, index, Number.MAX_SAFE_INTEGER)
  const { seed } = produced
  return seed !== undefined && Number.isSafeInteger(seed) && seed >= 0 ? seed : null
}

/** The file with its story in it; as it came where it cannot be written into. */
function mark(bytes: Uint8Array, story: Parameters<typeof embedMetadata>[1]): Uint8Array {
  try {
    return embedMetadata(bytes, story)
  } catch (error) {
    // A picture without its story is worth more than none.
    if (error instanceof MediaError) return bytes
    throw error
  }
}

const textOrNull = (text: string | undefined): string | null => (text === undefined ? null : storableText(text))

/**
 * Turns what an engine made into a picture of the library: checked, marked as made by AI with its parameters (pixels
 * untouched) and named; it is hashed while it is stored.
 * @param index which picture of the generation, from 0
 * @param produced its bytes are not to be used afterwards: only those of the result are
 * @throws ProviderError `malformed-response`
 */
export async function ingest(
  row: GenerationRow,
  { db, fitted, provider, index }: { db: Db; fitted: Fitted; provider: Provider; index: number },
  produced: ProducedImage,
): Promise<Ingested> {
  // This takes milliseconds, and so did reading the engine's answer: what is ready to be sent to others goes first.
  await setImmediate()
  const probed = inspect(produced.bytes)
  const seed = seedOf(row, index, produced)
  const prompt = promptOf(row, index)
  const typed = requestOf(row).prompt
  const { steps, guidance, sampler, negativePrompt } = fitted
  const bytes = mark(produced.bytes, {
    ai: provider.manifest.ai,
    composite: fitted.sources.length > 0,
    prompt,
    ...present('negativePrompt', negativePrompt),
    ...present('steps', steps),
    ...present('guidance', guidance),
    ...present('sampler', sampler),
    ...(seed === null ? {} : { seed }),
    width: probed.width,
    height: probed.height,
    model: row.model,
  })
  if (bytes !== produced.bytes) giveBack(produced.bytes)
  const id = newId()
  const digest = digestInTurns(bytes)
  return {
    bytes,
    digest,
    draft: {
      id,
      generationId: row.id,
      generationIndex: index,
      filename: await filenameFor(db, row, { id, index, digest, extension: probed.extension }),
      source: 'generated',
      mimeType: probed.mimeType,
      bytes: bytes.length,
      width: probed.width,
      height: probed.height,
      prompt,
      typedPrompt: typed === prompt ? null : typed,
      revisedPrompt: textOrNull(produced.revisedPrompt),
      negativePrompt: negativePrompt ?? null,
      description: textOrNull(produced.description),
      model: row.model,
      provider: row.provider,
      seed,
      parameters: parametersOf(fitted, produced),
      parentId: fitted.sources[0] ?? fitted.parent ?? null,
      tags: tagsOfRow(row),
      createdAt: new Date().toISOString(),
    },
  }
}
