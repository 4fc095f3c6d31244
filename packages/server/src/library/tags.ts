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

/** Makes the tags that the user has not yet. */
export async function makeTags(trx: Trx, userId: string, tags: readonly Tag[]): Promise<void> {
  // They are shown in the order of their ids, which is the one that they were given in.
  const made = tags.map(({ tagType, tagId }) => ({ id: newId(), user_id: userId, tag_type: tagType, tag_id: tagId }))
  const place = ({ tag_type: type, tag_id: id }: (typeof made)[number]) => `${type}/${id}`
  await trx
    .insertInto('tags')
    // Everybody makes them in the same order, so that two at once do not wait for each other.
    .values(made.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)))
    .onConflict((conflict) => conflict.columns(['user_id', 'tag_type', 'tag_id']).doNothing())
    .execute()
}

/** Puts tags on an image; a tag that the user has already is the same tag. */
export async function addTags(
  trx: Trx,
  { userId, imageId }: { userId: string; imageId: string },
  tags: readonly Tag[],
): Promise<void> {
  if (tags.length === 0) return
  await makeTags(trx, userId, tags)
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
