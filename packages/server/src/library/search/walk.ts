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
  /** How well a picture matches, where that is asked for. */
  readonly rank?: RawBuilder<number> | undefined
}

export interface Page {
  readonly ids: readonly string[]
  /** Where it goes on; null: there is no more. A page may be short, or empty, and go on all the same. */
  readonly next: Place | null
}

/** Pictures looked at before an index is asked. */
const firstPart = 500
const part = 1500
/** Where one in so many of those matches, an index would find too many: reading on is sooner done than its giving up. */
const often = 100
/** As many as an index may find to be put in order. */
const mostFound = 3000

/**
 * Pictures looked at for one page, about as many as take a twentieth of a second where words are looked at, and a hundredth for
 * filters alone: those are asked for more often. Of a tag each picture is a row by itself that has to be found.
 */
function mostLookedAt({ conditions: { finder, tag } }: Scope, whole: boolean): number {
  if (finder !== null) return 4000
  if (whole) return 12_000
  return tag === null ? 2000 : 500
}

interface Hit {
  readonly id: string
  readonly time: Date
  /** Null where nobody asks. */
  readonly rank: number | null
}

interface Hits {
  readonly hits: readonly Hit[]
  readonly next: Place | null
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

/** The columns of a hit. */
function hitOf(scope: Scope): RawBuilder<unknown> {
  const { time, id } = orderOf(scope)
  return sql`${id} as id, ${time} as time, ${scope.rank ?? sql`null::float8`} as rank`
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
    sql<Hit>`select ${hitOf(scope)} ${source(scope)} and ${range} and ${all(scope.conditions.others)}
      order by ${time} desc, ${id} desc limit ${limit}::integer`,
  )
}

/** The last of the next `count` pictures, or null when there are fewer. Of a tag, pictures in the trash may count too. */
async function placeAfter(db: Db, scope: Scope, { from, count }: { from: Place | null; count: number }) {
  const { time, id } = orderOf(scope)
  const { tag, ordered } = scope.conditions
  const listed =
    tag !== null && !scope.trash && ordered.length === 0 ? sql`from image_tags where tag = ${tag}` : source(scope)
  const { rows } = await sql<Place>`
    select ${id} as id, ${time} as time ${listed} and ${beforePlace(time, id, from)}
      order by ${time} desc, ${id} desc offset ${count - 1}::integer limit ${1}::integer`.execute(db)
  return rows[0] ?? null
}

/**
 * Whether the finder would read much in vain. Where nothing else is asked for, the part that was looked at has told; else the newest
 * pictures do, which is no more than a guess.
 */
async function findsMany(db: Db, { userId, conditions: { finder, ordered, tag } }: Scope): Promise<boolean> {
  if (finder === null || !finder.readsAll) return false
  if (finder.rest.length === 0 && ordered.length === 0 && tag === null) return false
  const { rows } = await sql<{ count: number }>`
    select count(*)::integer as count from (
      select id from images where user_id = ${userId} and deleted_at is null
      order by created_at desc, id desc limit ${firstPart}::integer
    ) as images where ${all(finder.holds)}`.execute(db)
  return (rows[0]?.count ?? 0) * often >= firstPart
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
      -- The limit by itself: with it the planner would rather read the whole table, in the hope of an early end.
      with findable as materialized (${finder.ids}),
        found as materialized (select id from findable limit ${mostFound + 1}::integer),
        many as materialized (select count(*) > ${mostFound}::integer as many from found),
        hits as (
          -- A picture may have several of the tags that are meant.
          select distinct one.id, one.time, one.rank from found cross join lateral (
            -- The offset keeps each picture looked up by itself: nobody knows beforehand how few there are.
            select ${hitOf(scope)} ${source(scope)} and images.id = found.id
              and ${beforePlace(time, id, from)} and ${all(finder.rest)} offset 0
          ) as one
          where not (select many from many)
          order by one.time desc, one.id desc limit ${limit}::integer
        )
      select id, time, rank from hits union all select null, null, null from many where many`,
  )
  return rows.some((row) => row.id === null) ? null : rows
}

/** A page that is all there is, or is followed by more. */
function pageOf(all: readonly Hit[], limit: number): Hits {
  const hits = all.slice(0, limit)
  return { hits, next: all.length > limit ? (hits.at(-1) ?? null) : null }
}

async function look(
  db: Db,
  scope: Scope,
  { from, limit, whole = false }: { from: Place | null; limit: number; whole?: boolean },
): Promise<Hits> {
  const { conditions } = scope
  const most = mostLookedAt(scope, whole)
  if (conditions.impossible) return { hits: [], next: null }
  if (conditions.others.length === 0) return pageOf(await read(db, scope, { from, to: null, limit: limit + 1 }), limit)
  const hits: Hit[] = []
  let place = from
  let asked = false
  for (let looked = 0; looked < most;) {
    const count = looked === 0 ? firstPart : Math.min(part, most - looked)
    const to = await placeAfter(db, scope, { from: place, count })
    const some = await read(db, scope, { from: place, to, limit: limit + 1 - hits.length })
    hits.push(...some)
    if (hits.length > limit || to === null) return pageOf(hits, limit)
    if (!asked && some.length * often < count) {
      asked = true
      const rest = (await findsMany(db, scope))
        ? null
        : await found(db, scope, { from: to, limit: limit + 1 - hits.length })
      if (rest !== null) return pageOf([...hits, ...rest], limit)
    }
    place = to
    looked += count
  }
  return { hits, next: place }
}

/** Ids of the next pictures that match, in the order of the list. */
export async function walk(db: Db, scope: Scope, page: { from: Place | null; limit: number }): Promise<Page> {
  const { hits, next } = await look(db, scope, page)
  return { ids: hits.map(({ id }) => id), next }
}

/** The newest matches, at most `limit`, and whether these are all. Looks through no more than one page of a search does. */
export async function gather(db: Db, scope: Scope, limit: number): Promise<{ hits: readonly Hit[]; whole: boolean }> {
  const { hits, next } = await look(db, scope, { from: null, limit, whole: true })
  return { hits, whole: next === null }
}
