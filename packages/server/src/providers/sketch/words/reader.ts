import { hex, type Rgb } from '../draw/colour.ts'
import type { StyleName } from '../draw/style.ts'
import type { Mood, Place, Reading, Season, SkySign, Subject, SubjectKind, Time, Tone, Weather } from './reading.ts'
import { subjectWords } from './subjects.ts'
import { countOf, singular, tokensOf } from './tokens.ts'
import { colourNames, moods, places, seasons, signs, styleWords, times, tones, weathers } from './vocabulary.ts'

/** Everything one word or phrase can mean; many mean several things at once. */
interface Meaning {
  time?: Time
  season?: Season
  weather?: Weather
  place?: Place
  subject?: SubjectKind
  sign?: SkySign
  mood?: Mood
  tone?: Tone
  style?: StyleName
  colour?: Rgb
}

const lexicon = new Map<string, Meaning>()

function teach<Key extends keyof Meaning>(
  key: Key,
  table: Readonly<Record<string, string>>,
  value: (name: string) => Meaning[Key],
) {
  for (const [name, words] of Object.entries(table)) {
    for (const word of words.split(' ')) {
      const phrase = word.replaceAll('-', ' ')
      lexicon.set(phrase, { ...lexicon.get(phrase), [key]: value(name) })
    }
  }
}

/** Names of a table as its own key type: `Object.keys` forgets it. */
function nameIn<Name extends string>(table: Readonly<Record<Name, string>>): (name: string) => Name | undefined {
  const isName = (name: string): name is Name => Object.hasOwn(table, name)
  return (name) => (isName(name) ? name : undefined)
}

teach('time', times, nameIn(times))
teach('season', seasons, nameIn(seasons))
teach('weather', weathers, nameIn(weathers))
teach('place', places, nameIn(places))
teach('subject', subjectWords, nameIn(subjectWords))
teach('sign', signs, nameIn(signs))
teach('mood', moods, nameIn(moods))
teach('tone', tones, nameIn(tones))
teach('style', styleWords, nameIn(styleWords))
teach('colour', colourNames, hex)

/** Words that look the same in the plural. */
const uncounted: Partial<Record<SubjectKind, number>> = { fish: 7, sheep: 4, bird: 1, flower: 5, couple: 1 }

const NEGATIONS = new Set(['no', 'without', 'not', 'minus', 'except'])
const FILLERS = new Set(
  'a an the of in on at by with and or to from over under above below near beside behind before into is are its it this that very some print , picture image photo photograph painting drawing illustration art artwork style beautiful stunning detailed highly quality best scene view'.split(
    ' ',
  ),
)

interface Term {
  readonly text: string
  readonly meaning: Meaning | null
  readonly negated: boolean
  readonly plural: boolean
}

/** Longest phrase first, up to three words; the last word of a phrase may be in the plural. */
function termsOf(text: string): Term[] {
  const words = tokensOf(text)
  const terms: Term[] = []
  let negatedUntil = -1
  for (let i = 0; i < words.length;) {
    const word = words[i] ?? ''
    if (NEGATIONS.has(word)) negatedUntil = i + 3
    if (word === ',') negatedUntil = -1
    const found = longest(words, i)
    terms.push({ text: found.text, meaning: found.meaning, negated: i <= negatedUntil, plural: found.plural })
    if (found.meaning !== null && i <= negatedUntil)
      negatedUntil = words[i + found.length] === 'or' ? i + found.length + 2 : -1
    i += found.length
  }
  return terms
}

function longest(
  words: readonly string[],
  start: number,
): { text: string; meaning: Meaning | null; length: number; plural: boolean } {
  for (const length of [3, 2, 1]) {
    const part = words.slice(start, start + length)
    if (part.length < length) continue
    const last = part.at(-1) ?? ''
    for (const form of [last, singular(last)]) {
      const text = [...part.slice(0, -1), form].join(' ')
      const meaning = lexicon.get(text)
      if (meaning !== undefined) return { text, meaning, length, plural: singular(last) !== last }
    }
  }
  return { text: words[start] ?? '', meaning: null, length: 1, plural: false }
}

/** Reads a prompt; what `negative` names is left out, as is what the prompt itself says no to. */
export function readPrompt(prompt: string, negative = ''): Reading {
  const terms = termsOf(prompt)
  const refused = [...terms.filter((term) => term.negated), ...termsOf(negative)]
  const without = new Set(refused.flatMap((term) => namesOf(term.meaning)))
  const wanted = terms.filter((term) => !term.negated)
  const meanings = wanted.flatMap((term) => (term.meaning === null ? [] : [term.meaning]))
  const first = <Value>(values: readonly (Value | undefined)[]): Value | null =>
    values.find((value) => value !== undefined && !without.has(String(value))) ?? null
  const all = <Value>(values: readonly (Value | undefined)[]): Value[] => [
    ...new Set(values.flatMap((value) => (value === undefined || without.has(String(value)) ? [] : [value]))),
  ]
  const { subjects, colours } = subjectsOf(wanted, without)
  return {
    time: timeOf(meanings, without),
    season: first(meanings.map((meaning) => meaning.season)),
    weather: weatherOf(meanings, without),
    places: all(meanings.map((meaning) => meaning.place)),
    subjects,
    signs: all(meanings.map((meaning) => meaning.sign)),
    without,
    colours,
    tone: first(meanings.map((meaning) => meaning.tone)),
    mood: first(meanings.map((meaning) => meaning.mood)),
    style: first(meanings.map((meaning) => meaning.style)),
    unknown: wanted.flatMap((term) =>
      term.meaning === null && !FILLERS.has(term.text) && countOf(term.text) === null ? [term.text] : [],
    ),
  }
}

function namesOf(meaning: Meaning | null): string[] {
  if (meaning === null) return []
  const { colour: _colour, ...rest } = meaning
  return Object.values(rest)
}

/** The most telling hour: `a dark forest at sunrise` is a sunrise. */
function timeOf(meanings: readonly Meaning[], without: ReadonlySet<string>): Time | null {
  const named = meanings.flatMap((meaning) =>
    meaning.time === undefined || without.has(meaning.time) ? [] : [meaning],
  )
  const certain = named.find((meaning) => meaning.mood === undefined && meaning.sign === undefined)
  const sky = meanings.some((meaning) =>
    ['moon', 'stars', 'milkyway', 'aurora', 'fireworks', 'comet'].includes(meaning.sign ?? ''),
  )
  return certain?.time ?? named[0]?.time ?? (sky && !without.has('night') ? 'night' : null)
}

/** The wildest weather that was named. */
function weatherOf(meanings: readonly Meaning[], without: ReadonlySet<string>): Weather | null {
  const order: readonly Weather[] = ['storm', 'snow', 'rain', 'fog', 'cloudy', 'wind', 'clear']
  return (
    order.find((weather) => !without.has(weather) && meanings.some((meaning) => meaning.weather === weather)) ?? null
  )
}

/** Subjects with their number and colour; colours that belong to none are the picture's own. */
function subjectsOf(terms: readonly Term[], without: ReadonlySet<string>): { subjects: Subject[]; colours: Rgb[] } {
  const subjects: Subject[] = []
  const colours: Rgb[] = []
  let pending: { colour: Rgb; age: number } | null = null
  let count: number | null = null
  for (const term of terms) {
    const kind = term.meaning?.subject
    const number = countOf(term.text)
    if (number !== null) count = number
    if (kind !== undefined && !without.has(kind)) {
      const known = subjects.findIndex((subject) => subject.kind === kind)
      const subject = {
        kind,
        count: count ?? (term.plural ? 3 : (uncounted[kind] ?? 1)),
        colour: pending?.colour ?? term.meaning?.colour ?? null,
      }
      if (known < 0) subjects.push(subject)
      else if (term.plural) subjects[known] = { ...subject, colour: subject.colour ?? subjects[known]?.colour ?? null }
      pending = null
      count = null
      continue
    }
    if (pending !== null && (term.text === ',' || ++pending.age > 2)) {
      colours.push(pending.colour)
      pending = null
    }
    const colour = term.meaning?.colour
    if (colour !== undefined) {
      if (pending !== null) colours.push(pending.colour)
      pending = { colour, age: 0 }
    }
    // `a meadow with poppies`: that one counts the meadow.
    const { place, sign, time } = term.meaning ?? {}
    if (term.text === ',' || place !== undefined || sign !== undefined || time !== undefined) count = null
  }
  if (pending !== null) colours.push(pending.colour)
  return { subjects, colours }
}
