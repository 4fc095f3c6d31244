// What a bulk action does to some pictures, and how that is taken back. Each gives what it has changed, and how that was before.
import { sql, type RawBuilder } from 'kysely'
import type { BulkAction, Tag } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import { append, lockAlbum } from '../albums.ts'
import { makeTags } from '../tags.ts'

export interface Changed {
  readonly id: string
  readonly before: Readonly<Record<string, unknown>>
}

export interface Place {
  readonly userId: string
  readonly ids: readonly string[]
}

/** All but erasing, which takes files away. */
export type Reversible = Exclude<BulkAction, { type: 'erase' }>

const list = (ids: readonly string[]) => sql`any (${`{${ids.join(',')}}`}::uuid[])`

/** Pictures of the user's among these; whoever else changes them waits. */
async function held(trx: Trx, { userId, ids }: Place, trash: boolean): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('images')
    .where(sql<boolean>`id = ${list(ids)}`)
    .where('user_id', '=', userId)
    .where('deleted_at', trash ? 'is not' : 'is', null)
    .where('erasing', '=', false)
    .orderBy('id')
    .select('id')
    .forUpdate()
    .execute()
  const found = new Set(rows.map(({ id }) => id))
  return ids.filter((id) => found.has(id))
}

async function idsOfTags(trx: Trx, userId: string, tags: readonly Tag[]): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom('tags')
    .where('user_id', '=', userId)
    .where((where) => where.or(tags.map((tag) => where.and({ tag_type: tag.tagType, tag_id: tag.tagId }))))
    .select('id')
    .execute()
  return rows.map(({ id }) => id)
}

const changedBy = async (trx: Trx, statement: RawBuilder<Changed>): Promise<readonly Changed[]> =>
  (await statement.execute(trx)).rows

/** Rows of (image_id, tag) as one change for each picture. */
const byPicture = (statement: RawBuilder<unknown>) =>
  sql<Changed>`with done as (${statement} returning image_id, tag)
    select image_id as id, jsonb_build_object('tags', jsonb_agg(tag)) as before from done group by image_id`

type Apply<Type extends Reversible['type']> = (
  trx: Trx,
  action: Extract<Reversible, { type: Type }>,
  place: Place,
) => Promise<readonly Changed[]>

const apply: { readonly [Type in Reversible['type']]: Apply<Type> } = {
  async tag(trx, { tags }, { userId, ids }) {
    await makeTags(trx, userId, tags)
    const wanted = await idsOfTags(trx, userId, tags)
    const insert = sql`insert into image_tags (image_id, tag)
      select image.id, tag.id from unnest(${`{${ids.join(',')}}`}::uuid[]) as image (id), unnest(${`{${wanted.join(',')}}`}::uuid[]) as tag (id)
      on conflict do nothing`
    return await changedBy(trx, byPicture(insert))
  },
  async untag(trx, { tags }, { userId, ids }) {
    const wanted = await idsOfTags(trx, userId, tags)
    return await changedBy(
      trx,
      byPicture(sql`delete from image_tags where image_id = ${list(ids)} and tag = ${list(wanted)}`),
    )
  },
  async 'album-add'(trx, { albumId }, { userId, ids }) {
    await lockAlbum(trx, userId, albumId)
    return (await append(trx, albumId, ids)).map((id) => ({ id, before: {} }))
  },
  async 'album-remove'(trx, { albumId }, { userId, ids }) {
    await lockAlbum(trx, userId, albumId)
    return await changedBy(
      trx,
      sql`delete from album_images where album_id = ${albumId} and image_id = ${list(ids)}
        returning image_id as id, jsonb_build_object('position', position) as before`,
    )
  },
  favourite: (trx, { favourite }, { ids }) =>
    changedBy(
      trx,
      sql`update images set favourite = ${favourite}::boolean where id = ${list(ids)} and favourite <> ${favourite}::boolean
        returning id, '{}'::jsonb as before`,
    ),
  rate: (trx, { rating }, { ids }) =>
    changedBy(
      trx,
      sql`with held as (select id, rating from images where id = ${list(ids)} and rating <> ${rating}::smallint)
        update images set rating = ${rating}::smallint from held where images.id = held.id
        returning images.id, jsonb_build_object('rating', held.rating) as before`,
    ),
  trash(trx, _action, { ids }) {
    const at = new Date().toISOString()
    return changedBy(
      trx,
      sql`update images set deleted_at = ${at}::timestamptz where id = ${list(ids)}
        returning id, jsonb_build_object('deletedAt', ${at}::text) as before`,
    )
  },
  restore: (trx, _action, { ids }) =>
    changedBy(
      trx,
      sql`with held as (select id, deleted_at from images where id = ${list(ids)})
        update images set deleted_at = null from held where images.id = held.id
        returning images.id, jsonb_build_object('deletedAt', held.deleted_at) as before`,
    ),
}

/** Does it to those of these pictures that are the user's, and in the trash where it takes them out of there. */
export async function applyTo(trx: Trx, action: Reversible, place: Place): Promise<readonly Changed[]> {
  const ids = await held(trx, place, action.type === 'restore')
  if (ids.length === 0) return []
  const one = apply[action.type] as Apply<Reversible['type']> // oxlint-disable-line typescript/consistent-type-assertions -- the one for this very type
  return await one(trx, action, { ...place, ids })
}

/** Pictures with what they were before, as rows of a query. */
const listed = (changes: readonly Changed[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as changed (id uuid, before jsonb)`

const tagsBefore = (changes: readonly Changed[]) =>
  sql`(select changed.id as image_id, held.tag_id::uuid as tag
    from ${listed(changes)}, jsonb_array_elements_text(changed.before -> 'tags') as held (tag_id))`

type TakeBack<Type extends Reversible['type']> = (
  action: Extract<Reversible, { type: Type }>,
  changes: readonly Changed[],
) => RawBuilder<unknown>

const takeBack: { readonly [Type in Reversible['type']]: TakeBack<Type> } = {
  tag: (_action, changes) =>
    sql`delete from image_tags using ${tagsBefore(changes)} as before
      where image_tags.image_id = before.image_id and image_tags.tag = before.tag`,
  untag: (_action, changes) =>
    sql`insert into image_tags (image_id, tag) select image_id, tag from ${tagsBefore(changes)} as before
      where tag in (select id from tags) on conflict do nothing`,
  'album-add': ({ albumId }, changes) =>
    sql`delete from album_images where album_id = ${albumId} and image_id in (select id from ${listed(changes)})`,
  'album-remove': ({ albumId }, changes) =>
    sql`insert into album_images (album_id, image_id, position)
      select ${albumId}::uuid, id, (before ->> 'position')::bigint from ${listed(changes)}
      where exists (select from albums where albums.id = ${albumId}) on conflict do nothing`,
  favourite: ({ favourite }, changes) =>
    sql`update images set favourite = not ${favourite}::boolean
      where favourite = ${favourite}::boolean and id in (select id from ${listed(changes)})`,
  rate: ({ rating }, changes) =>
    sql`update images set rating = (before ->> 'rating')::smallint from ${listed(changes)}
      where images.id = changed.id and rating = ${rating}::smallint`,
  // Only what nobody has taken out of the trash, or put there, since.
  trash: (_action, changes) =>
    sql`update images set deleted_at = null from ${listed(changes)}
      where images.id = changed.id and deleted_at = (before ->> 'deletedAt')::timestamptz and not erasing`,
  restore: (_action, changes) =>
    sql`update images set deleted_at = (before ->> 'deletedAt')::timestamptz from ${listed(changes)}
      where images.id = changed.id and deleted_at is null`,
}

/** Brings pictures back to what they were before, but for what was changed since. */
export async function takeBackFrom(trx: Trx, action: Reversible, changes: readonly Changed[]): Promise<void> {
  const one = takeBack[action.type] as TakeBack<Reversible['type']> // oxlint-disable-line typescript/consistent-type-assertions -- the one for this very type
  await one(action, changes).execute(trx)
}
