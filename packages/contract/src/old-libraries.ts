import { Tag } from './tags.ts'
import { ImageFacts } from './uploads.ts'

/** A picture of an older library: its bytes, or where they are, and what is known of it. */
export interface OldPicture {
  readonly file: { readonly base64: string } | { readonly dataUrl: string } | { readonly url: string }
  /** What it was called, or null. */
  readonly filename: string | null
  /** Fits {@link ImageFacts}. */
  readonly record: ImageFacts
}

type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Text that can be kept, or undefined for none. */
function text(value: unknown, max = 100_000): string | undefined {
  if (typeof value !== 'string') return undefined
  const plain = value.slice(0, max).replaceAll('\0', '').toWellFormed().trim()
  return plain === '' ? undefined : plain
}

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}

/** Contract A's ids are local time: `YYYYMMDDhhmmss`. */
export function timeOfId(id: unknown): number {
  const match = typeof id === 'string' ? /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:_\d+)?$/.exec(id) : null
  if (match === null) return Number.NaN
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}`)
}

/** A time in any of the forms that the older systems wrote, as ISO 8601, or undefined. */
export function time(value: unknown): string | undefined {
  const ms = typeof value === 'string' ? (/^\d{12,14}$/.test(value) ? Number(value) : Date.parse(value)) : value
  if (typeof ms !== 'number' || !(ms >= 0 && ms < Date.UTC(9999, 0))) return undefined
  return new Date(ms).toISOString()
}

/** Without what is undefined. */
function present(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

/** The record of what fits; a field that does not is left out. */
function recordOf(fields: Fields): ImageFacts {
  const entries = Object.entries(present({ ...fields, source: 'import' }))
  const fitting = entries.filter(([key, value]) => ImageFacts.safeParse({ [key]: value }).success)
  return ImageFacts.parse(Object.fromEntries(fitting))
}

function parametersOf(...sources: readonly Fields[]): Fields | undefined {
  const [first = {}, ...rest] = sources
  const found = {
    ...first,
    ...present(
      Object.fromEntries(
        rest.flatMap((fields) =>
          ['steps', 'width', 'height', 'aspectRatio', 'suffix'].map((key) => {
            const value = fields[key]
            return [key, typeof value === 'number' ? value : text(value, 1000)] as const
          }),
        ),
      ),
    ),
  }
  return Object.keys(found).length === 0 ? undefined : found
}

/**
 * What the record beside a picture says: Easel's own (`<name>.json` in its data folder and in an export), or contract A's. Whatever does
 * not fit is left out.
 * @param value parsed JSON, written by anybody
 */
export function factsOfSidecar(value: unknown): ImageFacts {
  if (!isFields(value)) return recordOf({})
  const settings = isFields(value.settings) ? value.settings : {}
  const said = { ...settings, ...value }
  return recordOf({
    prompt: text(said.prompt),
    negativePrompt: text(said.negativePrompt),
    revisedPrompt: text(said.revisedPrompt),
    description: text(said.description),
    model: text(said.model, 300),
    provider: text(said.provider, 100),
    seed: wholeNumber(said.seed),
    parameters: parametersOf(isFields(value.parameters) ? value.parameters : {}, settings),
    tags: Array.isArray(value.tags) ? value.tags.filter((tag) => Tag.safeParse(tag).success).slice(0, 100) : undefined,
    createdAt: time(value.createdAt) ?? time(value.timestamp) ?? time(timeOfId(value.id)),
  })
}

/** Contract A's history item. */
function fromHistory(item: Fields): OldPicture | null {
  const file = fileOf(item.image)
  if (file === null || !isFields(item.settings)) return null
  return { file, filename: null, record: factsOfSidecar(item) }
}

/** Contracts C and D name the picture by its address. */
function fromAddress(item: Fields): OldPicture | null {
  const file = [item.imageUrl, item.image_url, item.url].map(addressOf).find((found) => found !== null) ?? null
  if (file === null) return null
  const prompt = text(item.prompt)
  const description = text(item.description)
  const revised = text(item.refined_prompt) ?? text(item.refinedPrompt)
  return {
    file,
    filename: text(item.filename, 300) ?? null,
    record: recordOf({
      prompt,
      negativePrompt: text(item.negativePrompt),
      revisedPrompt: revised === prompt ? undefined : revised,
      description: description === prompt ? undefined : description,
      model: text(item.model, 300),
      provider: text(item.provider, 100),
      seed: wholeNumber(item.seed),
      parameters: parametersOf({}, item),
      createdAt: time(item.timestamp) ?? time(item.createdAt) ?? time(item.created_at),
    }),
  }
}

function fileOf(value: unknown): OldPicture['file'] | null {
  if (typeof value !== 'string') return null
  if (value.startsWith('data:')) return /^data:[^,]{0,200};base64,./s.test(value) ? { dataUrl: value } : null
  return value !== '' && /^[\w+/\r\n-]*={0,2}\s*$/.test(value) ? { base64: value } : null
}

function addressOf(value: unknown): OldPicture['file'] | null {
  if (typeof value !== 'string') return null
  if (value.startsWith('data:')) return fileOf(value)
  // A path on the server that it came from; `//` would lead to another one.
  const plain = /^\/(?![/\\])\S+$/.test(value) || /^https?:\/\/[^\s/\\]\S*$/i.test(value)
  return plain && value.length <= 2000 ? { url: value } : null
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    // Some other program's, under the same name.
    return null
  }
}

/**
 * The pictures that the web pages of the older systems kept in a browser: contract A's `ollama_image_history`, contract C's and
 * contract D's saved arrays. Tells the forms apart by their fields; what is none of them is left out.
 * @param value what local storage holds, as text or parsed; an object that holds the array under `images` or `history` counts too
 * @returns in the order of the array
 */
export function parseOldLibrary(value: unknown): readonly OldPicture[] {
  const found = parsed(value)
  const list = isFields(found) ? (found.images ?? found.history) : found
  if (!Array.isArray(list)) return []
  return list.flatMap((item: unknown) => {
    const picture = isFields(item) ? (fromHistory(item) ?? fromAddress(item)) : null
    return picture === null ? [] : [picture]
  })
}
