import { ImageFacts } from './uploads.ts'

/** What Easel's own record of a picture says. */
export interface RecordFacts {
  readonly facts: ImageFacts
  /** The picture that it was made from, by its id where it comes from. */
  readonly parentId: string | null
  readonly sha256: string
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads the record that Easel itself wrote beside a picture, in an export or in its data folder, word for word.
 * @param value parsed JSON, written by anybody
 * @returns null for what does not say that it is such a record; a sentence for one that is wrong
 */
export function factsOfRecord(value: unknown): RecordFacts | string | null {
  if (!isFields(value) || value.easel !== 1) return null
  const { id, filename, source, generationId, generationIndex, deletedAt = null, parentId = null, sha256 } = value
  const { prompt, negativePrompt, revisedPrompt, description, model, provider, seed, parameters, tags, createdAt } =
    value
  // What older records do not have.
  const { typedPrompt = null, title = null, notes = null, favourite = false, rating = 0 } = value
  const told = {
    prompt,
    typedPrompt,
    negativePrompt,
    revisedPrompt,
    description,
    title,
    notes,
    favourite,
    rating,
    model,
    provider,
    seed,
    parameters,
    tags,
    createdAt,
  }
  const exported = { id, filename, source, generationId, generationIndex, deletedAt }
  const parsed = ImageFacts.safeParse({ ...told, source: 'import', exported })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    return `Its record is wrong: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`
  }
  const parent = ImageFacts.shape.exported.unwrap().shape.id.nullable().safeParse(parentId)
  if (!parent.success) return 'Its record is wrong: parentId: must be an id'
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/.test(sha256))
    return 'Its record is wrong: sha256: must be a checksum'
  return { facts: parsed.data, parentId: parent.data, sha256 }
}
