// Whom somebody shares an album with, and how they are found. Rules SP1 … in docs/spec/people.md.
import { sql } from 'kysely'
import type { AlbumPerson, AlbumPersonPut, Group, Person } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { dropStrays, lockMembers, memberEvents, peopleEvent } from '#library/album-people.ts'
import { takeOne, type Counter } from './limits.ts'
import { admitMember, type AskedAlbum } from './membership.ts'

export interface AlbumOwner {
  /** By a whole e-mail address or name. @throws WaitError */
  find(userId: string, text: string): Promise<Person[]>
  /** The groups that somebody is in, by name. */
  groups(userId: string): Promise<Group[]>
  /** The first named first. @throws EaselError `not-found` */
  list(asked: AskedAlbum): Promise<AlbumPerson[]>
  /** @throws EaselError `not-found` for an album, a person or a group; `conflict` for oneself */
  put(asked: AskedAlbum, wish: AlbumPersonPut): Promise<AlbumPerson>
  /** @throws EaselError `not-found` */
  remove(asked: AskedAlbum, personId: string): Promise<void>
}

export interface AlbumOwnerPorts {
  readonly db: Db
  readonly events: Events
  /** How often somebody looks for people. */
  readonly searches: Counter
}

/** Of one name there may be several; who it is then is known by the e-mail address. */
const mostFound = 10

const noPerson = () => new EaselError('not-found', 'There is nobody here whom an album could be shared with by that.')
const noGroup = () => new EaselError('not-found', 'There is no such group that you are in.')
const noGrant = () => new EaselError('not-found', 'This album is not shared with them.')

/** Whom an album can be shared with: not guests, and nobody who cannot sign in. */
const people = (db: Db) =>
  db.selectFrom('users').where('role', '!=', 'guest').where('disabled_at', 'is', null).where('removal', 'is', null)

async function findPeople(db: Db, userId: string, text: string): Promise<Person[]> {
  const asked = sql`lower(normalize(${text.trim()}::text, nfc))`
  return await people(db)
    .where('id', '!=', userId)
    .where(sql<boolean>`(lower(email) = ${asked} or lower(normalize(name, nfc)) = ${asked})`)
    .orderBy('id')
    .limit(mostFound)
    .select(['id', 'name'])
    .execute()
}

const grants = (db: Db, albumId: string) =>
  db
    .selectFrom('album_grants')
    .leftJoin('users', 'users.id', 'album_grants.user_id')
    .leftJoin('people_groups', 'people_groups.id', 'album_grants.group_id')
    .where('album_grants.album_id', '=', albumId)
    .select([
      'album_grants.id',
      'album_grants.user_id',
      'album_grants.group_id',
      'album_grants.role',
      'album_grants.prompt',
      'album_grants.created_at',
      sql<string>`coalesce(users.name, people_groups.name)`.as('name'),
      sql<number>`(select count(*) from group_members where group_members.group_id = album_grants.group_id)`.as(
        'members',
      ),
    ])

type GrantRow = Awaited<ReturnType<ReturnType<typeof grants>['execute']>>[number]

const toPerson = (row: GrantRow): AlbumPerson => ({
  id: row.id,
  kind: row.group_id === null ? 'user' : 'group',
  whoId: row.user_id ?? row.group_id ?? row.id,
  name: row.name,
  members: row.group_id === null ? null : Number(row.members),
  role: row.role,
  prompt: row.prompt,
  createdAt: row.created_at.toISOString(),
})

/** @throws EaselError `not-found`; `conflict` for oneself */
async function checkWhom(trx: Trx, userId: string, { kind, whoId }: AlbumPersonPut): Promise<void> {
  if (kind === 'user') {
    if (whoId === userId) throw new EaselError('conflict', 'This album is your own.')
    if ((await people(trx).where('id', '=', whoId).select('id').executeTakeFirst()) === undefined) throw noPerson()
    return
  }
  const mine = trx.selectFrom('group_members').where('group_id', '=', whoId).where('user_id', '=', userId)
  if ((await mine.select('group_id').executeTakeFirst()) === undefined) throw noGroup()
}

async function insertGrant(
  trx: Trx,
  { albumId }: AskedAlbum,
  { kind, whoId, role, prompt }: AlbumPersonPut,
): Promise<string> {
  const column = kind === 'user' ? 'user_id' : 'group_id'
  const who = kind === 'user' ? { user_id: whoId, group_id: null } : { user_id: null, group_id: whoId }
  const { id } = await trx
    .insertInto('album_grants')
    .values({ id: newId(), album_id: albumId, ...who, role, prompt })
    .onConflict((conflict) =>
      conflict.columns([column, 'album_id']).where(column, 'is not', null).doUpdateSet({ role, prompt }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  // Whoever has left is in again where they are named alone.
  if (kind === 'user')
    await trx.deleteFrom('album_leavers').where('album_id', '=', albumId).where('user_id', '=', whoId).execute()
  return id
}

export function createAlbumOwner({ db, events, searches }: AlbumOwnerPorts): AlbumOwner {
  const mine = (asked: AskedAlbum) => admitMember(db, asked, 'people')
  /** Changes who sees an album; those who did and those who do now are told, and so is the owner. */
  async function change<T>({ userId, albumId }: AskedAlbum, work: (trx: Trx) => Promise<T>): Promise<T> {
    return await inTransaction(db, async (trx) => {
      await lockMembers(trx, [albumId])
      const before = await memberEvents(trx, [albumId])
      const done = await work(trx)
      await dropStrays(trx, [albumId])
      const all = [peopleEvent(userId), ...before, ...(await memberEvents(trx, [albumId]))]
      await events.appendAll(trx, [...new Map(all.map((told) => [told.userId, told])).values()])
      return done
    })
  }

  return {
    async find(userId, text) {
      await takeOne(searches, userId)
      return await findPeople(db, userId, text)
    },
    async groups(userId) {
      const rows = await db
        .selectFrom('people_groups')
        .innerJoin('group_members', 'group_members.group_id', 'people_groups.id')
        .where('group_members.user_id', '=', userId)
        .orderBy('name_key')
        .select(({ selectFrom }) => [
          'people_groups.id',
          'people_groups.name',
          selectFrom('group_members as everybody')
            .whereRef('everybody.group_id', '=', 'people_groups.id')
            .select(({ fn }) => fn.countAll<number>().as('count'))
            .as('members'),
        ])
        .execute()
      return rows.map(({ id, name, members }) => ({ id, name, members: Number(members ?? 0) }))
    },
    async list(asked) {
      await mine(asked)
      return (await grants(db, asked.albumId).orderBy('album_grants.id').execute()).map(toPerson)
    },
    async put(asked, wish) {
      await mine(asked)
      const id = await change(asked, async (trx) => {
        await checkWhom(trx, asked.userId, wish)
        return await insertGrant(trx, asked, wish)
      })
      const row = await grants(db, asked.albumId).where('album_grants.id', '=', id).executeTakeFirst()
      if (row === undefined) throw noGrant()
      return toPerson(row)
    },
    async remove(asked, personId) {
      await mine(asked)
      await change(asked, async (trx) => {
        const gone = await trx
          .deleteFrom('album_grants')
          .where('album_id', '=', asked.albumId)
          .where('id', '=', personId)
          .returning('id')
          .executeTakeFirst()
        if (gone === undefined) throw noGrant()
      })
    },
  }
}
