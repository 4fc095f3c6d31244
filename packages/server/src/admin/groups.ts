// Groups of people, with whom their members share albums. Rules SP3 and SP5 in docs/spec/people.md.
import { sql } from 'kysely'
import type { ManagedGroup, ManagedGroupChange, ManagedGroupCreate } from '@easel/contract'
import { codeOf, EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { nameKey } from '#base/name-key.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { dropStrays, lockMembers, membersOf, peopleEvent } from '#library/album-people.ts'
import type { Security } from './security.ts'
import type { Actor } from './users.ts'

export interface Groups {
  /** By name. */
  list(): Promise<ManagedGroup[]>
  /** @throws EaselError `conflict` for a name that another group has; `validation-failed` for somebody who can be in none */
  create(actor: Actor, group: ManagedGroupCreate): Promise<ManagedGroup>
  /** @throws EaselError as {@link Groups.create}; `not-found` */
  update(actor: Actor, id: string, change: ManagedGroupChange): Promise<ManagedGroup>
  /** @throws EaselError `not-found` */
  remove(actor: Actor, id: string): Promise<void>
}

export interface GroupsPorts {
  readonly db: Db
  readonly events: Events
  readonly security: Pick<Security, 'record'>
}

const uniqueViolation = '23505'
const idList = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`
const missing = () => new EaselError('not-found', 'There is no such group.')

async function read(db: Db, id?: string): Promise<ManagedGroup[]> {
  const groups = await db
    .selectFrom('people_groups')
    .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
    .orderBy('name_key')
    .selectAll()
    .execute()
  const members = await db
    .selectFrom('group_members')
    .innerJoin('users', 'users.id', 'group_members.user_id')
    .$if(id !== undefined, (query) => query.where('group_id', '=', id ?? ''))
    .orderBy('users.name')
    .orderBy('users.id')
    .select(['group_members.group_id', 'users.id', 'users.name', 'users.email'])
    .execute()
  return groups.map((group) => ({
    id: group.id,
    name: group.name,
    members: members
      .filter((member) => member.group_id === group.id)
      .map(({ id: userId, name, email }) => ({ id: userId, name, email })),
    createdAt: group.created_at.toISOString(),
  }))
}

/** Those who are in it from now on. @throws EaselError `validation-failed` */
async function setMembers(trx: Trx, groupId: string, memberIds: readonly string[]): Promise<void> {
  const ids = [...new Set(memberIds)]
  const { count } = await trx
    .selectFrom('users')
    .where(sql<boolean>`id = any (${idList(ids)})`)
    .where('role', '!=', 'guest')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  if (Number(count) < ids.length) {
    throw new EaselError('validation-failed', 'Only people who have an account here can be in a group.', {
      fields: [{ field: 'body.memberIds', message: 'must be people who have an account here' }],
    })
  }
  await sql`delete from group_members where group_id = ${groupId} and user_id <> all (${idList(ids)})`.execute(trx)
  await sql`
    insert into group_members (group_id, user_id) select ${groupId}::uuid, listed.id from unnest(${idList(ids)}) as listed (id)
    on conflict do nothing`.execute(trx)
  // Who comes in anew sees again what they left before.
  await sql`
    delete from album_leavers as gone using album_grants as given
    where given.group_id = ${groupId} and gone.album_id = given.album_id
      and not exists (select from group_members join album_grants as held on held.group_id = group_members.group_id
        where held.album_id = gone.album_id and group_members.user_id = gone.user_id)`.execute(trx)
}

async function albumsOf(trx: Trx, groupId: string): Promise<readonly string[]> {
  const rows = await trx.selectFrom('album_grants').where('group_id', '=', groupId).select('album_id').execute()
  return rows.map((row) => row.album_id)
}

/** Does what changes who is in a group, and tells those who saw its albums and those who see them now. */
async function changing(trx: Trx, events: Events, { id, work }: { id: string; work: () => Promise<void> }) {
  const albumIds = await albumsOf(trx, id)
  await lockMembers(trx, albumIds)
  const before = await membersOf(trx, albumIds)
  await work()
  if (albumIds.length === 0) return
  await dropStrays(trx, albumIds)
  const all = new Set([...before, ...(await membersOf(trx, albumIds))])
  await events.appendAll(trx, Array.from(all, peopleEvent))
}

export function createGroups({ db, events, security }: GroupsPorts): Groups {
  async function write(work: (trx: Trx) => Promise<void>): Promise<void> {
    try {
      await inTransaction(db, work)
    } catch (error) {
      if (codeOf(error) !== uniqueViolation) throw error
      throw new EaselError('conflict', 'Another group has this name.', { cause: error })
    }
  }

  async function get(id: string): Promise<ManagedGroup> {
    const [group] = await read(db, id)
    if (group === undefined) throw missing()
    return group
  }

  const record = (
    trx: Trx,
    { userId: actorId, address }: Actor,
    entry: { readonly action: string; readonly detail: object },
  ) => security.record(trx, { ...entry, actorId, address })

  return {
    list: () => read(db),
    async create(actor, { name, memberIds }) {
      const id = newId()
      await write(async (trx) => {
        await trx
          .insertInto('people_groups')
          .values({ id, name, name_key: nameKey(name) })
          .execute()
        await setMembers(trx, id, memberIds)
        await record(trx, actor, { action: 'group-made', detail: { group: name, members: memberIds.length } })
      })
      return await get(id)
    },
    async update(actor, id, { name, memberIds }) {
      await write(async (trx) => {
        const held = trx.selectFrom('people_groups').where('id', '=', id).select('name').forUpdate()
        const row = await held.executeTakeFirst()
        if (row === undefined) throw missing()
        await changing(trx, events, {
          id,
          async work() {
            if (name !== undefined) {
              const set = { name, name_key: nameKey(name) }
              await trx.updateTable('people_groups').set(set).where('id', '=', id).execute()
            }
            if (memberIds !== undefined) await setMembers(trx, id, memberIds)
            const members = memberIds === undefined ? {} : { members: memberIds.length }
            await record(trx, actor, { action: 'group-changed', detail: { group: name ?? row.name, ...members } })
          },
        })
      })
      return await get(id)
    },
    async remove(actor, id) {
      await write(async (trx) => {
        await changing(trx, events, {
          id,
          async work() {
            const gone = trx.deleteFrom('people_groups').where('id', '=', id).returning('name')
            const row = await gone.executeTakeFirst()
            if (row === undefined) throw missing()
            await record(trx, actor, { action: 'group-removed', detail: { group: row.name } })
          },
        })
      })
    },
  }
}
