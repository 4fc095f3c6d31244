// What members of a shared album see and do. Rules SP10 … in docs/spec/people.md.
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
import {
  memberCount,
  memberPage,
  memberPath,
  memberPictures,
  toMemberImages,
  type MemberPicture,
} from './member-pictures.ts'
import { admitMember, listSeen, mayLabel, type MemberWant, type SeenAlbum } from './membership.ts'

/** An album and who asks for it. */
export interface AskedAlbum {
  readonly userId: string
  readonly albumId: string
}

export interface Members {
  /** Albums that somebody sees together with others, by name. */
  list(userId: string): Promise<SharedAlbum[]>
  /** @throws EaselError `not-found` */
  get(asked: AskedAlbum): Promise<SharedAlbum>
  /** @throws EaselError `not-found`; `validation-failed` for a cursor that is not one of ours */
  page(
    asked: AskedAlbum,
    place: { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<{ data: MemberImage[]; nextCursor: string | null }>
  /** One picture, with how its viewer stands to the album. @throws EaselError `not-found` */
  picture(asked: AskedAlbum, imageId: string): Promise<SeenPicture>
  /** Pictures of the asker's own. @throws EaselError `not-found`, also for a picture; `forbidden` */
  add(asked: AskedAlbum, addition: SharedAddition): Promise<SharedAlbum>
  /** What is not in it is no error. @throws EaselError `not-found`; `forbidden` */
  takeOut(asked: AskedAlbum, imageIds: readonly string[]): Promise<SharedAlbum>
  /** @throws EaselError `not-found`, also for a picture; `forbidden`, also for a picture of somebody who is not the album's owner */
  label(asked: AskedAlbum, labels: SharedLabels): Promise<MemberImage[]>
  /** What the asker has added goes too. @throws EaselError `not-found`; `forbidden` for the owner */
  leave(asked: AskedAlbum): Promise<void>
}

export interface SeenPicture {
  readonly album: SeenAlbum
  readonly picture: MemberPicture
}

export interface MembersPorts {
  readonly db: Db
  readonly events: Events
  readonly collections: Pick<Collections, 'albums' | 'details'>
}

const idList = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`
const noPicture = () => new EaselError('not-found', 'There is no such picture in this album.')
const label = (tagId: string) => ({ tagType: 'LABEL' as const, tagId })

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

async function takeOutAdditions(trx: Trx, albumId: string, imageIds: readonly string[]): Promise<boolean> {
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

export function createMembers({ db, events, collections: { albums, details } }: MembersPorts): Members {
  const admit = (asked: AskedAlbum, want: MemberWant) => admitMember(db, asked, want)

  async function toAlbum(seen: SeenAlbum): Promise<SharedAlbum> {
    const { albumId: id, name, description, ownerId, ownerName, role, prompt, changedAt } = seen
    const { images, coverId } = await memberCount(db, seen)
    return {
      id,
      name,
      description,
      owner: { id: ownerId, name: ownerName },
      role,
      prompt,
      coverUrl: coverId === null ? null : `${memberPath(id, coverId)}/thumbnail`,
      images,
      changedAt: changedAt.toISOString(),
    }
  }

  const get = async (asked: AskedAlbum) => await toAlbum(await admit(asked, 'see'))

  /** @throws EaselError `not-found` for one that is not there */
  async function picturesOf(seen: SeenAlbum, imageIds: readonly string[]): Promise<readonly MemberPicture[]> {
    const pictures = await memberPictures(db, seen, imageIds)
    if (pictures.length < new Set(imageIds).size) throw noPicture()
    return pictures
  }

  return {
    get,
    async list(userId) {
      const listed: SharedAlbum[] = []
      for (const seen of await listSeen(db, userId)) listed.push(await toAlbum(seen))
      return listed
    },
    async page(asked, place) {
      const seen = await admit(asked, 'see')
      const { pictures, nextCursor } = await memberPage(db, seen, place)
      return { data: await toMemberImages(db, seen, pictures), nextCursor }
    },
    async picture(asked, imageId) {
      const album = await admit(asked, 'see')
      const [picture] = await picturesOf(album, [imageId])
      if (picture === undefined) throw noPicture()
      return { album, picture }
    },
    async add(asked, addition) {
      const seen = await admit(asked, 'change')
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
      const seen = await admit(asked, 'change')
      const pictures = await memberPictures(db, seen, imageIds)
      const owners = pictures.filter(({ told }) => told === null).map(({ row }) => row.id)
      if (owners.length > 0) await albums.takeOut(seen.ownerId, seen.albumId, owners)
      await inTransaction(db, async (trx) => {
        if (await takeOutAdditions(trx, seen.albumId, imageIds)) await tellAll(trx, events, seen)
      })
      return await get(asked)
    },
    async label(asked, { imageIds, add, remove }) {
      const seen = await admit(asked, 'change')
      const pictures = await picturesOf(seen, imageIds)
      if (pictures.some((picture) => !mayLabel(seen, picture)))
        throw new EaselError('forbidden', 'Labels of a picture that somebody else has added are theirs to put.')
      for (const { row } of pictures) {
        if (remove.length > 0) await details.removeTags(row.user_id, row.id, remove.map(label))
        if (add.length > 0) await details.addTags(row.user_id, row.id, add.map(label))
      }
      await inTransaction(db, (trx) => tellAll(trx, events, seen))
      return await toMemberImages(db, seen, await picturesOf(seen, imageIds))
    },
    async leave(asked) {
      const seen = await admit(asked, 'leave')
      await inTransaction(db, async (trx) => {
        await lockMembers(trx, [seen.albumId])
        const told = await memberEvents(trx, [seen.albumId])
        await endMembership(trx, asked)
        await events.appendAll(trx, [peopleEvent(seen.ownerId), ...told])
      })
    },
  }
}
