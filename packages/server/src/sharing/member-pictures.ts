// The pictures that a member of an album sees in it, in its order. Rules SP10 … in docs/spec/people.md.
import { sql, type RawBuilder } from 'kysely'
import type { MemberImage, Person } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { isMember } from '#library/album-people.ts'
import type { ImageRow } from '#library/image-record.ts'
import { decodeNumberCursor, encodeNumberCursor } from '#library/list-cursor.ts'
import { tagsOf } from '#library/tags.ts'
import { isOpen, isTold, mayLabel, type Membership, type PictureOwner } from './membership.ts'
import { storyOf } from './view.ts'

/** A picture in an album as a member sees it. */
export interface MemberPicture extends PictureOwner {
  readonly row: ImageRow
  readonly ownerName: string
  readonly position: number
}

export interface MemberPage {
  readonly pictures: readonly MemberPicture[]
  readonly nextCursor: string | null
}

interface PlaceRow {
  readonly image_id: string
  readonly position: number
  readonly told: boolean | null
}

/** What an album shows of its owner's pictures. */
const ownersPlaces = ({ albumId, ownerId }: Membership, where: RawBuilder<unknown>) => sql`
  select places.image_id, places.position, null::boolean as told
  from album_images as places join images on images.id = places.image_id
  where places.album_id = ${albumId}::uuid and images.user_id = ${ownerId}::uuid and images.deleted_at is null and ${where}`

/** What editors have added, as long as they are members and somebody. */
const addedPlaces = ({ albumId }: Membership, where: RawBuilder<unknown>) => sql`
  select places.image_id, places.position, places.prompt as told
  from album_additions as places join images on images.id = places.image_id and images.user_id = places.user_id
  join users on users.id = places.user_id
  where places.album_id = ${albumId}::uuid and images.deleted_at is null and ${isOpen(sql`users`)}
    and ${isMember(sql`places.album_id`, sql`places.user_id`)} and ${where}`

async function withRows(db: Db, places: readonly PlaceRow[]): Promise<readonly MemberPicture[]> {
  if (places.length === 0) return []
  const rows = await db
    .selectFrom('images')
    .innerJoin('users', 'users.id', 'images.user_id')
    .where(sql<boolean>`images.id = any (${`{${places.map((place) => place.image_id).join(',')}}`}::uuid[])`)
    .selectAll('images')
    .select('users.name as owner_name')
    .execute()
  const byId = new Map(rows.map((row) => [row.id, row]))
  return places.flatMap(({ image_id: id, position, told }) => {
    const found = byId.get(id)
    if (found === undefined) return []
    const { owner_name: ownerName, ...row } = found
    return [{ row, ownerName, ownerId: row.user_id, position, told }]
  })
}

/** @throws EaselError `validation-failed` for a cursor that is not one of ours */
export async function memberPage(
  db: Db,
  membership: Membership,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<MemberPage> {
  const from = cursor === undefined ? null : decodeNumberCursor(cursor)
  const after =
    from === null ? sql`true` : sql`(places.position, places.image_id) > (${from.number}::bigint, ${from.id}::uuid)`
  const some = sql`order by places.position, places.image_id limit ${limit + 1}::integer`
  // Each half reads no more than a page of its index.
  const { rows } = await sql<PlaceRow>`
    select * from ((${ownersPlaces(membership, after)} ${some}) union all (${addedPlaces(membership, after)} ${some})) as found
    order by position, image_id limit ${limit + 1}::integer`.execute(db)
  const page = rows.slice(0, limit)
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    pictures: await withRows(db, page),
    nextCursor: last === undefined ? null : encodeNumberCursor(last.position, last.image_id),
  }
}

/** Those of these that a member sees, in the order in which they are asked for. */
export async function memberPictures(
  db: Db,
  membership: Membership,
  imageIds: readonly string[],
): Promise<readonly MemberPicture[]> {
  const asked = sql`places.image_id = any (${`{${imageIds.join(',')}}`}::uuid[])`
  const { rows } = await sql<PlaceRow>`
    ${ownersPlaces(membership, asked)} union all ${addedPlaces(membership, asked)}`.execute(db)
  const byId = new Map(rows.map((row) => [row.image_id, row]))
  return await withRows(
    db,
    [...new Set(imageIds)].flatMap((id) => byId.get(id) ?? []),
  )
}

export const noMemberPicture = (): EaselError => new EaselError('not-found', 'There is no such picture in this album.')

/** All of these, as {@link memberPictures}. @throws EaselError `not-found` where a member does not see one of them */
export async function everyPicture(
  db: Db,
  membership: Membership,
  imageIds: readonly string[],
): Promise<readonly MemberPicture[]> {
  const pictures = await memberPictures(db, membership, imageIds)
  if (pictures.length < new Set(imageIds).size) throw noMemberPicture()
  return pictures
}

/** How many a member sees, and what stands for them. Of the owner's there may be very many: the database keeps count. */
export async function memberCount(
  db: Db,
  membership: Membership & { readonly coverId: string | null },
): Promise<{ readonly images: number; readonly coverId: string | null }> {
  const none = sql`true`
  const chosen = sql`places.image_id = ${membership.coverId}::uuid`
  const first = sql`order by places.position, places.image_id limit 1`
  const { rows } = await sql<{ images: number; cover: string | null }>`
    select coalesce((select albums.images from albums where albums.id = ${membership.albumId}::uuid), 0)
        + (select count(*) from (${addedPlaces(membership, none)}) as added) as images,
      coalesce(
        (select image_id from (${ownersPlaces(membership, chosen)}) as cover),
        (select image_id from (${ownersPlaces(membership, none)} ${first}) as cover),
        (select image_id from (${addedPlaces(membership, none)} ${first}) as cover)) as cover`.execute(db)
  return { images: Number(rows[0]?.images ?? 0), coverId: rows[0]?.cover ?? null }
}

/** Paths of an album's pictures as members get them. */
export const memberPath = (albumId: string, imageId: string): string =>
  `/api/shared/albums/${albumId}/images/${imageId}`

/** What a member is told of pictures. What other systems call their things is nobody's business here: labels only. */
export async function toMemberImages(
  db: Db,
  membership: Membership,
  pictures: readonly MemberPicture[],
): Promise<MemberImage[]> {
  const tags = await tagsOf(
    db,
    pictures.map(({ row }) => row.id),
  )
  return pictures.map((picture) => {
    const { row, ownerId, ownerName } = picture
    const owner: Person = { id: ownerId, name: ownerName }
    const told = isTold(membership, picture)
    const taggable = mayLabel(membership, picture)
    const labels = (tags.get(row.id) ?? []).filter(({ tagType }) => tagType === 'LABEL')
    const path = memberPath(membership.albumId, row.id)
    return {
      id: row.id,
      width: row.width,
      height: row.height,
      mimeType: row.mime_type,
      thumbhash: row.thumbhash,
      owner,
      mine: ownerId === membership.userId,
      taggable,
      title: told ? row.title : null,
      labels: told || taggable ? labels.map(({ tagId }) => tagId) : [],
      thumbnailUrl: `${path}/thumbnail`,
      fileUrl: `${path}/file`,
      story: told ? storyOf(row) : null,
      createdAt: row.created_at.toISOString(),
    }
  })
}
