// What somebody with an account may see of an album and do with it: decided here, and nowhere else. Rules SP1 … in docs/spec/people.md.
import { sql, type RawBuilder } from 'kysely'
import type { MemberRole } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { memberWays } from '#library/album-people.ts'

/**
 * What somebody wants of an album. `see`: its name, its pictures in every size, and copies of them; `change`: to add, take out and label
 * pictures; `people`: to say who sees it; `leave`: not to see it any more.
 */
type MemberWant = 'see' | 'change' | 'people' | 'leave'

/** An album and who asks for it. */
export interface AskedAlbum {
  readonly userId: string
  readonly albumId: string
}

/** How somebody stands to an album that they see. */
export interface Membership {
  readonly albumId: string
  readonly ownerId: string
  /** Who it is about. */
  readonly userId: string
  readonly role: 'owner' | MemberRole
  /** Whether prompts of the owner's pictures are told to them. */
  readonly prompt: boolean
}

/** Whether a person of `users` is somebody: not kept out, and no guest whose time is over. */
export const isOpen = (users: RawBuilder<unknown>) =>
  sql<boolean>`(${users}.disabled_at is null and coalesce(${users}.expires_at > now(), true))`

interface AlbumRow {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly owner_id: string
  readonly owner_name: string
  readonly cover_id: string | null
  readonly changed_at: Date
  readonly role: Membership['role']
  readonly prompt: boolean
}

/** An album as somebody sees it. */
export interface SeenAlbum extends Membership {
  readonly name: string
  readonly description: string | null
  readonly ownerName: string
  readonly coverId: string | null
  readonly changedAt: Date
}

const toSeen = (row: AlbumRow, userId: string): SeenAlbum => ({
  albumId: row.id,
  ownerId: row.owner_id,
  userId,
  role: row.role,
  prompt: row.prompt,
  name: row.name,
  description: row.description,
  ownerName: row.owner_name,
  coverId: row.cover_id,
  changedAt: row.changed_at,
})

/** The albums that others let somebody see, each with the most that any way gives them. */
const seenByOthers = (userId: string, album: RawBuilder<unknown>) => sql`
  select albums.id, albums.name, albums.name_key, albums.description, albums.user_id as owner_id, owners.name as owner_name,
    albums.cover_id, albums.changed_at, case when bool_or(ways.role = 'editor') then 'editor' else 'viewer' end as role,
    bool_or(ways.prompt) as prompt
  from (${memberWays}) as ways join albums on albums.id = ways.album_id join users as owners on owners.id = albums.user_id
  where ways.user_id = ${userId}::uuid and albums.user_id <> ${userId}::uuid and ${isOpen(sql`owners`)} and ${album}
  group by albums.id, owners.id`

const own = (userId: string, album: RawBuilder<unknown>) => sql`
  select albums.id, albums.name, albums.name_key, albums.description, albums.user_id as owner_id, owners.name as owner_name,
    albums.cover_id, albums.changed_at, 'owner' as role, true as prompt
  from albums join users as owners on owners.id = albums.user_id where albums.user_id = ${userId}::uuid and ${album}`

/** The album as somebody sees it, or null where they do not. */
async function findSeen(db: Db, userId: string, albumId: string): Promise<SeenAlbum | null> {
  const one = sql`albums.id = ${albumId}::uuid`
  const { rows } = await sql<AlbumRow>`${own(userId, one)} union all ${seenByOthers(userId, one)}`.execute(db)
  const [row] = rows
  return row === undefined ? null : toSeen(row, userId)
}

/** The albums that somebody sees and is not alone with, by name. */
export async function listSeen(db: Db, userId: string): Promise<readonly SeenAlbum[]> {
  const isShared = sql`exists (select from album_grants where album_grants.album_id = albums.id)`
  const { rows } = await sql<AlbumRow>`
    select * from (${own(userId, isShared)} union all ${seenByOthers(userId, sql`true`)}) as seen
    order by name_key, id`.execute(db)
  return rows.map((row) => toSeen(row, userId))
}

type MemberDecision = 'yes' | 'absent' | 'refused'

const wantsOf: Readonly<Record<Membership['role'], readonly MemberWant[]>> = {
  owner: ['see', 'change', 'people'],
  editor: ['see', 'change', 'leave'],
  viewer: ['see', 'leave'],
}

export function decideMember(membership: Pick<Membership, 'role'> | null, want: MemberWant): MemberDecision {
  if (membership === null) return 'absent'
  // Who may not say who sees it is not told that there is something to say.
  if (want === 'people' && membership.role !== 'owner') return 'absent'
  return wantsOf[membership.role].includes(want) ? 'yes' : 'refused'
}

const noSharedAlbum = (): EaselError => new EaselError('not-found', 'There is no such album for you.')

/**
 * Asked by every route, before anything is read or done.
 * @throws EaselError `not-found` where somebody does not see the album; `forbidden` where they may not do that with it
 */
export async function admitMember(db: Db, { userId, albumId }: AskedAlbum, want: MemberWant): Promise<SeenAlbum> {
  const seen = await findSeen(db, userId, albumId)
  const decision = decideMember(seen, want)
  if (seen === null || decision === 'absent') throw noSharedAlbum()
  if (decision === 'yes') return seen
  throw new EaselError(
    'forbidden',
    want === 'leave' ? 'This album is your own.' : 'You may look at this album, and not change it.',
  )
}

/** Of a picture in an album: whose it is, and whether they let members of the album read its prompt. */
export interface PictureOwner {
  readonly ownerId: string
  /** Of an editor's addition what they have said; null: it is the album owner's. */
  readonly told: boolean | null
}

/** Whether prompt, settings, model, title and labels of a picture are told to a member. */
export function isTold({ prompt, userId }: Membership, { ownerId, told }: PictureOwner): boolean {
  return ownerId === userId || (told ?? prompt)
}

/** Whether a member may put labels on a picture and take them off. */
export function mayLabel({ role, userId }: Membership, { ownerId, told }: PictureOwner): boolean {
  return ownerId === userId || (role !== 'viewer' && told === null)
}
