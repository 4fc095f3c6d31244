import type { Image } from '@easel/contract'
import { bytes, dateTime, pixels, plainValue } from '#parts/format.ts'

export interface Fact {
  readonly name: string
  readonly value: string
  /** True for what people paste elsewhere. */
  readonly copy: boolean
}

const origins = { generated: 'Generated', upload: 'Uploaded', import: 'Imported' } as const

/** `outputFormat` becomes `Output format`. */
function label(name: string): string {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** What is said elsewhere in the list, or is no word for people. */
const said = new Set(['seed', 'width', 'height', 'size', 'n', 'prompt', 'negativePrompt', 'model'])

function isPlain(value: unknown): boolean {
  return value !== null && value !== undefined && value !== '' && typeof value !== 'object'
}

/** The names that people know the engine and the model by; null where only the ids are known. */
export interface Labels {
  readonly engine: string | null
  readonly model: string | null
}

/** The rows of the table of facts; what is not known is left out. */
export function factsOf(image: Image, labels: Labels): Fact[] {
  const fact = (name: string, value: string | null, copy = false): Fact[] =>
    value === null || value === '' ? [] : [{ name, value, copy }]
  const parameters = Object.entries(image.parameters).filter(([name, value]) => !said.has(name) && isPlain(value))
  return [
    ...fact('Model', labels.model ?? image.generationModel),
    ...fact('Engine', labels.engine ?? image.provider),
    ...fact('Size', pixels(image.width, image.height)),
    ...fact('Seed', image.seed === null ? null : String(image.seed), true),
    ...parameters.flatMap(([name, value]) => fact(label(name), plainValue(value))),
    ...fact('File', `${image.mimeType.replace('image/', '').toUpperCase()}, ${bytes(image.size)}`),
    ...fact('Source', image.source === 'generated' ? null : origins[image.source]),
    ...fact('Made', dateTime(Date.parse(image.createdAt))),
    ...fact('Name', image.filename, true),
  ]
}
