// A link's row, and what its owner is told of it.
import { sql, type Selectable } from 'kysely'
import type { Share } from '@easel/contract'
import type { Db } from '#db/database.ts'
import type { ShareTable } from '#db/share-tables.ts'
import { stateOf } from './decide.ts'

export type ShareRow = Selectable<ShareTable>

const isShown = sql`images.user_id = shares.user_id and images.deleted_at is null`

/** Picture by picture: a join would read the owner's whole library. */
export const countSelected = sql<number>`(
  select count(*) from share_images cross join lateral (
    select images.id from images where images.id = share_images.image_id and ${isShown} limit 1
  ) as held where share_images.share_id = shares.id)`

/** Of an album there may be very many: the database keeps count. */
const images = sql<number>`case kind
  when 'image' then (select count(*) from images where images.id = shares.image_id and ${isShown})
  when 'album' then coalesce((select albums.images from albums where albums.id = shares.album_id), 0)
  else ${countSelected}
end`

const inAlbum = sql`from album_images join images on images.id = album_images.image_id
  where album_images.album_id = shares.album_id and ${isShown}`

/** What stands for a link in lists and previews. */
export const coverOf = sql<string | null>`case kind
  when 'image' then (select images.id from images where images.id = shares.image_id and ${isShown})
  when 'album' then coalesce(
    (select images.id ${inAlbum} and images.id = (select cover_id from albums where albums.id = shares.album_id)),
    (select images.id ${inAlbum} order by album_images.position, album_images.image_id limit 1))
  else (select images.id from share_images join images on images.id = share_images.image_id
    where share_id = shares.id and ${isShown} order by share_images.position limit 1)
end`

const label = sql<string | null>`case kind
  when 'image' then (select images.title from images where images.id = shares.image_id and ${isShown})
  when 'album' then (select albums.name from albums where albums.id = shares.album_id)
end`

/** The links of a user, each with what it shows. */
export const selectShares = (db: Db, userId: string) =>
  db
    .selectFrom('shares')
    .selectAll('shares')
    .select([images.as('images'), coverOf.as('cover'), label.as('label')])
    .where('shares.user_id', '=', userId)

export type ToldRow = Awaited<ReturnType<ReturnType<typeof selectShares>['execute']>>[number]

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null

interface Telling {
  /** What stands before a path, or nothing. */
  readonly origin: string
  readonly cdnUrl: string | null
  readonly now: number
  readonly gallery: boolean
}

export function toShare(row: ToldRow, { origin, cdnUrl, now, gallery }: Telling): Share {
  const isFile = row.kind === 'image' && row.password === null && row.download
  return {
    id: row.id,
    kind: row.kind,
    imageId: row.image_id,
    albumId: row.album_id,
    label: row.label,
    coverId: row.cover,
    images: row.images,
    name: row.name,
    address: row.address,
    url: origin + (row.address === null ? `/s/${row.name}` : `/g/${row.address}`),
    fileUrl: isFile ? `${(row.view_limit === null ? cdnUrl : null) ?? origin}/images/${row.name}` : null,
    state: stateOf(row, { now, gallery }),
    title: row.title,
    comment: row.comment,
    startsAt: timeOf(row.starts_at),
    expiresAt: timeOf(row.expires_at),
    hasPassword: row.password !== null,
    viewLimit: row.view_limit,
    views: row.views,
    viewedAt: timeOf(row.viewed_at),
    download: row.download,
    prompt: row.prompt,
    listed: row.listed,
    createdAt: row.created_at.toISOString(),
    revokedAt: timeOf(row.revoked_at),
  }
}
