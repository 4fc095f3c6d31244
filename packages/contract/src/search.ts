// The search box: what may stand in it, as one typed query. The same filters are the query parameters of the list.
import { z } from 'zod'
import { ImageSource } from './images.ts'
import { Id, PlainText } from './primitives.ts'
import { TagType } from './tags.ts'

/** `2026`, `2026-11` or `2026-11-21`: the beginning of it, in UTC. */
const day = z.string().regex(/^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/, 'must look like 2026-11-21')
/** A day, or a moment of it in UTC, for lists that begin at somebody's own midnight. */
const moment = z.union([z.iso.datetime(), day], 'must look like 2026-11-21')
const ratio = z
  .string()
  .regex(
    /^(?:[1-9]\d{0,3}:[1-9]\d{0,3}|portrait|landscape|square)$/,
    'must look like 16:9, or be portrait, landscape or square',
  )
const size = z.string().regex(/^(?:>=|<=)?[1-9]\d{0,4}(?:x[1-9]\d{0,4})?$/, 'must look like 1024x768, >=2000 or <=512')
const name = PlainText(300).min(1)

/** Every filter of the list of pictures, as query parameters. All of them have to hold. */
export const ImageFilter = z.object({
  /** Words and filters as in the search box. */
  q: PlainText(1000).optional(),
  trash: z.stringbool().optional(),
  source: ImageSource.optional(),
  tagType: TagType.optional(),
  tagId: PlainText(200).optional(),
  album: Id.optional(),
  favourite: z.stringbool().optional(),
  /** At least so many stars. */
  rating: z.coerce.number().int().min(1).max(5).optional(),
  model: name.optional(),
  provider: name.optional(),
  seed: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  before: moment.optional(),
  after: moment.optional(),
  ratio: ratio.optional(),
  size: size.optional(),
})
export type ImageFilter = z.output<typeof ImageFilter>

/** A tag to look for: of any type, or any of a type. */
export interface WantedTag {
  readonly tagType: TagType | null
  readonly tagId: string | null
}

/** What was typed, taken apart. Text filters do not tell capitals from small letters, but for `model` and `provider`. */
export interface SearchQuery {
  /** Anywhere in the words, also inside another word. */
  readonly words: readonly string[]
  /** These whole words, in this order. */
  readonly phrases: readonly string[]
  /** In none of the words. */
  readonly without: readonly string[]
  readonly tags: readonly WantedTag[]
  readonly withoutTags: readonly WantedTag[]
  readonly models: readonly string[]
  readonly providers: readonly string[]
  readonly seed: number | null
  /** `YYYY-MM-DD`, in UTC: created before that day began; or a moment, as in `toISOString()`. */
  readonly before: string | null
  /** Created on that day or later. */
  readonly after: string | null
  readonly ratio: string | null
  readonly size: string | null
  readonly source: ImageSource | null
  /** An id, or a name. */
  readonly album: string | null
  readonly favourite: boolean | null
  readonly rating: number | null
  readonly trash: boolean | null
}

/** A part of the search that cannot be understood, and where it stands. */
export interface SearchFault {
  readonly part: string
  readonly start: number
  readonly message: string
}

/** A part of a search, as it stands in the text. */
export interface SearchPart {
  readonly text: string
  /** The filter's name, such as `tag`; null for words. */
  readonly filter: string | null
}

/** What a search says: the query, its parts in the order of the text, and what of it cannot be understood. */
export interface ParsedSearch {
  readonly query: SearchQuery
  readonly parts: readonly SearchPart[]
  readonly faults: readonly SearchFault[]
}

type Mutable = { -readonly [Key in keyof SearchQuery]: SearchQuery[Key] }

const nothing: SearchQuery = {
  words: [],
  phrases: [],
  without: [],
  tags: [],
  withoutTags: [],
  models: [],
  providers: [],
  seed: null,
  before: null,
  after: null,
  ratio: null,
  size: null,
  source: null,
  album: null,
  favourite: null,
  rating: null,
  trash: null,
}

/** The first day of a day, a month or a year; a moment as it is. */
const firstDay = (text: string): string => (text.includes('T') ? text : `${text}-01-01`.slice(0, 10))

/** Whether such a day is in the calendar. */
const isDay = (text: string): boolean => {
  if (text.includes('T')) return true
  const time = Date.parse(`${firstDay(text)}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(firstDay(text))
}

function tagOf(text: string): WantedTag {
  const [, type, id] = /^(label|character|persona|chat|theme)[/:](.+)$/is.exec(text) ?? []
  return type === undefined || id === undefined
    ? { tagType: null, tagId: text }
    : { tagType: TagType.parse(type.toUpperCase()), tagId: id }
}

/** Takes the value of one filter into the query. @returns what is wrong with it, or null */
type Take = (query: Mutable, value: string, negative: boolean) => string | null

const said = (schema: z.ZodType, value: string): string | null =>
  schema.safeParse(value).error?.issues[0]?.message ?? null

const dayInto =
  (key: 'before' | 'after'): Take =>
  (query, value) => {
    if (said(day, value) !== null || !isDay(value)) return 'must be a day such as 2026-11-21, a month or a year'
    query[key] = firstDay(value)
    return null
  }

const takes: Readonly<Record<string, Take>> = {
  tag(query, value, negative) {
    const tag = tagOf(value)
    if (negative) query.withoutTags = [...query.withoutTags, tag]
    else query.tags = [...query.tags, tag]
    return null
  },
  model(query, value) {
    query.models = [...query.models, value]
    return null
  },
  provider(query, value) {
    query.providers = [...query.providers, value]
    return null
  },
  seed(query, value) {
    if (!/^\d{1,16}$/.test(value) || !Number.isSafeInteger(Number(value))) return 'must be a whole number'
    query.seed = Number(value)
    return null
  },
  before: dayInto('before'),
  after: dayInto('after'),
  ratio(query, value) {
    query.ratio = value.toLowerCase()
    return said(ratio, query.ratio)
  },
  size(query, value) {
    query.size = value.toLowerCase()
    return said(size, query.size)
  },
  source(query, value) {
    const source = ImageSource.safeParse(value.toLowerCase())
    if (!source.success) return 'must be generated, upload or import'
    query.source = source.data
    return null
  },
  in(query, value) {
    if (value.toLowerCase() === 'trash') query.trash = true
    else query.album = value
    return null
  },
  rating(query, value) {
    if (!/^[1-5]$/.test(value)) return 'must be 1 to 5'
    query.rating = Number(value)
    return null
  },
  is(query, value, negative) {
    const what = value.toLowerCase()
    if (what !== 'favourite' && what !== 'favorite') return 'can only be is:favourite'
    query.favourite = !negative
    return null
  },
}
const negatable = new Set(['tag', 'is'])

/** `name:` at the beginning of a part makes it a filter, where the name is one of ours. */
const part = /(-)?(?:([a-z]+):)?(?:"([^"]*)("?)|([^\s"]+))/giy

interface Found {
  readonly minus: boolean
  readonly filter: string | null
  readonly value: string
  readonly quoted: boolean
}

function takeIn(query: Mutable, { minus, filter, value, quoted }: Found): string | null {
  if (filter === null) {
    if (/^[\s-]*$/.test(value)) return null
    const [, name] = /^([a-z]+):$/i.exec(value) ?? []
    if (!quoted && name !== undefined && Object.hasOwn(takes, name.toLowerCase()))
      return `needs something after ${value}`
    if (minus) query.without = [...query.without, value]
    else if (quoted) query.phrases = [...query.phrases, value]
    else query.words = [...query.words, value]
    return null
  }
  const take = takes[filter]
  if (value.trim() === '') return `needs something after ${filter}:`
  if (minus && !negatable.has(filter)) return `${filter}: cannot be turned round with a minus`
  return take === undefined ? null : take(query, value, minus)
}

/**
 * Takes a search apart: words, "words in this order", -without, and filters such as `tag:fox`, `-tag:"two words"`, `model:`,
 * `provider:`, `seed:`, `before:`, `after:`, `ratio:`, `size:`, `rating:`, `source:`, `is:favourite`, `in:album`, `in:trash`. A word with
 * a colon whose name is no filter is a word.
 * @returns the query, and what of it cannot be understood, in the order of the text
 */
export function parseSearch(text: string): ParsedSearch {
  const query: Mutable = { ...nothing }
  const parts: SearchPart[] = []
  const faults: SearchFault[] = []
  for (let at = 0; at < text.length;) {
    const space = /\s+/y
    space.lastIndex = at
    if (space.test(text)) {
      at = space.lastIndex
      continue
    }
    part.lastIndex = at
    const match = part.exec(text)
    if (match === null) break
    const [whole, minus, name, quoted, closing, plain] = match
    const filter = name !== undefined && Object.hasOwn(takes, name.toLowerCase()) ? name.toLowerCase() : null
    const prefix = filter === null && name !== undefined ? `${name}:` : ''
    const found = {
      minus: minus !== undefined,
      filter,
      value: prefix + (quoted ?? plain ?? ''),
      quoted: quoted !== undefined,
    }
    const message = quoted !== undefined && closing === '' ? 'has no closing quotation mark' : takeIn(query, found)
    if (message !== null) faults.push({ part: whole, start: at, message })
    parts.push({ text: whole, filter })
    at += whole.length
  }
  return { query, parts, faults }
}

/** A typed search and the filters beside it as one query. What is said in both places counts where the text says it. */
export function searchOf(filter: ImageFilter): ParsedSearch {
  const { query, parts, faults } = parseSearch(filter.q ?? '')
  const { tagType, tagId, model, provider } = filter
  const tag = tagId === undefined && tagType === undefined ? [] : [{ tagType: tagType ?? null, tagId: tagId ?? null }]
  const days = (['before', 'after'] as const).flatMap((key): SearchFault[] =>
    filter[key] === undefined || isDay(filter[key])
      ? []
      : [{ part: filter[key], start: 0, message: 'is not in the calendar' }],
  )
  return {
    parts,
    faults: [...faults, ...days],
    query: {
      ...query,
      tags: [...query.tags, ...tag],
      models: [...query.models, ...(model === undefined ? [] : [model])],
      providers: [...query.providers, ...(provider === undefined ? [] : [provider])],
      seed: query.seed ?? filter.seed ?? null,
      before: query.before ?? (filter.before === undefined ? null : firstDay(filter.before)),
      after: query.after ?? (filter.after === undefined ? null : firstDay(filter.after)),
      ratio: query.ratio ?? filter.ratio ?? null,
      size: query.size ?? filter.size ?? null,
      source: query.source ?? filter.source ?? null,
      album: query.album ?? filter.album ?? null,
      favourite: query.favourite ?? filter.favourite ?? null,
      rating: query.rating ?? filter.rating ?? null,
      trash: query.trash ?? filter.trash ?? null,
    },
  }
}
