// What a picture shows, in words: a copy small enough to be looked at, and keeping what was said.
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { MediaError } from '#media/media-error.ts'
import { toSmallJpeg } from '#media/pixels.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { ImageRow } from './image-record.ts'
import type { Sidecars } from './sidecars.ts'

/** Models look at pictures in pieces of about 512 or 768 pixels; more costs more and shows little more. */
const longSide = 1024

/** A picture's small JPEG without metadata; null when its file is gone or cannot be decoded. */
export async function smallCopy(
  { storage }: { readonly storage: Pick<Storage, 'read'> },
  row: Pick<ImageRow, 'storage_key' | 'damage'>,
): Promise<{ readonly bytes: Uint8Array; readonly mimeType: string } | null> {
  const bytes = row.damage === null ? await storage.read(row.storage_key) : null
  if (bytes === null) return null
  try {
    return { bytes: await toSmallJpeg(bytes, longSide), mimeType: 'image/jpeg' }
  } catch (error) {
    if (error instanceof MediaError) return null
    throw error
  }
}

export interface DescribePorts {
  readonly db: Db
  readonly events: Pick<Events, 'append'>
  readonly log: Log
  /** Absent: its record beside the file follows when somebody else writes what is due. */
  readonly sidecars?: Pick<Sidecars, 'changed'>
}

/**
 * Makes this the description of a picture, in its row; its record beside the file follows as after any change.
 * @param replace also where it has one already
 * @returns whether it is; not, when the picture has one, or is in the trash or gone
 */
export async function keepDescription(
  { db, events, log, sidecars }: DescribePorts,
  { userId, imageId, replace }: { readonly userId: string; readonly imageId: string; readonly replace: boolean },
  description: string,
): Promise<boolean> {
  const changed = await inTransaction(db, async (trx) => {
    const update = trx
      .updateTable('images')
      .set({ description })
      .where('id', '=', imageId)
      .where('user_id', '=', userId)
      .where('deleted_at', 'is', null)
      .$if(!replace, (open) => open.where((eb) => eb.or([eb('description', 'is', null), eb('description', '=', '')])))
    const { numUpdatedRows } = await update.executeTakeFirst()
    if (numUpdatedRows > 0n) await events.append(trx, userId, [{ type: 'image.changed', imageId }])
    return numUpdatedRows > 0n
  })
  if (!changed) return false
  sidecars?.changed()
  log.info({ image: imageId, user: userId }, 'image described')
  return true
}
