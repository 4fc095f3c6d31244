// A search as SQL. Every condition looks at one row of `images` by itself, so that it costs the same wherever in the list that row is.
import { sql, type RawBuilder } from 'kysely'
import type { SearchQuery, WantedTag } from '@easel/contract'
import type { Db } from '#db/database.ts'
import { nameKey } from '#base/name-key.ts'

export type Condition = RawBuilder<boolean>

export interface Finder {
  /** A select of `id`. */
  readonly ids: RawBuilder<{ id: string }>
  /** Those of `others` that all it finds fulfil, and those that it knows nothing of. */
  readonly holds: readonly Condition[]
  readonly rest: readonly Condition[]
  /** It reads all that it will find before it tells the first: dear where that is much. */
  readonly readsAll: boolean
}

export interface Conditions {
  /** What an index has in the order of the list. */
  readonly ordered: readonly Condition[]
  /** What is looked at in each row. */
  readonly others: readonly Condition[]
  /** An index that finds all that can match, in no order. */
  readonly finder: Finder | null
  /** The one tag that all have: its pictures stand in the order of the list. */
  readonly tag: string | null
  /** The id of the album that all are in. */
  readonly album: string | null
  /** Nothing can match: there is no such tag or album. */
  readonly impossible: boolean
}

const anyOf = (values: readonly string[]) => sql`any (${`{${values.join(',')}}`}::uuid[])`

/** Wildcards of LIKE as themselves. */
const literal = (text: string): string => text.replaceAll(/[\\%_]/g, String.raw`\$&`)

// A subselect for one value is never turned into a join, which could begin at the wrong end.
const ownWords = sql<string>`(select words from image_words where image_id = images.id)`
const ownText = sql<string>`(select search from image_words where image_id = images.id)`

const inside = (text: string) => sql`'%' || searchable(${literal(text)}) || '%'`
const phrase = (text: string) => sql`phraseto_tsquery('simple', searchable(${text}))`
/** Beginnings of words. */
const beginning = (text: string) => sql`to_tsquery('simple', ${`'${text}':*`})`

const isShort = (word: string): boolean => /^[a-z0-9]{1,2}$/i.test(word)
/** Whether the index of parts of words can be of use. */
const hasParts = (word: string): boolean => /[\p{L}\p{N}]{3}/u.test(word)
const hasWords = (text: string): boolean => /[\p{L}\p{N}]/u.test(text)

/** The full-text query whose rank orders the pictures, or null when there is none. */
export function rankQuery({ words, phrases }: SearchQuery): RawBuilder<string> | null {
  const parts = [
    ...words.filter(hasWords).map((word) => sql`plainto_tsquery('simple', searchable(${word}))`),
    ...phrases.filter(hasWords).map(phrase),
  ]
  return parts.length === 0 ? null : sql<string>`(${sql.join(parts, sql` || `)})`
}

/** How well a row of `images` matches what {@link rankQuery} gives. */
export const rankOf = (query: RawBuilder<string>) => sql<number>`ts_rank(${ownText}, ${query})::float8`

/** What can be looked up in an index, and the same as conditions on a row. */
type Lookup = Pick<Finder, 'ids' | 'holds'>

interface Words {
  readonly lookup: Lookup | null
  /** What no index helps with. */
  readonly others: readonly Condition[]
}

/** @param userId whose */
function words({ words: parts, phrases, without }: SearchQuery, userId: string): Words {
  const holds: Condition[] = []
  const indexed: RawBuilder<unknown>[] = []
  const others: Condition[] = without.map((text) => sql<boolean>`${ownWords} not like ${inside(text)}`)
  const look = (own: Condition, inIndex: RawBuilder<unknown>): void => {
    holds.push(own)
    indexed.push(inIndex)
  }
  for (const text of phrases.filter(hasWords))
    look(sql<boolean>`${ownText} @@ ${phrase(text)}`, sql`search @@ ${phrase(text)}`)
  for (const word of [...parts, ...phrases.filter((text) => !hasWords(text))]) {
    if (isShort(word)) look(sql<boolean>`${ownText} @@ ${beginning(word)}`, sql`search @@ ${beginning(word)}`)
    else if (hasParts(word)) look(sql<boolean>`${ownWords} like ${inside(word)}`, sql`words like ${inside(word)}`)
    else others.unshift(sql<boolean>`${ownWords} like ${inside(word)}`)
  }
  if (indexed.length === 0) return { lookup: null, others }
  // All in one, so that the rarest of them decides how much is read.
  const found = sql.join(indexed, sql` and `)
  return {
    lookup: { ids: sql`select image_id as id from image_words where ${found} and user_id = ${userId}`, holds },
    others,
  }
}

/** Ids of the tags that are meant: spelled exactly so, or else in other letters. */
async function tagIds(db: Db, userId: string, { tagType, tagId }: WantedTag): Promise<string[]> {
  // PostgreSQL would refuse the query.
  if (tagId?.includes('\u0000') === true) return []
  let select = db.selectFrom('tags').where('user_id', '=', userId).select(['id', 'tag_id'])
  if (tagType !== null) select = select.where('tag_type', '=', tagType)
  if (tagId !== null) select = select.where(sql<boolean>`lower(tag_id) = lower(${tagId})`)
  const rows = await select.execute()
  const exact = rows.filter((row) => row.tag_id === tagId)
  return (exact.length > 0 ? exact : rows).map(({ id }) => id)
}

const hasTag = (ids: readonly string[]) =>
  sql<boolean>`(select true from image_tags where image_id = images.id and tag = ${anyOf(ids)} limit 1) is not null`

async function albumId(db: Db, userId: string, album: string): Promise<string | null> {
  const row = await db
    .selectFrom('albums')
    .where('user_id', '=', userId)
    .where(sql<boolean>`(id::text = ${album.toLowerCase()} or name_key = ${nameKey(album)})`)
    .select('id')
    .executeTakeFirst()
  return row?.id ?? null
}

const ratios: Readonly<Record<string, Condition>> = {
  portrait: sql<boolean>`images.height > images.width`,
  landscape: sql<boolean>`images.width > images.height`,
  square: sql<boolean>`images.width = images.height`,
}

/** A ratio holds within two parts of a hundred: engines round to whole blocks of pixels. */
function hasRatio(ratio: string): Condition {
  const [width = 1, height = 1] = ratio.split(':').map(Number)
  return (
    ratios[ratio] ??
    sql<boolean>`images.width * ${height}::float8 between ${width * 0.98}::float8 * images.height and ${width * 1.02}::float8 * images.height`
  )
}

/** With one number it is of the longer side. */
function hasSize(size: string): Condition {
  const [, operator = '=', first, second] = /^(>=|<=)?(\d+)(?:x(\d+))?$/.exec(size) ?? []
  const compare = sql.raw(operator)
  if (second === undefined)
    return sql<boolean>`greatest(images.width, images.height) ${compare} ${Number(first)}::integer`
  return sql<boolean>`(images.width ${compare} ${Number(first)}::integer and images.height ${compare} ${Number(second)}::integer)`
}

const startOf = (day: string) => sql`${day.includes('T') ? day : `${day}T00:00:00Z`}::timestamptz`

/** Each has an index where its pictures stand in the order of the list; those that fewer pictures have come first. */
function indexed({ source, models, providers, favourite }: SearchQuery): Condition[] {
  return [
    ...(favourite === true ? [sql<boolean>`images.favourite`] : []),
    ...models.map((model) => sql<boolean>`images.model = ${model}`),
    ...providers.map((provider) => sql<boolean>`images.provider = ${provider}`),
    ...(source === null ? [] : [sql<boolean>`images.source = ${source}`]),
  ]
}

function between({ before, after }: SearchQuery): Condition[] {
  return [
    ...(before === null ? [] : [sql<boolean>`images.created_at < ${startOf(before)}`]),
    ...(after === null ? [] : [sql<boolean>`images.created_at >= ${startOf(after)}`]),
  ]
}

/** Tags of which several would do, and all but the one that is followed. */
function tagged(ids: readonly string[]): Lookup {
  return { ids: sql`select image_id as id from image_tags where tag = ${anyOf(ids)}`, holds: [hasTag(ids)] }
}

/** What an index finds, the rarest first. */
function lookups({ seed, rating }: SearchQuery, userId: string, album: string | null): Lookup[] {
  const found: Lookup[] = []
  const own = (condition: RawBuilder<boolean>) =>
    sql<{ id: string }>`select id from images where user_id = ${userId} and ${condition}`
  if (seed !== null) {
    const holds = sql<boolean>`images.seed = ${seed}::bigint`
    found.push({ ids: own(holds), holds: [holds] })
  }
  if (rating !== null) {
    const holds = sql<boolean>`images.rating >= ${rating}::integer`
    found.push({ ids: own(sql<boolean>`${holds} and rating > 0`), holds: [holds] })
  }
  if (album !== null) {
    const holds = sql<boolean>`(select true from album_images where image_id = images.id and album_id = ${album}) is not null`
    found.push({ ids: sql`select image_id as id from album_images where album_id = ${album}`, holds: [holds] })
  }
  return found
}

/** Looks up what the query names and says it in SQL. */
export async function conditionsOf(db: Db, userId: string, query: SearchQuery): Promise<Conditions> {
  const { ratio, size, favourite, album } = query
  const wanted = await Promise.all(query.tags.map((tag) => tagIds(db, userId, tag)))
  const unwanted = (await Promise.all(query.withoutTags.map((tag) => tagIds(db, userId, tag)))).flat()
  const inAlbum = album === null ? null : await albumId(db, userId, album)
  const impossible = wanted.some((ids) => ids.length === 0) || (album !== null && inAlbum === null)
  const single = wanted.find((ids) => ids.length === 1)
  const inWords = words(query, userId)
  // One index is followed. What else is asked for is looked at in each row, so that nothing is read without end for what few have.
  const own = indexed(query)
  const followed = single === undefined && query.trash !== true ? own.slice(0, 1) : []
  const others: Condition[] = own.slice(followed.length)
  if (favourite === false) others.push(sql<boolean>`not images.favourite`)
  if (ratio !== null) others.push(hasRatio(ratio))
  if (size !== null) others.push(hasSize(size))
  if (unwanted.length > 0) others.push(sql<boolean>`not ${hasTag(unwanted)}`)
  others.push(...inWords.others)
  const [first, ...more] = [
    ...lookups(query, userId, inAlbum),
    ...(inWords.lookup === null ? [] : [inWords.lookup]),
    ...wanted.filter((ids) => ids !== single).map(tagged),
  ]
  const rest = [...others, ...more.flatMap(({ holds }) => holds)]
  return {
    ordered: [...followed, ...between(query)],
    others: [...rest, ...(first?.holds ?? [])],
    finder: first === undefined ? null : { ...first, rest, readsAll: first === inWords.lookup },
    tag: single?.[0] ?? null,
    album: inAlbum,
    impossible,
  }
}
