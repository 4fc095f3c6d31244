// Reads the text that AUTOMATIC1111's web UI and its relatives write into a picture. The form is that of `parse_generation_parameters`
// in its `modules/infotext_utils.py`.

/** What the text says. Anybody may have written it: it is shown as text, never trusted. */
export interface ParsedParameters {
  readonly prompt: string | null
  readonly negativePrompt: string | null
  readonly seed: number | null
  readonly model: string | null
  /** The other settings; those that Easel has names for carry them. */
  readonly parameters: Readonly<Record<string, string | number>>
}

const maxText = 100_000
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

const storable = (text: string, max: number): string => text.replaceAll('\0', '').slice(0, max).toWellFormed()
const orNull = (text: string): string | null => (text.trim() === '' ? null : storable(text.trim(), maxText))

function settingsOf(line: string): Map<string, string> {
  if (line.length > maxSettings) return new Map()
  const pairs = [...line.matchAll(pair)].map(([, key = '', value = '']) => [key.trim(), unquoted(value)] as const)
  return new Map(pairs.map(([key, value]) => [key, storable(value, maxValue)]))
}

function parseSeed(text: string | undefined): number | null {
  const seed = /^\d{1,16}$/.test(text ?? '') ? Number(text) : Number.NaN
  return Number.isSafeInteger(seed) ? seed : null
}

function parseValue(text: string): string | number {
  return /^-?\d{1,9}(?:\.\d{1,9})?$/.test(text) ? Number(text) : text
}

/**
 * Reads the prompt, the negative prompt and the settings.
 * @param text of the PNG text `parameters` or of EXIF's UserComment; any other text is taken for a prompt
 */
export function parseParameters(text: string): ParsedParameters {
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
    prompt: orNull(prompt),
    negativePrompt: orNull(negative),
    seed: parseSeed(settings.get('Seed')),
    model: orNull(settings.get('Model')?.slice(0, 300) ?? ''),
    parameters: Object.fromEntries(rest.map(([key, value]) => [ownNames[key] ?? key, parseValue(value)])),
  }
}
