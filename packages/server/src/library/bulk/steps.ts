// One step of a bulk action or of its undoing: some pictures, and how far it is with them, in one transaction.
import { sql, type Selectable } from 'kysely'
import { BulkAction, Selection } from '@easel/contract'
import type { Log } from '#base/log.ts'
import type { Db, Trx } from '#db/database.ts'
import type { BulkActionTable } from '#db/library-tables.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events, LoggedEvent, Told } from '#events/events.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { eraseFromTrash } from '../erase.ts'
import { memberEvents, watcherEvents } from '../album-people.ts'
import { lockImages } from '../locks.ts'
import { decodeCursor, encodeCursor } from '../list-cursor.ts'
import { openSearch } from '../search/search.ts'
import { walk } from '../search/walk.ts'
import { applyTo, takeBackFrom, type Changed, type Reversible } from './apply.ts'

export interface StepPorts {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
}

export type BulkRow = Selectable<BulkActionTable>

const batch = 100
/** After this the process that is at it counts as gone. */
const claimSeconds = 60

export const claimed = sql<Date>`now() + ${sql.lit(claimSeconds)} * interval '1 second'`

interface Next {
  readonly ids: readonly string[]
  /** Where it goes on; null: these are the last. */
  readonly position: string | null
}

/** The next pictures of a selection. */
async function nextOf(db: Db, { user_id: userId, position, ...row }: BulkRow): Promise<Next> {
  const selection = Selection.parse(row.selection)
  if ('ids' in selection) {
    const from = Number(position ?? 0)
    const to = from + batch
    return { ids: selection.ids.slice(from, to), position: to < selection.ids.length ? String(to) : null }
  }
  const { type } = BulkAction.parse(row.action)
  const trash = type === 'restore' || type === 'erase'
  const search = { ...(await openSearch(db, userId, selection.search)), trash }
  const from = position === null ? null : decodeCursor(position)
  const { ids, next } = await walk(db, search, { from, limit: batch })
  return { ids, position: next === null ? null : encodeCursor(next.time, next.id) }
}

const told = { trash: 'image.deleted', restore: 'image.restored' } as const

/** A few pictures are told of each by itself; of many, pages load their lists anew. */
function eventsOf(row: BulkRow, action: BulkAction, changes: readonly Changed[]): LoggedEvent[] {
  if (changes.length === 0) return []
  const selection = Selection.parse(row.selection)
  const type = action.type === 'trash' || action.type === 'restore' ? told[action.type] : 'image.changed'
  if ('ids' in selection && selection.ids.length <= batch) return changes.map(({ id }) => ({ type, imageId: id }))
  return [{ type: 'library.changed', what: 'images' }]
}

/** What others are told who see these pictures in an album, when they go to the trash or leave it. */
async function othersEvents(
  trx: Trx,
  { action, userId }: { readonly action: BulkAction; readonly userId: string },
  imageIds: readonly string[],
): Promise<readonly Told[]> {
  if (action.type !== 'trash' && action.type !== 'restore') return []
  return await watcherEvents(trx, { userId, imageIds })
}

const everyCollection: readonly LoggedEvent[] = [
  { type: 'library.changed', what: 'tags' },
  { type: 'library.changed', what: 'albums' },
]

/** Writes down how far it is, and tells whoever watches. */
export async function proceed(
  trx: Trx,
  events: Events,
  { id, user_id: userId, seen, changed, position, state, action }: BulkRow,
): Promise<void> {
  const over = state !== 'running' && state !== 'undoing'
  const ends = { finished_at: over ? new Date() : null, claimed_until: over ? null : claimed }
  await trx
    .updateTable('bulk_actions')
    .set({ seen, changed, position, state, ...ends })
    .where('id', '=', id)
    .execute()
  const done = over ? BulkAction.parse(action) : null
  const members = done !== null && 'albumId' in done ? await memberEvents(trx, [done.albumId]) : []
  await events.append(trx, userId, [{ type: 'bulk.changed', bulkId: id }, ...(over ? everyCollection : [])])
  await events.appendAll(trx, members)
}

/** @returns whether there is more to do */
export async function step(ports: StepPorts, row: BulkRow): Promise<boolean> {
  const { db, events } = ports
  const action = BulkAction.parse(row.action)
  const { ids, position } = await nextOf(db, row)
  const state = position === null ? 'done' : 'running'
  const seen = row.seen + ids.length
  // Files go, which no transaction may wait for.
  const erased = action.type === 'erase' ? await eraseFromTrash(ports, { userId: row.user_id }, ids) : 0
  await inTransaction(db, async (trx) => {
    const changes = action.type === 'erase' ? [] : await applyTo(trx, action, { userId: row.user_id, ids })
    if (changes.length > 0) {
      await trx
        .insertInto('bulk_changes')
        .values(changes.map(({ id, before }) => ({ bulk_id: row.id, image_id: id, before: JSON.stringify(before) })))
        .execute()
      await events.append(trx, row.user_id, eventsOf(row, action, changes))
      const changedIds = changes.map(({ id }) => id)
      await events.appendAll(trx, await othersEvents(trx, { action, userId: row.user_id }, changedIds))
    }
    await proceed(trx, events, { ...row, seen, changed: row.changed + changes.length + erased, position, state })
  })
  return position !== null
}

/** @returns whether there is more to do */
export async function stepBack({ db, events }: StepPorts, row: BulkRow, action: Reversible): Promise<boolean> {
  return await inTransaction(db, async (trx) => {
    const some = trx.selectFrom('bulk_changes').select('image_id').where('bulk_id', '=', row.id).limit(sql.lit(batch))
    // What is still written down is what is left to do.
    const rows = await trx
      .deleteFrom('bulk_changes')
      .where('bulk_id', '=', row.id)
      .where('image_id', 'in', some)
      .returning(['image_id', 'before'])
      .execute()
    const changes = rows.map(({ image_id: id, before }) => ({ id, before: before as Changed['before'] })) // oxlint-disable-line typescript/consistent-type-assertions -- as it was written
    if (changes.length > 0) {
      const imageIds = changes.map(({ id }) => id)
      await lockImages(trx, row.user_id, imageIds)
      await takeBackFrom(trx, action, changes)
      await events.append(trx, row.user_id, [{ type: 'library.changed', what: 'images' }])
      await events.appendAll(trx, await othersEvents(trx, { action, userId: row.user_id }, imageIds))
    }
    await proceed(trx, events, { ...row, state: changes.length === 0 ? 'undone' : 'undoing' })
    return changes.length > 0
  })
}
