import { sql } from 'kysely'
import type { Tag } from '@easel/contract'
import { newId } from '#base/ids.ts'
import type { Db, Trx } from '#db/database.ts'

/** The tags of each of these images, oldest first. Images without tags are absent. */
export async function tagsOf(db: Db, imageIds: readonly string[]): Promise<ReadonlyMap<string, readonly Tag[]>> {
  const found = new Map<string, Tag[]>()
  if (imageIds.length === 0) return found
  const rows = await db
    .selectFrom('image_tags')
    .innerJoin('tags', 'tags.id', 'image_tags.tag')
    .where('image_tags.image_id', 'in', [...imageIds])
    .orderBy('tags.id')
    .select(['image_tags.image_id', 'tags.tag_type', 'tags.tag_id'])
    .execute()
  for (const row of rows) {
    const tag = { tagType: row.tag_type, tagId: row.tag_id }
    const tags = found.get(row.image_id)
    if (tags === undefined) found.set(row.image_id, [tag])
    else tags.push(tag)
  }
  return found
}

/** Whoever makes tags makes them in this order, so that two at once do not wait for each other. */
export const inOrder = (tags: readonly Tag[]): readonly Tag[] =>
  tags.toSorted((a, b) => (`${a.tagType}/${a.tagId}` < `${b.tagType}/${b.tagId}` ? -1 : 1))

/** Puts tags on an image; a tag that the user has already is the same tag. */
export async function addTags(
  trx: Trx,
  { userId, imageId }: { userId: string; imageId: string },
  tags: readonly Tag[],
): Promise<void> {
  if (tags.length === 0) return
  const rows = inOrder(tags).map((tag) => ({ id: newId(), user_id: userId, tag_type: tag.tagType, tag_id: tag.tagId }))
  await trx
    .insertInto('tags')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['user_id', 'tag_type', 'tag_id']).doNothing())
    .execute()
  await trx
    .insertInto('image_tags')
    .columns(['image_id', 'tag'])
    .expression((eb) =>
      eb
        .selectFrom('tags')
        .where('user_id', '=', userId)
        .where((where) => where.or(tags.map((tag) => where.and({ tag_type: tag.tagType, tag_id: tag.tagId }))))
        .select([sql<string>`${imageId}::uuid`.as('image_id'), 'id as tag']),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
