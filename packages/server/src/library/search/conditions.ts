// A search as SQL. Every condition looks at one row of `images` by itself, so that it costs the same wherever in the list that row is.
import { sql, type RawBuilder } from 'kysely'
import type { SearchQuery, WantedTag } from '@easel/contract'
import type { Db } from '#db/database.ts'
import { nameKey } from '#base/name-key.ts'

export type Condition = RawBuilder<boolean>

export interface Conditions {
  /** What an index has in the order of the list. */
  readonly ordered: readonly Condition[]
  /** What is looked at in each row. */
  readonly others: readonly Condition[]
  /** Selects of `id`: an index finds all that can match, in no order. All of them hold; any one will do. */
  readonly finders: readonly RawBuilder<{ id: string }>[]
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

interface Words {
  readonly others: Condition[]
  readonly finders: RawBuilder<{ id: string }>[]
}

/** @param userId whose */
function words({ words: parts, phrases, without }: SearchQuery, userId: string): Words {
  const others: Condition[] = []
  const indexed: RawBuilder<unknown>[] = []
  for (const text of phrases.filter(hasWords)) {
    others.push(sql<boolean>`${ownText} @@ ${phrase(text)}`)
    indexed.push(sql`search @@ ${phrase(text)}`)
  }
  for (const word of [...parts, ...phrases.filter((text) => !hasWords(text))]) {
    if (isShort(word)) {
      others.push(sql<boolean>`${ownText} @@ ${beginning(word)}`)
      indexed.push(sql`search @@ ${beginning(word)}`)
    } else {
      others.push(sql<boolean>`${ownWords} like ${inside(word)}`)
      if (hasParts(word)) indexed.push(sql`words like ${inside(word)}`)
    }
  }
  for (const text of without) others.push(sql<boolean>`${ownWords} not like ${inside(text)}`)
  if (indexed.length === 0) return { others, finders: [] }
  // All in one, so that the rarest of them decides how much is read.
  const found = sql.join(indexed, sql` and `)
  return { others, finders: [sql`select image_id as id from image_words where ${found} and user_id = ${userId}`] }
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

/** Looks up what the query names and says it in SQL. */
export async function conditionsOf(db: Db, userId: string, query: SearchQuery): Promise<Conditions> {
  const { others, finders } = words(query, userId)
  const { seed, rating, ratio, size, favourite, album } = query
  const wanted = await Promise.all(query.tags.map((tag) => tagIds(db, userId, tag)))
  const unwanted = (await Promise.all(query.withoutTags.map((tag) => tagIds(db, userId, tag)))).flat()
  const inAlbum = album === null ? null : await albumId(db, userId, album)
  const impossible = wanted.some((ids) => ids.length === 0) || (album !== null && inAlbum === null)
  const single = wanted.find((ids) => ids.length === 1)
  for (const ids of wanted) {
    if (ids === single) continue
    others.push(hasTag(ids))
    finders.push(sql`select image_id as id from image_tags where tag = ${anyOf(ids)}`)
  }
  if (unwanted.length > 0) others.push(sql<boolean>`not ${hasTag(unwanted)}`)
  if (inAlbum !== null) {
    others.push(
      sql<boolean>`(select true from album_images where image_id = images.id and album_id = ${inAlbum}) is not null`,
    )
    finders.unshift(sql`select image_id as id from album_images where album_id = ${inAlbum}`)
  }
  if (rating !== null) {
    others.push(sql<boolean>`images.rating >= ${rating}::integer`)
    finders.unshift(
      sql`select id from images where user_id = ${userId} and rating >= ${rating}::integer and rating > 0`,
    )
  }
  if (seed !== null) {
    others.push(sql<boolean>`images.seed = ${seed}::bigint`)
    finders.unshift(sql`select id from images where user_id = ${userId} and seed = ${seed}::bigint`)
  }
  // One index is followed. What else is asked for is looked at in each row, so that nothing is read without end for what few have.
  const own = indexed(query)
  const followed = single === undefined && query.trash !== true ? own.slice(0, 1) : []
  others.unshift(...own.slice(followed.length))
  if (favourite === false) others.push(sql<boolean>`not images.favourite`)
  if (ratio !== null) others.push(hasRatio(ratio))
  if (size !== null) others.push(hasSize(size))
  const ordered = [...followed, ...between(query)]
  return { ordered, others, finders, tag: single?.[0] ?? null, album: inAlbum, impossible }
}
