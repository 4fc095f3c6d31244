import { sql } from 'kysely'
import { searchOf, type ImageFilter, type SearchQuery } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { decodeNumberCursor, encodeNumberCursor } from '../list-cursor.ts'
import { conditionsOf, rankOf, rankQuery } from './conditions.ts'
import { gather, type Scope } from './walk.ts'

export interface Search extends Scope {
  readonly query: SearchQuery
}

/** @throws EaselError `validation-failed` that names the part which cannot be understood */
export async function openSearch(db: Db, userId: string, filter: ImageFilter): Promise<Search> {
  const { query, faults } = searchOf(filter)
  if (faults.length > 0) {
    const said = faults.map(({ part, message }) => `“${part}” ${message}`)
    throw new EaselError('validation-failed', `The search cannot be understood: ${said.join('; ')}.`, {
      fields: said.map((message) => ({ field: 'query.q', message })),
    })
  }
  return { userId, trash: query.trash === true, query, conditions: await conditionsOf(db, userId, query) }
}

export interface Ranked {
  readonly ids: readonly string[]
  readonly nextCursor: string | null
}

/** As many of the newest matches are put in order by rank. */
const mostRanked = 2000
/** More are counted as `more`. */
const mostCounted = 2000

interface RankedHit {
  readonly id: string
  readonly number: number
}

/** The best first; ids are in one spelling, so that they compare as PostgreSQL's do. */
const byRank = (a: RankedHit, b: RankedHit): number => b.number - a.number || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)

/** A page of the best matches; null when there is nothing to rank by. */
export async function rankedPage(
  db: Db,
  search: Search,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<Ranked | null> {
  const wanted = rankQuery(search.query)
  if (wanted === null) return null
  const from = cursor === undefined ? null : decodeNumberCursor(cursor)
  const { hits } = await gather(db, { ...search, rank: rankOf(wanted) }, mostRanked)
  const ranked = hits.map(({ id, rank }) => ({ id, number: rank ?? 0 })).toSorted(byRank)
  const listed = from === null ? ranked : ranked.filter((hit) => byRank(from, hit) < 0)
  const page = listed.slice(0, limit)
  const last = listed.length > limit ? page.at(-1) : undefined
  return {
    ids: page.map(({ id }) => id),
    nextCursor: last === undefined ? null : encodeNumberCursor(last.number, last.id),
  }
}

export interface Count {
  readonly count: number
  /** There are more, or may be: counting them all would take too long. */
  readonly more: boolean
}

const isEverything = ({ query, trash, conditions }: Search): boolean =>
  !trash &&
  conditions.tag === null &&
  conditions.others.length === 0 &&
  conditions.ordered.length === 0 &&
  query.tags.length === 0

/** How many pictures match, as far as that can be told without keeping anybody waiting. */
export async function countImages(db: Db, userId: string, filter: ImageFilter): Promise<Count> {
  const search = await openSearch(db, userId, filter)
  const { conditions, trash } = search
  if (conditions.impossible) return { count: 0, more: false }
  if (isEverything(search)) {
    const { rows } = await sql<{ count: number }>`
      select coalesce(sum(images), 0)::integer as count from timeline_buckets where user_id = ${userId}`.execute(db)
    return { count: rows[0]?.count ?? 0, more: false }
  }
  const tagAlone =
    conditions.tag !== null && !trash && conditions.others.length === 0 && conditions.ordered.length === 0
  if (tagAlone) {
    const row = await db.selectFrom('tags').where('id', '=', conditions.tag).select('images').executeTakeFirst()
    return { count: row?.images ?? 0, more: false }
  }
  const { hits, whole } = await gather(db, search, mostCounted)
  return { count: hits.length, more: !whole }
}
