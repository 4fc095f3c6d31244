import { parseSearch } from '@easel/contract'
import { capitalised } from '#parts/format.ts'

/** A search as it is shown: filters as chips, the rest in the box. */
export interface ShownSearch {
  readonly filters: readonly string[]
  readonly words: string
}

/** Takes a search apart; a filter that cannot be understood stays with the words, where it can be mended. */
export function shownSearch(text: string): ShownSearch {
  const { parts } = parseSearch(text)
  const isChip = (part: (typeof parts)[number]) => part.filter !== null && parseSearch(part.text).faults.length === 0
  return {
    filters: [...new Set(parts.filter(isChip).map((part) => part.text))],
    words: parts
      .filter((part) => !isChip(part))
      .map((part) => part.text)
      .join(' '),
  }
}

/** Both as one search. */
export function searchText({ filters, words }: ShownSearch): string {
  return [...filters, words.trim()].filter((part) => part !== '').join(' ')
}

/** Filters of which one is enough: the newer takes the place of the older. */
const single = ['seed', 'before', 'after', 'ratio', 'size', 'source', 'in', 'rating', 'is']
const nameOf = (filter: string) => /^-?([a-z]+):/i.exec(filter)?.[1]?.toLowerCase() ?? ''

/** The filters with one more. */
export function withFilter(filters: readonly string[], added: string): string[] {
  const name = nameOf(added)
  return [...filters.filter((one) => one !== added && !(single.includes(name) && nameOf(one) === name)), added]
}

const wordsFor: Readonly<Record<string, (value: string) => string>> = {
  is: () => 'Favourites',
  rating: (stars) => (stars === '5' ? '5 stars' : `${stars} stars or more`),
  ratio: capitalised,
  source: (source) => capitalised(source.toLowerCase().replace(/^(upload|import)$/, '$1ed')),
  tag: (tag) => `Tag ${tag}`,
  before: (day) => `Before ${day}`,
  after: (day) => `Since ${day}`,
  model: (model) => `Model ${model}`,
  provider: (provider) => `Engine ${provider}`,
  seed: (seed) => `Seed ${seed}`,
  size: (size) => `Size ${size.replace('x', ' × ')}`,
  in: (album) => (album.toLowerCase() === 'trash' ? 'In the trash' : `Album ${album}`),
}

/** What a filter says, in words: `is:favourite` is `Favourites`. */
export function filterWords(filter: string): string {
  const [, minus, name = '', value = ''] = /^(-)?([a-z]+):"?(.*?)"?$/i.exec(filter) ?? []
  const words = wordsFor[name.toLowerCase()]?.(value) ?? filter
  return minus === undefined ? words : `Not ${words.charAt(0).toLowerCase()}${words.slice(1)}`
}

/** A filter as it is typed; a value of several words is put in quotation marks. */
export function filterText(name: string, value: string): string {
  return `${name}:${/\s/.test(value) ? `"${value.replaceAll('"', '')}"` : value.replaceAll('"', '')}`
}

/** Whether some pictures can fit better than others, so that there is a rank. */
export function hasWords(text: string): boolean {
  const { words, phrases } = parseSearch(text).query
  return words.length + phrases.length > 0
}
