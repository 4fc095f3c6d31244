import {
  searchOf,
  StoredFilter,
  type SavedSearch,
  type SavedSearchChange,
  type SavedSearchCreate,
} from '@easel/contract'
import { codeOf, EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { LibraryPorts } from './details.ts'
import { nameKey } from '#base/name-key.ts'

export interface SavedSearches {
  /** By name. */
  list(userId: string): Promise<SavedSearch[]>
  /** @throws EaselError `conflict` for a name that another one has; `validation-failed` for what cannot be understood */
  create(userId: string, search: SavedSearchCreate): Promise<SavedSearch>
  /** @throws EaselError as above, and `not-found` */
  update(userId: string, id: string, change: SavedSearchChange): Promise<SavedSearch>
  /** @throws EaselError `not-found` */
  remove(userId: string, id: string): Promise<void>
}

const uniqueViolation = '23505'
const missing = () => new EaselError('not-found', 'There is no such saved search.')

/** What of a search cannot be understood, in words. */
export const faultsIn = (query: StoredFilter): readonly string[] =>
  searchOf(query).faults.map(({ part, message }) => `“${part}” ${message}`)

function check(query: StoredFilter | undefined): void {
  const said = query === undefined ? [] : faultsIn(query)
  if (said.length === 0) return
  throw new EaselError('validation-failed', `The search cannot be understood: ${said.join('; ')}.`, {
    fields: said.map((message) => ({ field: 'body.query.q', message })),
  })
}

export function createSavedSearches({ db, events }: Pick<LibraryPorts, 'db' | 'events'>): SavedSearches {
  const mine = (userId: string) =>
    db.selectFrom('saved_searches').where('user_id', '=', userId).select(['id', 'name', 'query', 'created_at'])
  type Row = Awaited<ReturnType<ReturnType<typeof mine>['execute']>>[number]
  const toSearch = ({ id, name, query, created_at: createdAt }: Row): SavedSearch => ({
    id,
    name,
    query: StoredFilter.parse(query),
    createdAt: createdAt.toISOString(),
  })

  async function get(userId: string, id: string): Promise<SavedSearch> {
    const row = await mine(userId).where('id', '=', id).executeTakeFirst()
    if (row === undefined) throw missing()
    return toSearch(row)
  }

  async function change(userId: string, work: (trx: Trx) => Promise<unknown>): Promise<void> {
    try {
      await inTransaction(db, async (trx) => {
        await work(trx)
        await events.append(trx, userId, [{ type: 'library.changed', what: 'searches' }])
      })
    } catch (error) {
      if (codeOf(error) !== uniqueViolation) throw error
      throw new EaselError('conflict', 'Another saved search of yours has this name.', { cause: error })
    }
  }

  return {
    async list(userId) {
      return (await mine(userId).orderBy('name_key').orderBy('id').execute()).map(toSearch)
    },
    async create(userId, { name, query }) {
      check(query)
      const id = newId()
      const row = { id, user_id: userId, name, name_key: nameKey(name), query: JSON.stringify(query) }
      await change(userId, (trx) => trx.insertInto('saved_searches').values(row).execute())
      return await get(userId, id)
    },
    async update(userId, id, { name, query }) {
      check(query)
      await get(userId, id)
      const set = {
        ...(name === undefined ? {} : { name, name_key: nameKey(name) }),
        ...(query === undefined ? {} : { query: JSON.stringify(query) }),
      }
      if (Object.keys(set).length > 0) {
        await change(userId, (trx) =>
          trx.updateTable('saved_searches').set(set).where('id', '=', id).where('user_id', '=', userId).execute(),
        )
      }
      return await get(userId, id)
    },
    async remove(userId, id) {
      await change(userId, async (trx) => {
        const { numDeletedRows } = await trx
          .deleteFrom('saved_searches')
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .executeTakeFirst()
        if (numDeletedRows === 0n) throw missing()
      })
    },
  }
}
