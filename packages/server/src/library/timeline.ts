// The library by days. Counts and pieces are kept by the database as pictures come and go; here they are only read.
import { sql } from 'kysely'
import type { Timeline, TimelineBucket } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'

export interface OpenBucket {
  /** What its ETag is made of. */
  readonly revision: string
  read(): Promise<TimelineBucket>
}

export interface Timelines {
  /** Every piece of a user's library, the newest first. */
  buckets(userId: string): Promise<Timeline>
  /** @throws EaselError `not-found` when there is no such piece, or not any more */
  open(userId: string, key: string): Promise<OpenBucket>
}

interface Listed {
  readonly key: string
  readonly day: string
  readonly images: number
  readonly revision: string
}

/** No piece has more; said as a value, so that the query is planned for this very piece. */
const most = 1000

const noId = '00000000-0000-0000-0000-000000000000'

/** `2026-11-21` is the first piece of a day; any other also says where it begins. */
const keyOf = sql<string>`case when starts_id = ${sql.lit(noId)}::uuid then day::text
  else day::text || '.' || (extract(epoch from starts_at) * 1000)::bigint || '.' || starts_id end`

function startOf(key: string): { at: string; id: string } | null {
  const [, day, ms, id] =
    /^(\d{4}-\d\d-\d\d)(?:\.(\d{1,14})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?$/.exec(key) ?? []
  const at = new Date(ms === undefined ? `${day}T00:00:00Z` : Number(ms))
  return day === undefined || Number.isNaN(at.getTime()) ? null : { at: at.toISOString(), id: id ?? noId }
}

interface Picture {
  readonly id: string
  readonly width: number
  readonly height: number
  readonly thumbhash: string | null
  readonly created_at: Date
  readonly favourite: boolean
  readonly rating: number
  readonly damaged: boolean
}

function toColumns(rows: readonly Picture[]): TimelineBucket {
  return {
    id: rows.map(({ id }) => id),
    ratio: rows.map(({ width, height }) => Math.round((width / height) * 1000) / 1000),
    thumbhash: rows.map(({ thumbhash }) => thumbhash),
    createdAt: rows.map((row) => row.created_at.getTime()),
    favourite: rows.map(({ favourite }) => favourite),
    rating: rows.map(({ rating }) => rating),
    damaged: rows.map(({ damaged }) => damaged),
  }
}

export function createTimelines(db: Db): Timelines {
  return {
    async buckets(userId) {
      const { rows } = await sql<Listed>`
        select ${keyOf} as key, day::text as day, images, revision::text as revision from timeline_buckets
        where user_id = ${userId} and images > 0 order by starts_at desc, starts_id desc`.execute(db)
      return {
        key: rows.map(({ key }) => key),
        day: rows.map(({ day }) => day),
        images: rows.map(({ images }) => images),
        revision: rows.map(({ revision }) => revision),
      }
    },

    async open(userId, key) {
      const start = startOf(key)
      const gone = () => new EaselError('not-found', 'There is no such part of your timeline, or not any more.')
      if (start === null) throw gone()
      const { rows } = await sql<{ revision: string; to_at: Date; to_id: string }>`
        select piece.revision::text as revision,
          coalesce(next.starts_at, (piece.day + 1)::timestamp at time zone 'utc') as to_at, coalesce(next.starts_id, ${noId}::uuid) as to_id
        from timeline_buckets as piece left join lateral (
          select starts_at, starts_id from timeline_buckets
          where user_id = piece.user_id and day = piece.day and (starts_at, starts_id) > (piece.starts_at, piece.starts_id)
          order by starts_at, starts_id limit 1
        ) as next on true
        where piece.user_id = ${userId} and piece.starts_at = ${start.at}::timestamptz and piece.starts_id = ${start.id}::uuid`.execute(
        db,
      )
      const [piece] = rows
      if (piece === undefined) throw gone()
      return {
        revision: piece.revision,
        async read() {
          const pictures = await sql<Picture>`
            -- Of the few that are damaged another index tells: the rows themselves need not be read.
            select id, width, height, thumbhash, created_at, favourite, rating,
              id in (select id from images where user_id = ${userId} and damage is not null) as damaged
            from images
            where user_id = ${userId} and deleted_at is null
              and (created_at, id) >= (${start.at}::timestamptz, ${start.id}::uuid)
              and (created_at, id) < (${piece.to_at}::timestamptz, ${piece.to_id}::uuid)
            order by created_at desc, id desc limit ${most}::integer`.execute(db)
          return toColumns(pictures.rows)
        },
      }
    },
  }
}
