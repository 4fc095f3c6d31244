import { sql } from 'kysely'
import type { Db } from '#db/database.ts'
import type { FoundShare } from './decide.ts'
import { isOwned, shows } from './find.ts'
import { isShareName } from './share-name.ts'
import type { ShareRow } from './share-record.ts'
import type { ShownPicture } from './shown-pictures.ts'

/** A link as it was found by its name, and the picture that was asked for where the link shows it. */
export interface FoundPicture {
  readonly share: FoundShare
  readonly picture: ShownPicture | null
}

type Prefixed<T> = { readonly [K in keyof T & string as `share_${K}`]: T[K] }
type Joined = Prefixed<ShareRow> & { readonly owned: boolean; readonly shows: boolean } & (
    | ShownPicture
    | { readonly id: null }
  )

/** Where a picture stands in what the link shows; null: it shows another. */
const place = sql<number | null>`case shares.kind
  when 'image' then case when images.id = shares.image_id then 1::bigint end
  when 'album' then (
    select position from album_images where album_images.album_id = shares.album_id and album_images.image_id = images.id)
  else (
    select position from share_images where share_images.share_id = shares.id and share_images.image_id = images.id)
end`

const selectJoined = (db: Db, { name, imageId }: { readonly name: string; readonly imageId: string | null }) =>
  db
    .selectFrom('shares')
    .innerJoin('users', 'users.id', 'shares.user_id')
    .leftJoin('images', (join) =>
      join
        .on(sql<boolean>`images.id = coalesce(${imageId}::uuid, shares.image_id)`)
        .onRef('images.user_id', '=', 'shares.user_id')
        .on('images.deleted_at', 'is', null)
        .on(sql<boolean>`${place} is not null`),
    )
    .where('shares.name', '=', name)
    .selectAll('images')
    .select([place.as('position'), isOwned.as('owned'), shows.as('shows')])
    .select(['shares.id as share_id', 'shares.user_id as share_user_id', 'shares.kind as share_kind'])
    .select(['shares.name as share_name', 'shares.image_id as share_image_id', 'shares.album_id as share_album_id'])
    .select(['shares.filename as share_filename', 'shares.title as share_title', 'shares.comment as share_comment'])
    .select(['shares.starts_at as share_starts_at', 'shares.expires_at as share_expires_at'])
    .select(['shares.password as share_password', 'shares.view_limit as share_view_limit'])
    .select(['shares.views as share_views', 'shares.viewed_at as share_viewed_at'])
    .select(['shares.download as share_download', 'shares.prompt as share_prompt', 'shares.listed as share_listed'])
    .select(['shares.address as share_address', 'shares.created_at as share_created_at'])
    .select('shares.revoked_at as share_revoked_at')
    // Of a row that the join has found, every column is as its table says: the types know only that each may be null.
    .$castTo<Joined>()

const toShare = (row: Joined): FoundShare => ({
  id: row.share_id,
  user_id: row.share_user_id,
  kind: row.share_kind,
  name: row.share_name,
  image_id: row.share_image_id,
  album_id: row.share_album_id,
  filename: row.share_filename,
  title: row.share_title,
  comment: row.share_comment,
  starts_at: row.share_starts_at,
  expires_at: row.share_expires_at,
  password: row.share_password,
  view_limit: row.share_view_limit,
  views: row.share_views,
  viewed_at: row.share_viewed_at,
  download: row.share_download,
  prompt: row.share_prompt,
  listed: row.share_listed,
  address: row.share_address,
  created_at: row.share_created_at,
  revoked_at: row.share_revoked_at,
  owned: row.owned,
  shows: row.shows,
})

/**
 * A link and one of its pictures, by one statement.
 * @param imageId null: of a link to one, that one
 */
export async function findWithPicture(db: Db, name: string, imageId: string | null): Promise<FoundPicture | null> {
  if (!isShareName(name)) return null
  const row = await selectJoined(db, { name, imageId }).executeTakeFirst()
  if (row === undefined) return null
  return { share: toShare(row), picture: row.id === null ? null : row }
}
