import { sql } from 'kysely'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'

/** What is said where no file is there, and where one of another length is. */
export const lost = 'The file is missing.'
export const cutOff = 'The file has another size than when it was saved.'

interface Ports {
  readonly db: Db
  readonly events: Events
  readonly log: Log
}

interface Looked {
  readonly id: string
  /** Where its file was looked for. */
  readonly storage_key: string
}

/** Whose library goes: files go before their rows. */
const leaves = sql<boolean>`exists (
  select from users where users.id = images.user_id and (removal is not null or expires_at <= now()))`

/**
 * Says of a picture that its file is not what was saved, so that the page says so instead of failing. One that has changed hands or is
 * being erased meanwhile is not damaged.
 * @returns whether it is
 */
export async function markDamaged({ db, events, log }: Ports, looked: Looked, damage: string): Promise<boolean> {
  const { id, storage_key: key } = looked
  const mark = db
    .updateTable('images')
    .set({ damage })
    .where('id', '=', id)
    .where('storage_key', '=', key)
    .where('erasing', '=', false)
    .where((eb) => eb.not(leaves))
    .returning('user_id')
  const marked = await events.appendWith(db, mark, { type: 'image.changed', imageId: id })
  if (marked) log.error({ image: id }, 'image file missing or changed')
  return marked
}
