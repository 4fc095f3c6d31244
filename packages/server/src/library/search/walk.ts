// One page of a search, by time. What it costs is the same at any depth and however many or few pictures match: either an index finds
// all that can match and there are not too many, or a limited part of the list is looked through.
import { sql, type RawBuilder } from 'kysely'
import type { Db } from '#db/database.ts'
import type { Place } from '../list-cursor.ts'
import type { Condition, Conditions } from './conditions.ts'

export interface Scope {
  readonly userId: string
  /** Of the trash, by the time of deletion. */
  readonly trash: boolean
  readonly conditions: Conditions
}

export interface Page {
  readonly ids: readonly string[]
  /** Where it goes on; null: there is no more. A page may be short, or empty, and go on all the same. */
  readonly next: Place | null
}

/** Pictures looked at before an index is asked. */
const firstPart = 500
const part = 4000
/** Where one in so many of those matches, an index would find too many: reading on is sooner done than its giving up. */
const often = 50
/** Pictures looked at for one page of a search. */
const mostLookedAt = 40_000
/** The same where no index helps and there are filters alone: lists are asked for more often, and answered sooner. */
const mostFiltered = 5000
/** As many as an index may find to be put in order. */
const mostFound = 10_000

interface Hit {
  readonly id: string
  readonly time: Date
}

const beforePlace = (time: RawBuilder<unknown>, id: RawBuilder<unknown>, place: Place | null): Condition =>
  place === null
    ? sql<boolean>`true`
    : sql<boolean>`(${time}, ${id}) < (${place.time.toISOString()}::timestamptz, ${place.id}::uuid)`

const upTo = (time: RawBuilder<unknown>, id: RawBuilder<unknown>, place: Place): Condition =>
  sql<boolean>`(${time}, ${id}) >= (${place.time.toISOString()}::timestamptz, ${place.id}::uuid)`

const all = (conditions: readonly Condition[]) => sql.join([sql`true`, ...conditions], sql` and `)

/** The columns in whose order the list is. */
function orderOf({ trash, conditions: { tag } }: Scope) {
  if (trash) return { time: sql`images.deleted_at`, id: sql`images.id` }
  return tag === null
    ? { time: sql`images.created_at`, id: sql`images.id` }
    : { time: sql`image_tags.created_at`, id: sql`image_tags.image_id` }
}

/** The list without what has to be looked at in each row. */
function source({ userId, trash, conditions: { tag, ordered } }: Scope) {
  const from = tag === null ? sql`images` : sql`image_tags join images on images.id = image_tags.image_id`
  const tagged = tag === null ? sql`true` : sql`image_tags.tag = ${tag}`
  const deleted = trash ? sql`images.deleted_at is not null` : sql`images.deleted_at is null`
  return sql`from ${from} where ${tagged} and images.user_id = ${userId} and ${deleted} and ${all(ordered)}`
}

const hitsOf = async (db: Db, statement: RawBuilder<Hit>): Promise<Hit[]> => (await statement.execute(db)).rows

async function read(
  db: Db,
  scope: Scope,
  { from, to, limit }: { from: Place | null; to: Place | null; limit: number },
) {
  const { time, id } = orderOf(scope)
  const range = sql`${beforePlace(time, id, from)} and ${to === null ? sql`true` : upTo(time, id, to)}`
  return await hitsOf(
    db,
    sql<Hit>`select ${id} as id, ${time} as time ${source(scope)} and ${range} and ${all(scope.conditions.others)}
      order by ${time} desc, ${id} desc limit ${limit}::integer`,
  )
}

/** The last of the next `count` pictures, or null when there are fewer. Of a tag, pictures in the trash may count too. */
async function placeAfter(db: Db, scope: Scope, { from, count }: { from: Place | null; count: number }) {
  const { time, id } = orderOf(scope)
  const { tag, ordered } = scope.conditions
  const listed =
    tag !== null && !scope.trash && ordered.length === 0 ? sql`from image_tags where tag = ${tag}` : source(scope)
  const [place] = await hitsOf(
    db,
    sql<Hit>`select ${id} as id, ${time} as time ${listed} and ${beforePlace(time, id, from)}
      order by ${time} desc, ${id} desc offset ${count - 1}::integer limit ${1}::integer`,
  )
  return place ?? null
}

/** All that can match, in order from a place on; null when there are too many. */
async function found(
  db: Db,
  scope: Scope,
  { from, limit }: { from: Place | null; limit: number },
): Promise<Hit[] | null> {
  const { finder } = scope.conditions
  if (finder === null) return null
  const { time, id } = orderOf(scope)
  const rows = await hitsOf(
    db,
    sql<Hit & { many: boolean }>`
      with found as materialized (${finder.ids} limit ${mostFound + 1}::integer),
        many as materialized (select count(*) > ${mostFound}::integer as many from found),
        hits as (
          -- A picture may have several of the tags that are meant.
          select distinct one.id, one.time from found cross join lateral (
            -- The offset keeps each picture looked up by itself: nobody knows beforehand how few there are.
            select ${id} as id, ${time} as time ${source(scope)} and images.id = found.id
              and ${beforePlace(time, id, from)} and ${all(finder.rest)} offset 0
          ) as one
          where not (select many from many)
          order by one.time desc, one.id desc limit ${limit}::integer
        )
      select id, time from hits union all select null, null from many where many`,
  )
  return rows.some((row) => row.id === null) ? null : rows
}

/** A page that is all there is, or is followed by more. */
function pageOf(hits: readonly Hit[], limit: number): Page {
  const page = hits.slice(0, limit)
  return { ids: page.map(({ id }) => id), next: hits.length > limit ? (page.at(-1) ?? null) : null }
}

/** Ids of the next pictures that match, in the order of the list. `whole`: as many as can be had at once. */
export async function walk(
  db: Db,
  scope: Scope,
  { from, limit, whole = false }: { from: Place | null; limit: number; whole?: boolean },
): Promise<Page> {
  const { conditions } = scope
  const most = whole || conditions.finder !== null ? mostLookedAt : mostFiltered
  if (conditions.impossible) return { ids: [], next: null }
  if (conditions.others.length === 0) return pageOf(await read(db, scope, { from, to: null, limit: limit + 1 }), limit)
  const hits: Hit[] = []
  let place = from
  let asked = false
  for (let looked = 0; looked < most;) {
    const count = looked === 0 ? firstPart : part
    const to = await placeAfter(db, scope, { from: place, count })
    const some = await read(db, scope, { from: place, to, limit: limit + 1 - hits.length })
    hits.push(...some)
    if (hits.length > limit || to === null) return pageOf(hits, limit)
    if (!asked && some.length * often < count) {
      asked = true
      const rest = await found(db, scope, { from: to, limit: limit + 1 - hits.length })
      if (rest !== null) return pageOf([...hits, ...rest], limit)
    }
    place = to
    looked += count
  }
  return { ids: hits.map(({ id }) => id), next: place }
}

/** The newest matches, at most `limit`, and whether these are all. Looks through no more than one page of a search does. */
export async function gather(db: Db, scope: Scope, limit: number): Promise<{ ids: readonly string[]; whole: boolean }> {
  const { ids, next } = await walk(db, scope, { from: null, limit, whole: true })
  return { ids, whole: next === null }
}
