// Who sees an album beside its owner, as far as the library has to know: they are told of changes. What they may see and do is decided
// in ../sharing/membership.ts.
import { sql, type RawBuilder } from 'kysely'
import type { Trx } from '#db/database.ts'
import type { Told } from '#events/events.ts'

const idList = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`

/**
 * Every way in which somebody is a member of an album: by name, or by a group that they have not left the album of. One row a way; the
 * same person may have several.
 */
export const memberWays = sql<{ album_id: string; user_id: string; role: 'viewer' | 'editor'; prompt: boolean }>`
  select album_id, user_id, role, prompt from album_grants where user_id is not null
  union all
  select given.album_id, group_members.user_id, given.role, given.prompt
  from album_grants as given join group_members on group_members.group_id = given.group_id
  where not exists (
    select from album_leavers as gone where gone.album_id = given.album_id and gone.user_id = group_members.user_id
  )`

/** Whether somebody is a member of an album in any way. @param albumId, userId columns */
export const isMember = (albumId: RawBuilder<unknown>, userId: RawBuilder<unknown>) =>
  sql<boolean>`exists (select from (${memberWays}) as ways where ways.album_id = ${albumId} and ways.user_id = ${userId})`

/**
 * Has everybody else wait who changes who is a member of these albums, or adds to them as one: nothing is added by who is none any
 * more. First statement of a transaction.
 */
export async function lockMembers(trx: Trx, albumIds: readonly string[]): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended('album members:' || id, 0))
    from (select id from unnest(${idList(albumIds)}) as listed (id) order by id) as ordered`.execute(trx)
}

/** Everybody who sees these albums beside their owners. */
export async function membersOf(trx: Trx, albumIds: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ user_id: string }>`
    select distinct ways.user_id from (${memberWays}) as ways join albums on albums.id = ways.album_id
    where ways.album_id = any (${idList(albumIds)}) and ways.user_id <> albums.user_id`.execute(trx)
  return rows.map((row) => row.user_id)
}

/** Has somebody's open pages load what is shared anew. */
export const peopleEvent = (userId: string): Told => ({ userId, event: { type: 'library.changed', what: 'people' } })

/** What these albums' members are told when something about them changes. */
export async function memberEvents(trx: Trx, albumIds: readonly string[]): Promise<readonly Told[]> {
  return (await membersOf(trx, albumIds)).map(peopleEvent)
}

/** What others are told who see these pictures of a user in an album, when they come or go. */
export async function watcherEvents(
  trx: Trx,
  { userId, imageIds }: { readonly userId: string; readonly imageIds: readonly string[] },
): Promise<readonly Told[]> {
  const { rows } = await sql<{ user_id: string }>`
    with held as (
      select album_id from album_images where image_id = any (${idList(imageIds)})
      union select album_id from album_additions where image_id = any (${idList(imageIds)})
    )
    select user_id from (${memberWays}) as ways where album_id in (select album_id from held)
    union select albums.user_id from albums join album_additions on album_additions.album_id = albums.id
      where album_additions.image_id = any (${idList(imageIds)})`.execute(trx)
  return rows.filter((row) => row.user_id !== userId).map((row) => peopleEvent(row.user_id))
}

/** Takes out of these albums what was added by people who are no members any more. */
export async function dropStrays(trx: Trx, albumIds: readonly string[]): Promise<void> {
  await sql`
    delete from album_additions as added
    where added.album_id = any (${idList(albumIds)}) and not ${isMember(sql`added.album_id`, sql`added.user_id`)}`.execute(
    trx,
  )
}

/** Shares the albums of somebody with nobody any more. @returns what those who saw them are told */
export async function endPeople(trx: Trx, ownerId: string): Promise<readonly Told[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct albums.id from albums join album_grants on album_grants.album_id = albums.id
    where albums.user_id = ${ownerId}`.execute(trx)
  const ids = rows.map(({ id }) => id)
  if (ids.length === 0) return []
  await lockMembers(trx, ids)
  const told = await memberEvents(trx, ids)
  for (const table of ['album_grants', 'album_leavers', 'album_additions'] as const)
    await trx
      .deleteFrom(table)
      .where(sql<boolean>`album_id = any (${idList(ids)})`)
      .execute()
  return told
}
