import type { Image } from '@easel/contract'
import { factsOf } from './picture-facts.ts'

export interface Difference {
  readonly name: string
  readonly first: string | null
  readonly second: string | null
}

/** What tells of the file and not of how the picture was made. */
const ofTheFile = new Set(['File', 'Source', 'Made', 'Name'])

function settingsOf(image: Image): Map<string, string> {
  const words = [
    ['As typed', image.typedPrompt],
    ['Prompt', image.generationPrompt],
    ['As the engine rewrote it', image.revisedPrompt],
    ['Negative prompt', image.negativePrompt],
  ] as const
  const facts = factsOf(image, { engine: null, model: null }).filter(({ name }) => !ofTheFile.has(name))
  return new Map([
    ...words.flatMap(([name, text]): [string, string][] => (text === null || text === '' ? [] : [[name, text]])),
    ...facts.map(({ name, value }): [string, string] => [name, value]),
  ])
}

/** The settings in which two pictures differ; null: it is not known or was not set. */
export function differencesOf(first: Image, second: Image): readonly Difference[] {
  const [one, other] = [settingsOf(first), settingsOf(second)]
  return [...new Set([...one.keys(), ...other.keys()])]
    .map((name) => ({ name, first: one.get(name) ?? null, second: other.get(name) ?? null }))
    .filter((difference) => difference.first !== difference.second)
}
