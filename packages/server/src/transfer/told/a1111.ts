// What AUTOMATIC1111's web UI, Forge, SD.Next, stable-diffusion.cpp, Easel and most others write. The form is that of
// `parse_generation_parameters` in the web UI's `modules/infotext_utils.py`, the places those of `read_info_from_image` and
// `save_image_with_geninfo` in its `modules/images.py`: PNG text `parameters`, EXIF UserComment, the comment of a GIF.
import type { PictureTexts } from '#media/read-texts.ts'
import { looksLikeJson, seedOf, setting, storable, words } from './fields.ts'
import { UnreadableWords, type Told, type ToldReader } from './told.ts'

const maxSettings = 20_000
const maxValue = 1000

/** A key is short, so that a long line of words costs no time. */
const pair = /([A-Za-z][\w \-/]{0,59}):\s*("(?:\\[^\r\n]|[^\\"\r\n]){0,1000}"|[^,]{0,1000})(?:,|$)/g

const ownNames: Readonly<Record<string, string>> = { Steps: 'steps', Sampler: 'sampler', 'CFG scale': 'guidance' }

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value.trim()
  try {
    const text: unknown = JSON.parse(value)
    return typeof text === 'string' ? text : value
  } catch {
    // It only looks like JSON: as it stands it says the most.
    return value
  }
}

function settingsOf(line: string): Map<string, string> {
  if (line.length > maxSettings) return new Map()
  const pairs = [...line.matchAll(pair)].map(([, key = '', value = '']) => [key.trim(), unquoted(value)] as const)
  return new Map(pairs.map(([key, value]) => [key, storable(value, maxValue)]))
}

/** Forge and the like write the time as `2024-05-01T10:00:00` or with a blank; where it says no zone, it is local. */
function timeOf(text: string | undefined): string | null {
  const ms = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text ?? '') ? Date.parse((text ?? '').replace(' ', 'T')) : Number.NaN
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

/**
 * Reads the prompt, the negative prompt and the settings.
 * @param text any other text is taken for a prompt
 */
export function parseParameters(text: string): Told {
  const lines = text.replaceAll(/\r\n?/g, '\n').trim().split('\n')
  let settings = settingsOf(lines.at(-1) ?? '')
  // Fewer than three pairs are words of the prompt with colons in them.
  if (settings.size < 3) settings = new Map()
  else lines.pop()
  const at = lines.findIndex((line) => line.startsWith('Negative prompt:'))
  const prompt = (at === -1 ? lines : lines.slice(0, at)).join('\n')
  const negative = at === -1 ? '' : lines.slice(at).join('\n').slice('Negative prompt:'.length)
  const rest = [...settings].filter(([key]) => key !== 'Seed' && key !== 'Model')
  return {
    prompt: words(prompt),
    negativePrompt: words(negative),
    seed: seedOf(settings.get('Seed')),
    model: words(settings.get('Model'), 300),
    // Civitai writes when it made a picture.
    createdAt: timeOf(settings.get('Created Date')),
    parameters: Object.fromEntries(rest.map(([key, value]) => [ownNames[key] ?? key, setting(value) ?? value])),
  }
}

/** The text in one of its places. */
export function parametersText(texts: PictureTexts): { readonly name: string; readonly text: string } | null {
  for (const name of ['parameters', 'exif:UserComment', 'comment']) {
    const text = texts.get(name)
    if (text === null) throw new UnreadableWords(`its text “${name}” is damaged or too long`)
    if (text !== undefined) return { name, text }
  }
  return null
}

export const a1111: ToldReader = {
  tool: null,
  read(texts) {
    const found = parametersText(texts)
    if (found === null || looksLikeJson(found.text)) return null
    return parseParameters(found.text)
  },
}
