// Contract B's clients find a picture by its name alone, also when they left before they were answered. Rule CB8 in docs/spec/old-clients.md.
import { inTransaction } from '#db/transaction.ts'
import type { Trx } from '#db/database.ts'
import type { Draft, KeepInput } from '#library/keep.ts'
import type { GenerationRow } from './generation-record.ts'
import type { RunPorts } from './run.ts'
import type { StudioOrigin } from './submit.ts'

/** Has a picture open to whoever knows its name; a repeat changes nothing. */
export type OpenByName = (
  trx: Trx,
  picture: { readonly userId: string; readonly imageId: string; readonly name: string },
) => Promise<void>

const studio: ReadonlySet<string> = new Set<StudioOrigin>(['sdxl', 'sdxl_img2img', 'flux', 'flux_img2img'])

const changed = { type: 'library.changed', what: 'shares' } as const

/** What is written with each picture of a generation that contract B asked for. */
export function openedByName(
  { events, openByName }: Pick<RunPorts, 'events' | 'openByName'>,
  { origin, user_id: userId }: GenerationRow,
  { id: imageId, filename: name }: Draft,
): Pick<KeepInput, 'after'> {
  if (!studio.has(origin)) return {}
  return {
    async after(trx) {
      await openByName(trx, { userId, imageId, name })
      await events.append(trx, userId, [changed])
    },
  }
}

/** The same for pictures that were taken in after a crash. */
export async function openAllByName(
  { db, events, openByName }: Pick<RunPorts, 'db' | 'events' | 'openByName'>,
  { id, origin, user_id: userId }: GenerationRow,
): Promise<void> {
  if (!studio.has(origin)) return
  await inTransaction(db, async (trx) => {
    const pictures = await trx
      .selectFrom('images')
      .where('generation_id', '=', id)
      .where('deleted_at', 'is', null)
      .select(['id', 'filename'])
      .execute()
    if (pictures.length === 0) return
    for (const picture of pictures) await openByName(trx, { userId, imageId: picture.id, name: picture.filename })
    await events.append(trx, userId, [changed])
  })
}
