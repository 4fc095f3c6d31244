// Albums published at addresses of their owners' choosing. Rules SH30 … in docs/spec/sharing.md.
import { codeOf, EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { ShareRow } from './share-record.ts'

/** What of a link decides whether it can be published. */
export type Published = Pick<ShareRow, 'kind' | 'password' | 'view_limit' | 'address'>

const uniqueViolation = '23505'

const invalid = (field: 'password' | 'viewLimit' | 'address', message: string) =>
  new EaselError('validation-failed', message, { fields: [{ field: `body.${field}`, message }] })

/** @throws EaselError `validation-failed` for what cannot be published */
function checkPublished({ kind, password, view_limit: limit, address }: Published): void {
  if (address === null) return
  if (kind !== 'album') throw invalid('address', 'Only an album can be published.')
  if (password !== null) throw invalid('password', 'A published album has no password.')
  if (limit !== null) throw invalid('viewLimit', 'A published album has no number of visits.')
}

const galleryIsOff = (): EaselError => new EaselError('forbidden', 'There is no public gallery on this server.')

const addressTaken = (): EaselError => new EaselError('conflict', 'This address is taken.')

/** Takes an address from a link of the same owner that was revoked. @throws EaselError `conflict` where any other link has it */
async function claimAddress(
  trx: Trx,
  { id, user_id: ownerId, address }: { readonly id: string; readonly user_id: string; readonly address: string },
): Promise<void> {
  await trx
    .updateTable('shares')
    .set({ address: null })
    .where('address', '=', address)
    .where('user_id', '=', ownerId)
    .where('revoked_at', 'is not', null)
    .where('id', '<>', id)
    .execute()
  const other = trx.selectFrom('shares').select('id').where('address', '=', address).where('id', '<>', id)
  if ((await other.executeTakeFirst()) !== undefined) throw addressTaken()
}

interface Publishing {
  /** The address that the link is to have from now on; null and absent: nothing is asked for. */
  readonly asked: string | null | undefined
  readonly galleryIsOn: () => boolean
}

/**
 * Sees to it that a link may be as it is to be, and that its address is free.
 * @throws EaselError `forbidden`, `conflict`, `validation-failed`
 */
export async function publish(
  trx: Trx,
  row: Published & Pick<ShareRow, 'id' | 'user_id'>,
  { asked, galleryIsOn }: Publishing,
): Promise<void> {
  checkPublished(row)
  if (asked === undefined || asked === null) return
  if (!galleryIsOn()) throw galleryIsOff()
  await claimAddress(trx, { ...row, address: asked })
}

/** A transaction in which an address may be given: of two who ask for one at the same time, one gets it. @throws EaselError `conflict` */
export async function publishing(db: Db, work: (trx: Trx) => Promise<void>): Promise<void> {
  try {
    await inTransaction(db, work)
  } catch (error) {
    if (codeOf(error) === uniqueViolation) throw addressTaken()
    throw error
  }
}

/** The name of the link that an address leads to; of one that leads nowhere, something that is the name of no link. */
export async function nameAt(db: Db, address: string): Promise<string> {
  const nowhere = `/${address}`
  if (!/^[a-z0-9-]{1,60}$/.test(address)) return nowhere
  const row = await db.selectFrom('shares').where('address', '=', address).select('name').executeTakeFirst()
  return row?.name ?? nowhere
}
