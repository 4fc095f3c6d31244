import { ProviderError } from '#providers/spec/provider-error.ts'
import type { SourceImage } from '#providers/spec/provider.ts'
import type { Db } from '#db/database.ts'
import type { Storage } from '#storage/spec/storage.ts'

/** A picture of the user's library as an engine gets it. @throws ProviderError `bad-request` when it is gone or damaged */
export async function readSource(
  { db, storage }: { db: Db; storage: Storage },
  userId: string,
  imageId: string,
): Promise<SourceImage> {
  const row = await db
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('id', '=', imageId)
    .select(['storage_key', 'mime_type', 'width', 'height', 'damage'])
    .executeTakeFirst()
  const bytes = row === undefined || row.damage !== null ? null : await storage.read(row.storage_key)
  if (row === undefined || bytes === null) {
    throw new ProviderError('bad-request', 'The source picture is gone or damaged.')
  }
  return { bytes, mimeType: row.mime_type, width: row.width, height: row.height }
}
