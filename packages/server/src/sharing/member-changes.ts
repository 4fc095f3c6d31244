// What members change of a shared album. Rules SP6, SP11 and SP12 in docs/spec/people.md.
import { sql } from 'kysely'
import type { MemberImage, SharedAddition, SharedAlbum, SharedLabels } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { positionStep } from '#library/album-members.ts'
import { dropStrays, lockMembers, memberEvents, peopleEvent } from '#library/album-people.ts'
import { checkPictures } from '#library/albums.ts'
import type { Collections } from '#library/collections.ts'
import { lockImages } from '#library/locks.ts'
import { everyPicture, memberPictures, toMemberImages } from './member-pictures.ts'
import { admitMember, mayLabel, type AskedAlbum, type SeenAlbum } from './membership.ts'
import { toSharedAlbum } from './shared-album.ts'

export interface MemberChanges {
  /** Pictures of the asker's own. @throws EaselError `not-found`, also for a picture; `forbidden` */
  add(asked: AskedAlbum, addition: SharedAddition): Promise<SharedAlbum>
  /** What is not in it is no error. @throws EaselError `not-found`; `forbidden` */
  takeOut(asked: AskedAlbum, imageIds: readonly string[]): Promise<SharedAlbum>
  /** @throws EaselError `not-found`, also for a picture; `forbidden`, also for a picture that somebody else has added */
  label(asked: AskedAlbum, labels: SharedLabels): Promise<MemberImage[]>
  /** What the asker has added goes too. @throws EaselError `not-found`; `forbidden` for the owner */
  leave(asked: AskedAlbum): Promise<void>
}

export interface MemberChangesPorts {
  readonly db: Db
  readonly events: Events
  readonly collections: Pick<Collections, 'albums' | 'details'>
}

const idList = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`
const labelTag = (tagId: string) => ({ tagType: 'LABEL' as const, tagId })

/** At the end of the album; what is there already stays where it is, and tells what is said now. */
async function insertAdditions(
  trx: Trx,
  { userId, albumId }: AskedAlbum,
  { imageIds, prompt }: SharedAddition,
): Promise<void> {
  const last = (table: 'album_images' | 'album_additions') =>
    sql`coalesce((select max(position) from ${sql.table(table)} where album_id = ${albumId}::uuid), 0)`
  await sql`
    insert into album_additions as held (album_id, image_id, user_id, position, prompt)
    select ${albumId}::uuid, listed.id, ${userId}::uuid,
      greatest(${last('album_images')}, ${last('album_additions')}) + listed.place * ${positionStep}::bigint, ${prompt}::boolean
    from unnest(${idList([...new Set(imageIds)])}) with ordinality as listed (id, place)
    on conflict (album_id, image_id) do update set user_id = excluded.user_id, prompt = excluded.prompt`.execute(trx)
}

/** What everybody is told who sees an album. */
async function tellAll(trx: Trx, events: Events, { albumId, ownerId }: SeenAlbum): Promise<void> {
  await events.appendAll(trx, [peopleEvent(ownerId), ...(await memberEvents(trx, [albumId]))])
}

/** @returns whether any of them was there */
async function deleteAdditions(trx: Trx, albumId: string, imageIds: readonly string[]): Promise<boolean> {
  const gone = await trx
    .deleteFrom('album_additions')
    .where('album_id', '=', albumId)
    .where(sql<boolean>`image_id = any (${idList(imageIds)})`)
    .returning('image_id')
    .execute()
  return gone.length > 0
}

/** By name and by every group. */
async function endMembership(trx: Trx, { userId, albumId }: AskedAlbum): Promise<void> {
  await trx.deleteFrom('album_grants').where('album_id', '=', albumId).where('user_id', '=', userId).execute()
  await sql`
    insert into album_leavers (album_id, user_id)
    select ${albumId}::uuid, ${userId}::uuid
    where exists (
      select from album_grants as given join group_members on group_members.group_id = given.group_id
      where given.album_id = ${albumId}::uuid and group_members.user_id = ${userId}::uuid)
    on conflict do nothing`.execute(trx)
  await dropStrays(trx, [albumId])
}

async function leave({ db, events }: MemberChangesPorts, asked: AskedAlbum): Promise<void> {
  const seen = await admitMember(db, asked, 'leave')
  await inTransaction(db, async (trx) => {
    await lockMembers(trx, [seen.albumId])
    const told = await memberEvents(trx, [seen.albumId])
    await endMembership(trx, asked)
    await events.appendAll(trx, [peopleEvent(seen.ownerId), ...told])
  })
}

export function createMemberChanges(ports: MemberChangesPorts): MemberChanges {
  const { db, events, collections } = ports
  const { albums, details } = collections
  const get = async (asked: AskedAlbum) => await toSharedAlbum(db, await admitMember(db, asked, 'see'))

  return {
    async add(asked, addition) {
      const seen = await admitMember(db, asked, 'change')
      if (seen.role === 'owner') {
        await albums.add(asked.userId, asked.albumId, addition.imageIds)
        return await get(asked)
      }
      await inTransaction(db, async (trx) => {
        await lockMembers(trx, [asked.albumId])
        await lockImages(trx, asked.userId, addition.imageIds)
        await checkPictures(trx, asked.userId, addition.imageIds)
        // Whoever was taken away meanwhile adds nothing.
        await admitMember(trx, asked, 'change')
        await insertAdditions(trx, asked, addition)
        await tellAll(trx, events, seen)
      })
      return await get(asked)
    },
    async takeOut(asked, imageIds) {
      const seen = await admitMember(db, asked, 'change')
      const pictures = await memberPictures(db, seen, imageIds)
      const owners = pictures.filter(({ told }) => told === null).map(({ row }) => row.id)
      if (owners.length > 0) await albums.takeOut(seen.ownerId, seen.albumId, owners)
      await inTransaction(db, async (trx) => {
        if (await deleteAdditions(trx, seen.albumId, imageIds)) await tellAll(trx, events, seen)
      })
      return await get(asked)
    },
    async label(asked, { imageIds, add, remove }) {
      const seen = await admitMember(db, asked, 'change')
      const pictures = await everyPicture(db, seen, imageIds)
      if (pictures.some((picture) => !mayLabel(seen, picture)))
        throw new EaselError('forbidden', 'Labels of a picture that somebody else has added are theirs to put.')
      for (const { row } of pictures) {
        if (remove.length > 0) await details.removeTags(row.user_id, row.id, remove.map(labelTag))
        if (add.length > 0) await details.addTags(row.user_id, row.id, add.map(labelTag))
      }
      await inTransaction(db, (trx) => tellAll(trx, events, seen))
      return await toMemberImages(db, seen, await everyPicture(db, seen, imageIds))
    },
    leave: (asked) => leave(ports, asked),
  }
}
