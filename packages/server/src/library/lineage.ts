// What pictures came from and what came of them.
import { z } from 'zod'
import type { Lineage } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { toImage, type ImageRow } from './image-record.ts'
import { tagsOf } from './tags.ts'

/** Children that are shown; nobody looks at more beside a picture. */
const mostChildren = 60

const Sources = z.object({ sources: z.array(z.uuid()).max(100) })

/** Its parent first, then what else it was made from. */
function parentIdsOf({ parent_id: parent, parameters }: ImageRow): readonly string[] {
  const parsed = Sources.safeParse(parameters)
  const sources = parsed.success ? parsed.data.sources : []
  return [...new Set([...(parent === null ? [] : [parent]), ...sources])]
}

/**
 * Parents and children of a picture, without what is in the trash.
 * @throws EaselError `not-found`, also for somebody else's picture
 */
export async function lineageOf(db: Db, userId: string, id: string): Promise<Lineage> {
  const mine = db.selectFrom('images').selectAll().where('user_id', '=', userId).where('deleted_at', 'is', null)
  const row = await mine.where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new EaselError('not-found', 'There is no such picture in your library.')
  const parentIds = parentIdsOf(row)
  const found = parentIds.length === 0 ? [] : await mine.where('id', 'in', [...parentIds]).execute()
  const parents = parentIds.flatMap((one) => found.filter((parent) => parent.id === one))
  const children = await mine
    .where('parent_id', '=', id)
    .orderBy('id', 'desc')
    .limit(mostChildren + 1)
    .execute()
  const shown = children.slice(0, mostChildren)
  const tags = await tagsOf(
    db,
    [...parents, ...shown].map((one) => one.id),
  )
  const toImages = (rows: readonly ImageRow[]) => rows.map((one) => toImage(one, tags.get(one.id) ?? []))
  return { parents: toImages(parents), children: toImages(shown), more: children.length > mostChildren }
}
