// Links of an export, under the names that people have. Rule TR59 in docs/spec/transfer.md.
import { sql } from 'kysely'
import type { ExportedShare, RecordOutcome } from '@easel/contract'
import type { Trx } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { derivedId } from './derived-id.ts'
import { past, type RecordPorts } from './record-ports.ts'

const refused = (why: string): RecordOutcome => ({ outcome: 'refused', id: null, why })
const there = (id: string): RecordOutcome => ({ outcome: 'there', id, why: null })

/** Stands where the hash of a password stands, and fits none. */
const noPassword = 'not known here'

const ofAdministrators = 'Only an administrator brings links back under the addresses that people have.'

/** What is wrong with it by itself; null: nothing. */
function faultOf({ kind, imageId, albumId, imageIds, ...share }: ExportedShare): string | null {
  const strays = [kind !== 'image' && imageId, kind !== 'album' && albumId, kind !== 'images' && imageIds.length > 0]
  if (strays.some((stray) => stray !== false && stray !== null)) return 'It shows something else than it says.'
  const { address, hadPassword, viewLimit, startsAt, expiresAt } = share
  if (address !== null && (kind !== 'album' || hadPassword || viewLimit !== null)) return 'It cannot have an address.'
  if (startsAt !== null && expiresAt !== null && Date.parse(startsAt) >= Date.parse(expiresAt))
    return 'It ends before it begins.'
  return null
}

interface Asked {
  readonly userId: string
  readonly now: number
}

/** Which of these are this user's. Nobody erases them until the transaction ends. */
async function ownOf(
  trx: Trx,
  { userId }: Asked,
  { table, ids }: { table: 'images' | 'albums'; ids: readonly string[] },
) {
  const rows = await trx
    .selectFrom(table)
    .where('user_id', '=', userId)
    .where(sql<boolean>`id = any (${`{${ids.join(',')}}`}::uuid[])`)
    // In one order, so that two of these at once do not wait for each other.
    .orderBy('id')
    .select('id')
    .forKeyShare()
    .execute()
  return new Set(rows.map(({ id }) => id))
}

/** What it shows here. @returns a sentence where that is not in the library */
async function shownBy(trx: Trx, asked: Asked, { kind, imageId, albumId, imageIds }: ExportedShare) {
  if (kind === 'images') {
    const own = await ownOf(trx, asked, { table: 'images', ids: imageIds })
    const shown = [...new Set(imageIds)].filter((id) => own.has(id))
    if (shown.length === 0 && imageIds.length > 0) return 'None of the pictures that it shows is in the library.'
    return { shown, missing: new Set(imageIds).size - shown.length }
  }
  const [table, id] = kind === 'image' ? (['images', imageId] as const) : (['albums', albumId] as const)
  if (id !== null && !(await ownOf(trx, asked, { table, ids: [id] })).has(id))
    return `The ${kind === 'image' ? 'picture' : 'album'} that it shows is not in the library.`
  return { shown: [], missing: 0 }
}

/** Whether its address is free here. One that a link of the same owner has that was taken back stays with that. */
async function isFree(trx: Trx, address: string): Promise<boolean> {
  return (await trx.selectFrom('shares').where('address', '=', address).select('id').executeTakeFirst()) === undefined
}

async function insert(trx: Trx, { userId, now }: Asked, share: ExportedShare): Promise<boolean> {
  const when = (time: string | null) => (time === null ? null : past(time, now))
  const filename = sql<string>`(select filename from images where id = ${share.imageId}::uuid)`
  const inserted = await trx
    .insertInto('shares')
    .values({
      id: share.id,
      user_id: userId,
      kind: share.kind,
      name: share.name,
      image_id: share.imageId,
      album_id: share.albumId,
      ...(share.imageId === null ? {} : { filename }),
      title: share.title,
      comment: share.comment,
      starts_at: share.startsAt,
      expires_at: share.expiresAt,
      password: share.hadPassword ? noPassword : null,
      view_limit: share.viewLimit,
      views: share.views,
      viewed_at: when(share.viewedAt),
      download: share.download,
      prompt: share.prompt,
      listed: share.listed,
      address: share.address,
      created_at: past(share.createdAt, now),
      revoked_at: when(share.revokedAt),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}

async function insertSelection(trx: Trx, shareId: string, imageIds: readonly string[]): Promise<void> {
  if (imageIds.length === 0) return
  await sql`
    insert into share_images (share_id, position, image_id)
    select ${shareId}::uuid, listed.place, listed.id
    from unnest(${`{${imageIds.join(',')}}`}::uuid[]) with ordinality as listed (id, place)`.execute(trx)
}

/** What of a link that was taken its owner has to see to; null: nothing. */
function remarkOn({ hadPassword, revokedAt }: ExportedShare, missing: number, lost: string | null): string | null {
  const words = [
    ...(hadPassword && revokedAt === null ? ['Nobody gets in until its password is set again.'] : []),
    ...(missing > 0 ? [`${missing} of its pictures are not in the library.`] : []),
    ...(lost === null ? [] : [`Another album is published at ${lost}.`]),
  ]
  return words.length === 0 ? null : words.join(' ')
}

async function takeOne(trx: Trx, asked: Asked, share: ExportedShare): Promise<RecordOutcome> {
  const fault = faultOf(share)
  if (fault !== null) return refused(fault)
  const other = derivedId(share.id, [asked.userId, 'shares'])
  const known = await trx
    .selectFrom('shares')
    .where((where) => where.or([where('name', '=', share.name), where('id', 'in', [share.id, other])]))
    .select(['id', 'name', 'user_id'])
    .execute()
  const named = known.find(({ name }) => name === share.name)
  if (named !== undefined)
    return named.user_id === asked.userId ? there(named.id) : refused('Somebody else’s link has its address here.')
  const ids = new Set(known.map(({ id }) => id))
  const id = ids.has(share.id) ? other : share.id
  if (ids.has(id)) return refused('Its id belongs to another link.')
  const found = await shownBy(trx, asked, share)
  if (typeof found === 'string') return refused(found)
  const lost = share.address !== null && !(await isFree(trx, share.address)) ? share.address : null
  if (!(await insert(trx, asked, { ...share, id, address: lost === null ? share.address : null })))
    return refused('Somebody else took its address at this moment. Import it again.')
  await insertSelection(trx, id, found.shown)
  return { outcome: 'taken', id, why: remarkOn(share, found.missing, lost) }
}

/**
 * Takes links back under their own names.
 * @param mayName whether this user may say what a link is called here, which is its secret everywhere else
 */
export async function takeShares(
  { db, events }: RecordPorts,
  { mayName, ...asked }: Asked & { readonly mayName: boolean },
  shares: readonly ExportedShare[],
): Promise<RecordOutcome[]> {
  if (shares.length === 0) return []
  if (!mayName) return shares.map(() => refused(ofAdministrators))
  return await inTransaction(db, async (trx) => {
    const outcomes: RecordOutcome[] = []
    for (const share of shares) outcomes.push(await takeOne(trx, asked, share))
    if (outcomes.some(({ outcome }) => outcome === 'taken'))
      await events.append(trx, asked.userId, [{ type: 'library.changed', what: 'shares' }])
    return outcomes
  })
}
