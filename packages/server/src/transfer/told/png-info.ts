// What a picture's file says of itself, as AUTOMATIC1111's web UI tells it.
import { readMetadata } from '#media/read-metadata.ts'
import { readTexts } from '#media/read-texts.ts'
import { inspectUpload } from '../inspect-upload.ts'
import { parseParameters } from './a1111.ts'

export interface PngInfo {
  /** The text of the parameters; empty: there is none. */
  readonly info: string
  /** All texts that tools write, by their names. */
  readonly items: Readonly<Record<string, string>>
  /** The parameters one by one, by the web UI's names. */
  readonly parameters: Readonly<Record<string, string>>
}

const wanted: ReadonlySet<string> = new Set([
  'parameters',
  'prompt',
  'workflow',
  'Title',
  'Software',
  'Source',
  'Description',
  'Comment',
])

const namesThere: Readonly<Record<string, string>> = { steps: 'Steps', sampler: 'Sampler', guidance: 'CFG scale' }

function namesAndValues(info: string): Readonly<Record<string, string>> {
  if (info === '') return {}
  const { prompt, negativePrompt, seed, model, parameters } = parseParameters(info)
  const { Size: size, ...rest } = parameters
  const [, width, height] = /^(\d+)x(\d+)$/.exec(String(size ?? '')) ?? []
  const known = {
    Prompt: prompt,
    'Negative prompt': negativePrompt,
    Seed: seed,
    Model: model,
    'Size-1': width,
    'Size-2': height,
    ...Object.fromEntries(Object.entries(rest).map(([name, value]) => [namesThere[name] ?? name, value])),
  }
  const told = Object.entries(known).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(told.map(([name, value]) => [name, String(value)]))
}

/**
 * @param field what carried the file, for messages
 * @throws EaselError when it is no whole picture
 */
export function readPngInfo(bytes: Uint8Array, field: string): PngInfo {
  inspectUpload(bytes, field)
  const info = readMetadata(bytes).parameters ?? ''
  const texts = [...readTexts(bytes, wanted)].flatMap(([name, text]) => (text === null ? [] : [[name, text] as const]))
  return { info, items: Object.fromEntries(texts), parameters: namesAndValues(info) }
}
