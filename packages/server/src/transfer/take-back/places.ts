// Which picture of an export is which picture of a library. Rules TR51 and TR52 in docs/spec/transfer.md.
import { sql } from 'kysely'
import type { PictureQuestion } from '@easel/contract'
import type { Db } from '#db/database.ts'
import type { ImageRow } from '#library/image-record.ts'
import { derivedId } from './derived-id.ts'

export type Place =
  | { readonly outcome: 'there'; readonly row: ImageRow }
  /** `generationId` is null where that generation is not in the library. */
  | { readonly outcome: 'wanted'; readonly id: string | null; readonly generationId: string | null }
  | { readonly outcome: 'refused'; readonly why: string }

const otherId = (userId: string, { id, sha256 }: PictureQuestion) =>
  id === null ? null : derivedId(id, [userId, 'picture', sha256])

const texts = (values: readonly (string | null)[]) => values.filter((value) => value !== null)

async function rowsFor(db: Db, userId: string, asked: readonly PictureQuestion[]) {
  const ids = texts(asked.flatMap((one) => [one.id, otherId(userId, one)]))
  const generationIds = texts(asked.map(({ generationId }) => generationId))
  const own = () => db.selectFrom('images').selectAll().where('user_id', '=', userId)
  const hashes = [...new Set(asked.map(({ sha256 }) => sha256))]
  // Of those with the same bytes, one outside the trash before one inside.
  const byHash = await own()
    .distinctOn('sha256')
    .where('sha256', 'in', hashes)
    .orderBy('sha256')
    .orderBy(sql`deleted_at is not null`)
    .orderBy('id')
    .execute()
  const byCall = generationIds.length === 0 ? [] : await own().where('generation_id', 'in', generationIds).execute()
  const byId = ids.length === 0 ? [] : await db.selectFrom('images').selectAll().where('id', 'in', ids).execute()
  const generations =
    generationIds.length === 0
      ? []
      : await db
          .selectFrom('generations')
          .where('user_id', '=', userId)
          .where('id', 'in', generationIds)
          .select(['id', 'finished_at'])
          .execute()
  return { byHash, byCall, byId, generations }
}

function placeOf(
  userId: string,
  asked: PictureQuestion,
  { byHash, byCall, byId, generations }: Awaited<ReturnType<typeof rowsFor>>,
): Place {
  const { id, sha256, generationId, generationIndex } = asked
  const other = otherId(userId, asked)
  const itself = byId.find(
    (row) => row.user_id === userId && row.sha256 === sha256 && (row.id === id || row.id === other),
  )
  if (itself !== undefined) return { outcome: 'there', row: itself }
  const generation = generations.find((one) => one.id === generationId)
  // A generation may make the same picture as another one: then each has its own.
  if (generation === undefined || generationIndex === null) {
    const first = byHash.find((row) => row.sha256 === sha256)
    if (first !== undefined) return { outcome: 'there', row: first }
  } else {
    if (generation.finished_at === null)
      return { outcome: 'refused', why: 'Its generation is at work in this library.' }
    const rival = byCall.find((row) => row.generation_id === generationId && row.generation_index === generationIndex)
    if (rival?.sha256 === sha256) return { outcome: 'there', row: rival }
    if (rival !== undefined) {
      return { outcome: 'refused', why: `Its generation has another picture ${generationIndex + 1}: ${rival.id}.` }
    }
  }
  const isTaken = (one: string | null) => one !== null && byId.some((row) => row.id === one)
  if (isTaken(id) && isTaken(other)) return { outcome: 'refused', why: 'Its id belongs to another picture.' }
  return {
    outcome: 'wanted',
    id: isTaken(id) ? other : id,
    generationId: generationIndex === null ? null : (generation?.id ?? null),
  }
}

/**
 * Finds pictures that may be brought in, in their order. One of an export is the same as one here when both bytes and id are, or bytes
 * and place in a generation, or, where no generation is known, the bytes alone.
 */
export async function findPlaces(db: Db, userId: string, asked: readonly PictureQuestion[]): Promise<Place[]> {
  if (asked.length === 0) return []
  const rows = await rowsFor(db, userId, asked)
  return asked.map((one) => placeOf(userId, one, rows))
}
