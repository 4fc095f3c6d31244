/** Lower-case words without accents; commas and the like end a phrase and become `,`. */
export function tokensOf(text: string): string[] {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[’']s?\b/gu, '')
  return plain.match(/[\p{L}\p{N}]+|[,.;:|()\n]/gu)?.map((word) => (/^[\p{L}\p{N}]/u.test(word) ? word : ',')) ?? []
}

const irregular: Readonly<Record<string, string>> = {
  people: 'person',
  men: 'man',
  women: 'woman',
  children: 'child',
  wolves: 'wolf',
  geese: 'goose',
  mice: 'mouse',
  leaves: 'leaf',
  foxes: 'fox',
  buses: 'bus',
  waves: 'wave',
  dunes: 'dune',
  horses: 'horse',
  houses: 'house',
  roses: 'rose',
  mooses: 'moose',
  cherries: 'cherry',
  skies: 'sky',
  cacti: 'cactus',
  woods: 'wood',
}

const unchanged = new Set([
  'lotus',
  'cactus',
  'grass',
  'glass',
  'moss',
  'mars',
  'species',
  'cosmos',
  'octopus',
  'christmas',
  'chess',
  'paris',
  'badlands',
  'atlantis',
  'lens',
  'bus',
])

/** The singular of an English noun, by rule; words that are singular already stay. */
export function singular(word: string): string {
  const known = irregular[word]
  if (known !== undefined) return known
  if (word.length < 4 || !word.endsWith('s') || word.endsWith('ss') || unchanged.has(word)) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(?:sh|ch|x|ss)es$/u.test(word)) return word.slice(0, -2)
  return word.slice(0, -1)
}

const numbers: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  lone: 1,
  single: 1,
  lonely: 1,
  two: 2,
  pair: 2,
  three: 3,
  trio: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  dozen: 9,
  several: 4,
  few: 3,
  some: 3,
  many: 7,
  herd: 5,
  flock: 9,
  pack: 4,
  fleet: 6,
  school: 11,
  caravan: 4,
  row: 5,
  hundreds: 11,
  group: 4,
}

/** How many a word says there are, or null. */
export function countOf(word: string): number | null {
  if (/^\d{1,3}$/u.test(word)) return Math.min(11, Math.max(1, Number(word)))
  return numbers[word] ?? null
}
