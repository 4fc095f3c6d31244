// What keeps a store that is away for a while, or is the wrong one, from being taken for the loss of every picture in it. Rule LB3.
import { EaselError } from '#base/errors.ts'
import type { AdoptPorts } from './adopt.ts'
import { cutOff, lost } from './mark-damaged.ts'

/** So many pictures are looked for; with fewer than the least of them nothing can be told. */
const asked = 8
const least = 3
const batch = 200

/**
 * Makes sure that the store is the one of this library: of its oldest sound pictures one at least is there.
 * @throws EaselError `storage-unavailable`
 */
export async function checkStore({ db, storage }: AdoptPorts): Promise<void> {
  const rows = await db
    .selectFrom('images')
    .where('damage', 'is', null)
    .where('erasing', '=', false)
    .orderBy('id')
    .limit(asked)
    .select('storage_key')
    .execute()
  for (const row of rows) if ((await storage.stat(row.storage_key)) !== null) return
  if (rows.length < least) return
  throw new EaselError(
    'storage-unavailable',
    `None of the oldest ${rows.length} pictures is where pictures are kept. Is EASEL_STORAGE the right place, and is its disk there? ` +
      'If they are lost for good, run easel doctor.',
  )
}

/** Takes back that a picture is damaged where its file is there again, as it was. @returns how many */
export async function takeBackFound({ db, storage, events, log }: AdoptPorts, signal?: AbortSignal): Promise<number> {
  let found = 0
  for (let last: string | null = null; signal?.aborted !== true;) {
    let select = db.selectFrom('images').where('damage', 'is not', null)
    if (last !== null) select = select.where('id', '>', last)
    const rows: { id: string; storage_key: string; bytes: number; damage: string | null }[] = await select
      .orderBy('id')
      .limit(batch)
      .select(['id', 'storage_key', 'bytes', 'damage'])
      .execute()
    for (const { id, storage_key: key, bytes, damage } of rows) {
      if (damage !== lost && damage !== cutOff) continue
      if ((await storage.stat(key))?.size !== bytes) continue
      // Whether every pixel is sound is found out anew, as for one that has just come.
      const update = db
        .updateTable('images')
        .set({ damage: null, derived_at: null })
        .where('id', '=', id)
        .where('storage_key', '=', key)
        .where('damage', '=', damage)
        .returning('user_id')
      if (!(await events.appendWith(db, update, { type: 'image.changed', imageId: id }))) continue
      log.info({ image: id }, 'image file found again')
      found += 1
    }
    last = rows.at(-1)?.id ?? null
    if (last === null) break
  }
  return found
}
