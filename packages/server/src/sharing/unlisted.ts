// Links whose name is a file's: what the older systems hand out. Rule SH1 in docs/spec/sharing.md.
import { sql } from 'kysely'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import { isShareName } from './share-name.ts'

/** A picture of a user by the name of an open link to it. */
export interface NamedImage {
  readonly name: string
  readonly imageId: string
}

export interface Unlisted {
  /**
   * Has `/images/<name>` show a picture to whoever knows the name, which has to hold 122 random bits or more: for ever, as it is kept,
   * with its prompt. A repeat changes nothing, also where the link was revoked meanwhile.
   * @throws EaselError `not-found` when the picture is not in the library; `conflict` for a name that something else has
   */
  create(userId: string, imageId: string, name: string): Promise<void>
  /** Pictures of a user's library behind these names, as long as their links are open to whoever knows them. Others are left out. */
  imagesNamed(userId: string, names: readonly string[]): Promise<readonly NamedImage[]>
  /** The names by which these pictures of a user are open to whoever knows them; of several links to one, the first. */
  namesOf(userId: string, imageIds: readonly string[]): Promise<ReadonlyMap<string, string>>
  /**
   * The name of an open link to a picture that is kept as `<filename>`, whoever it belongs to; null: there is none. Whether it may be seen
   * is decided by that name.
   */
  nameOfFile(filename: string): Promise<string | null>
}

const idList = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`

const nameTaken = () => new EaselError('conflict', 'This name is given to something else.')

interface Named {
  readonly userId: string
  readonly imageId: string
  readonly name: string
}

/** A new link to a picture of the library, unless there is one of this name. */
function linkTo(db: Db | Trx, { userId, imageId, name }: Named) {
  const id = newId()
  const picture = db
    .selectFrom('images')
    .where('id', '=', imageId)
    .where('user_id', '=', userId)
    .where('deleted_at', 'is', null)
    .select((eb) => [
      sql<string>`${id}::uuid`.as('id'),
      'user_id',
      sql<'image'>`'image'`.as('kind'),
      sql<string>`${name}::text`.as('name'),
      eb.ref('id').as('image_id'),
      'filename',
      sql<boolean>`true`.as('download'),
      sql<boolean>`true`.as('prompt'),
      sql<boolean>`false`.as('listed'),
    ])
  return db
    .insertInto('shares')
    .columns(['id', 'user_id', 'kind', 'name', 'image_id', 'filename', 'download', 'prompt', 'listed'])
    .expression(picture)
    .onConflict((conflict) => conflict.column('name').doNothing())
    .returning('user_id')
}

/**
 * The same as `create` of {@link Unlisted} in a transaction of whoever keeps the picture, who tells its owner. The name holds 122 random
 * bits, so that nothing else has it.
 */
export async function openByName(trx: Trx, named: Named): Promise<void> {
  await linkTo(trx, named).execute()
}

export function createUnlisted({ db, events }: { readonly db: Db; readonly events: Events }): Unlisted {
  /** Links to one picture that anybody may follow. */
  const open = () =>
    db
      .selectFrom('shares')
      .innerJoin('images', (join) =>
        join.onRef('images.id', '=', 'shares.image_id').onRef('images.user_id', '=', 'shares.user_id'),
      )
      .where('shares.kind', '=', 'image')
      .where('shares.revoked_at', 'is', null)
      .where('shares.password', 'is', null)
      .where('shares.view_limit', 'is', null)
      .where('shares.starts_at', 'is', null)
      .where(sql<boolean>`coalesce(shares.expires_at > now(), true)`)
      .where('images.deleted_at', 'is', null)

  return {
    async create(userId, imageId, name) {
      if (!isShareName(name)) throw new EaselError('bad-request', 'This cannot be the name of a link.')
      const insert = linkTo(db, { userId, imageId, name })
      if (await events.appendWith(db, insert, { type: 'library.changed', what: 'shares' })) return
      const held = await db.selectFrom('shares').where('name', '=', name).selectAll().executeTakeFirst()
      if (held === undefined) throw new EaselError('not-found', 'There is no such picture in your library.')
      if (held.user_id !== userId || held.image_id !== imageId) throw nameTaken()
    },

    async imagesNamed(userId, names) {
      const some = names.filter(isShareName)
      if (some.length === 0) return []
      return await open()
        .where('shares.user_id', '=', userId)
        .where('shares.name', 'in', some)
        .select(['shares.name', 'images.id as imageId'])
        .execute()
    },

    async namesOf(userId, imageIds) {
      const rows = await open()
        .where('shares.user_id', '=', userId)
        .where(sql<boolean>`shares.image_id = any (${idList(imageIds)})`)
        .orderBy('shares.id', 'desc')
        .select(['shares.name', 'images.id as imageId'])
        .execute()
      // The last one stays: the first that was made.
      return new Map(rows.map(({ imageId, name }) => [imageId, name]))
    },

    async nameOfFile(filename) {
      if (!isShareName(filename)) return null
      const row = await open()
        .where('shares.filename', '=', filename)
        .where('images.filename', '=', filename)
        .orderBy('shares.id')
        .select('shares.name')
        .executeTakeFirst()
      return row?.name ?? null
    },
  }
}
