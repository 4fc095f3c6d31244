// One library becomes part of another. Rules in docs/spec/guests.md.
import { sql } from 'kysely'
import { codeOf, DefectError, EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { adoptOrphans, parseSidecar, type AdoptPorts } from './adopt.ts'
import { sidecarKey, sidecarOf, storageKey, userFolder, type ImageRow, type Sidecar } from './image-record.ts'
import { albumsOf } from './album-members.ts'
import { endPeople } from './album-people.ts'
import { lockHistory, nextHistoryNumber } from './keep.ts'
import { lockTotals } from './locks.ts'
import { addTags, tagsOf } from './tags.ts'
import { addToTotals, countedCost, countedImages, dayOf } from './usage.ts'

export interface HandOver {
  readonly from: string
  readonly to: string
}

const batch = 100
const uniqueViolation = '23505'

/** Old names, and after them the same with more at the end, for when the new library has one of that name. */
function* namesFor({ id, filename }: ImageRow, { from, to }: HandOver): Generator<string> {
  // Contract E puts the owner at the beginning of the name.
  const name = filename.startsWith(`${from}_`) ? `${to}${filename.slice(from.length)}` : filename
  yield name
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  yield `${stem}-${id.slice(-8)}${extension}`
  yield `${id}${extension}`
}

/** Whether this place is free, or already has this very picture, as after a crash. */
async function isFree({ db, storage }: AdoptPorts, row: ImageRow, { to, name }: { to: string; name: string }) {
  const rival = await db
    .selectFrom('images')
    .where('user_id', '=', to)
    .where('filename', '=', name)
    .where('id', '!=', row.id)
    .select('id')
    .executeTakeFirst()
  if (rival !== undefined) return false
  const key = storageKey(to, row.created_at.toISOString(), name)
  const there = (await storage.stat(key)) ?? (await storage.stat(sidecarKey(key)))
  if (there === null) return true
  return parseSidecar(await storage.read(sidecarKey(key)))?.id === row.id
}

async function nameFor(ports: AdoptPorts, row: ImageRow, ends: HandOver): Promise<string> {
  for (const name of namesFor(row, ends)) {
    if (await isFree(ports, row, { to: ends.to, name })) return name
  }
  throw new DefectError(`There is no free name for the picture ${row.id}`)
}

/** Writes the picture to its new place; the old one stays. @returns false when the file is missing */
async function copyFile({ storage }: AdoptPorts, from: string, { key, sidecar }: { key: string; sidecar: Sidecar }) {
  const bytes = await storage.read(from)
  if (bytes === null) return false
  await storage.put(sidecarKey(key), Buffer.from(JSON.stringify(sidecar, null, 2)))
  await storage.put(key, bytes)
  return true
}

/** @returns false when it is not theirs any more */
async function moveRow(
  { db, events }: AdoptPorts,
  row: ImageRow,
  { from, to, sidecar }: HandOver & { sidecar: Sidecar },
) {
  return await inTransaction(db, async (trx) => {
    await lockHistory(trx, to)
    const history = nextHistoryNumber(to, row.history_second)
    await lockTotals(trx, [from, to])
    const key = storageKey(to, sidecar.createdAt, sidecar.filename)
    const moved = await trx
      .updateTable('images')
      .set({ user_id: to, filename: sidecar.filename, storage_key: key, history_number: history })
      .where('id', '=', row.id)
      .where('user_id', '=', from)
      .returning('id')
      .execute()
    if (moved.length === 0) return false
    await trx.updateTable('shares').set({ filename: sidecar.filename }).where('image_id', '=', row.id).execute()
    await trx.deleteFrom('image_tags').where('image_id', '=', row.id).execute()
    await addTags(trx, { userId: to, imageId: row.id }, sidecar.tags)
    await addToTotals(trx, from, { bytes: -row.bytes, images: -1 })
    await addToTotals(trx, to, { bytes: row.bytes, images: 1 })
    const came = row.deleted_at === null ? 'image.added' : 'image.deleted'
    // In one order, so that two of these at once do not wait for each other.
    for (const userId of [from, to].toSorted()) {
      const type = userId === to ? came : 'image.deleted'
      const generation = { generationId: row.generation_id }
      await events.append(trx, userId, [
        type === 'image.added' ? { type, imageId: row.id, ...generation } : { type, imageId: row.id },
      ])
    }
    return true
  })
}

/** File to its new place, then the row, then the old file goes. A crash after any of these is mended by a repeat. */
async function movePicture(ports: AdoptPorts, row: ImageRow, ends: HandOver): Promise<void> {
  const { storage, db, log } = ports
  const filename = await nameFor(ports, row, ends)
  const tags = (await tagsOf(db, [row.id])).get(row.id) ?? []
  const albums = (await albumsOf(db, [row.id])).get(row.id) ?? []
  const sidecar = { ...sidecarOf(row, tags, albums), filename }
  const key = storageKey(ends.to, sidecar.createdAt, filename)
  await copyFile(ports, row.storage_key, { key, sidecar })
  try {
    if (!(await moveRow(ports, row, { ...ends, sidecar }))) return
  } catch (error) {
    // Somebody took that name meanwhile: a repeat finds another one.
    if (codeOf(error) !== uniqueViolation) throw error
    if ((await db.selectFrom('images').where('storage_key', '=', key).select('id').executeTakeFirst()) === undefined) {
      await storage.delete(key)
      await storage.delete(sidecarKey(key))
    }
    throw error
  }
  await storage.delete(row.storage_key)
  await storage.delete(sidecarKey(row.storage_key))
  log.info({ image: row.id, user: ends.from, to: ends.to }, 'image handed over')
}

/** Moves finished generations with what they count for. @returns how many; those that wait or run stay */
async function moveGenerations({ db, events }: AdoptPorts, { from, to }: HandOver): Promise<number> {
  return await inTransaction(db, async (trx) => {
    const { rows } = await sql<{ id: string; state: 'succeeded' | 'failed' | 'cancelled' }>`
      with moved as (
        update generations set user_id = ${to}, idempotency_hash = null,
          -- what opens the status of a task is random: nobody has it twice
          idempotency_key = case when origin = 'tasks' then idempotency_key end
        where id in (
          select id from generations where user_id = ${from} and state not in ('queued', 'running') limit ${batch}::integer
        )
        returning id, state, ${dayOf('generations')} as day, ${countedImages('generations')} as images,
          ${countedCost('generations')} as cost
      ),
      days as (select day, sum(images) as images, sum(cost) as cost from moved group by day),
      added as (
        insert into usage_days as held (user_id, day, images, cost) select ${to}::uuid, day, images, cost from days
        on conflict (user_id, day) do update set images = held.images + excluded.images, cost = held.cost + excluded.cost
      ),
      taken as (
        update usage_days as held set images = held.images - days.images, cost = held.cost - days.cost
        from days where held.user_id = ${from} and held.day = days.day
      )
      select id, state from moved`.execute(trx)
    await events.append(
      trx,
      to,
      rows.map(({ id, state }) => ({ type: 'generation.finished', generationId: id, state }) as const),
    )
    return rows.length
  })
}

/** Tags that no picture had go too: the other library gets them where it has none of that type and id. */
async function mergeTags(trx: Trx, { from, to }: HandOver): Promise<void> {
  await sql`
    update tags as given set user_id = ${to} where user_id = ${from} and not exists (
      select from tags as held
      where held.user_id = ${to} and held.tag_type = given.tag_type and held.tag_id = given.tag_id
    )`.execute(trx)
  await trx.deleteFrom('tags').where('user_id', '=', from).execute()
}

/** Albums and saved searches, under another name where the other library has one of that name. */
async function moveCollections(trx: Trx, { from, to }: HandOver): Promise<void> {
  for (const table of ['albums', 'saved_searches']) {
    const name = sql.table(table)
    await sql`
      update ${name} as given set user_id = ${to}, name = name || added, name_key = name_key || added
      from (
        select id, case
          when exists (select from ${name} as held where held.user_id = ${to} and held.name_key = mine.name_key)
          then ' ' || right(id::text, 8) else '' end as added
        from ${name} as mine where user_id = ${from}
      ) as listed
      where given.id = listed.id`.execute(trx)
  }
}

/**
 * Links go with what they show. Those of a guest who signs up stay open; what a person who left has shown to others is not shown in the
 * name of somebody else.
 */
async function moveShares(trx: Trx, { from, to }: HandOver): Promise<void> {
  await sql`
    update shares set user_id = ${to}, revoked_at = coalesce(shares.revoked_at, case when users.role = 'guest' then null else now() end)
    from users where users.id = ${from} and shares.user_id = ${from}`.execute(trx)
}

/** Lists, templates and styles. One whose name is taken gets another that prompts can still name. */
async function movePromptParts(trx: Trx, { from, to }: HandOver): Promise<void> {
  await sql`
    update prompt_parts as given set user_id = ${to}, name = listed.name, name_key = listed.name_key
    from (
      select mine.id, case when held.id is null then mine.name else left(mine.name, 51) || added end as name,
        case when held.id is null then mine.name_key when length(mine.name) > 51 then left(mine.name_key, 51) || added
          else mine.name_key || added end as name_key
      from (select *, '-' || right(id::text, 8) as added from prompt_parts where user_id = ${from}) as mine
      left join prompt_parts as held on held.user_id = ${to} and held.name_key = mine.name_key
    ) as listed
    where given.id = listed.id`.execute(trx)
}

/** What text models cost, and which one was chosen where the other person has chosen none. */
async function moveWriting(trx: Trx, { from, to }: HandOver): Promise<void> {
  await sql`
    with taken as (delete from writing_days where user_id = ${from} returning day, cost)
    insert into writing_days as held (user_id, day, cost) select ${to}::uuid, day, cost from taken
    on conflict (user_id, day) do update set cost = held.cost + excluded.cost`.execute(trx)
  await sql`
    update writing_choices set user_id = ${to}
    where user_id = ${from} and not exists (select from writing_choices where user_id = ${to})`.execute(trx)
}

/** Old files whose picture has its new place already: a crash came before they went. */
async function removeMoved({ db, storage }: AdoptPorts, from: string): Promise<void> {
  for await (const { key } of storage.list(userFolder(from))) {
    const picture = key.endsWith('.json') ? key.slice(0, -5) : key
    const sidecar = parseSidecar(await storage.read(sidecarKey(picture)))
    if (sidecar === null) continue
    const row = await db.selectFrom('images').where('id', '=', sidecar.id).select('storage_key').executeTakeFirst()
    if (row === undefined || row.storage_key === picture || (await storage.stat(row.storage_key)) === null) continue
    await storage.delete(picture)
    await storage.delete(sidecarKey(picture))
  }
}

const isActive = async (db: Db, userId: string): Promise<boolean> =>
  (await db
    .selectFrom('generations')
    .where('user_id', '=', userId)
    .where('state', 'in', ['queued', 'running'])
    .select('id')
    .executeTakeFirst()) !== undefined

async function checkEnds(db: Db, { from, to }: HandOver): Promise<void> {
  if (from === to) throw new DefectError('A library cannot be handed over to itself')
  const heir = await db.selectFrom('users').where('id', '=', to).select('id').executeTakeFirst()
  if (heir === undefined) throw new EaselError('not-found', 'There is nobody to hand the library over to.')
}

/**
 * Gives everything in a library to another user: pictures with file, sidecar, tags and lineage, those in the trash too, and generations.
 * Nobody may work in the old library any more; a generation that is still under way there is waited for by a repeat. Crash-safe: a
 * repeat finishes it.
 * @throws EaselError `not-found` when there is nobody to give it to; `conflict` while work is under way, after all else was moved
 */
export async function handOver(ports: AdoptPorts, ends: HandOver): Promise<void> {
  const { db } = ports
  await checkEnds(db, ends)
  await inTransaction(db, async (trx) => {
    const told = await endPeople(trx, ends.from)
    await moveCollections(trx, ends)
    await moveShares(trx, ends)
    await ports.events.appendAll(trx, told)
  })
  const active = await isActive(db, ends.from)
  if (!active) await adoptOrphans(ports, { userId: ends.from, olderThanMs: 0 })
  for (;;) {
    const rows = await db
      .selectFrom('images')
      .selectAll()
      .where('user_id', '=', ends.from)
      .orderBy('id')
      .limit(batch)
      .execute()
    if (rows.length === 0) break
    for (const row of rows) await movePicture(ports, row, ends)
  }
  while ((await moveGenerations(ports, ends)) > 0);
  if (active || (await isActive(db, ends.from))) {
    throw new EaselError(
      'conflict',
      'A generation is still under way in this library; the rest follows when it has ended.',
    )
  }
  await inTransaction(db, async (trx) => {
    await mergeTags(trx, ends)
    await moveWriting(trx, ends)
    await movePromptParts(trx, ends)
  })
  await removeMoved(ports, ends.from)
}
