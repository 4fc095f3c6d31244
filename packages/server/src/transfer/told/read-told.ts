// What a picture's file says of itself, whatever tool wrote it. Rules TR14 and TR15 in docs/spec/transfer.md.
import { readTexts } from '#media/read-texts.ts'
import { a1111 } from './a1111.ts'
import { comfyui } from './comfyui.ts'
import { fooocus } from './fooocus.ts'
import { invokeai } from './invokeai.ts'
import { novelai } from './novelai.ts'
import { otherJson } from './other-json.ts'
import { swarmui } from './swarmui.ts'
import { UnreadableWords, type Told, type ToldReader } from './told.ts'

/** The surest first: several tools leave texts that others read too. */
const readers: readonly ToldReader[] = [novelai, invokeai, swarmui, fooocus, comfyui, a1111, otherJson]

const wanted: ReadonlySet<string> = new Set([
  'parameters',
  'prompt',
  'workflow',
  'invokeai_metadata',
  'sd-metadata',
  'Dream',
  'fooocus_scheme',
  'Software',
  'Source',
  'Description',
  'Comment',
])

export interface Story {
  /** What it says, or null. */
  readonly told: Told | null
  /** Why what it says could not be read, in words; null where it could, or says nothing. */
  readonly note: string | null
}

function readBy(reader: ToldReader, texts: ReturnType<typeof readTexts>): Told | UnreadableWords | null {
  try {
    const told = reader.read(texts)
    if (told === null || reader.tool === null) return told
    return { ...told, parameters: { ...told.parameters, tool: reader.tool } }
  } catch (error) {
    if (error instanceof UnreadableWords) return error
    // What somebody thought of to break a reader must not keep the picture out.
    return new UnreadableWords(`what ${reader.tool ?? 'a tool'} wrote makes no sense`)
  }
}

const saysSomething = ({ prompt, negativePrompt, seed, model }: Told): boolean =>
  [prompt, negativePrompt, seed, model].some((value) => value !== null)

const withoutWords = (why: string): string => `It was taken without the words in its file: ${why}.`

/**
 * Reads what a picture's file says of how it was made. Never fails for what it says.
 * @param bytes a file that was found to be a whole picture
 * @throws MediaError when it is none
 */
export function readTold(bytes: Uint8Array): Story {
  const texts = readTexts(bytes, wanted)
  let best: Told | null = null
  let fault: UnreadableWords | null = null
  for (const reader of readers) {
    const found = readBy(reader, texts)
    if (found instanceof UnreadableWords) fault ??= found
    else if (found !== null) {
      if (found.prompt !== null) return { told: found, note: null }
      if (best === null || (!saysSomething(best) && saysSomething(found))) best = found
    }
  }
  if (fault !== null) return { told: best, note: withoutWords(fault.message) }
  return { told: best, note: best?.parameters.tool === undefined ? null : withoutWords('no prompt is found in them') }
}
