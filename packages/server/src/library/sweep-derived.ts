import type { Db } from '#db/database.ts'
import type { Storage } from '#storage/spec/storage.ts'

interface Options {
  /** Files younger than this many milliseconds are left alone. */
  readonly olderThanMs: number
  readonly signal?: AbortSignal | undefined
}

const batch = 500
const id = '([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'
const ofImage = new RegExp(`^derived/[0-9a-f]{2}/${id}(?:-320\\.webp|-1280\\.webp|\\.png|/[^/]+)$`)
const preview = new RegExp(`^derived/previews/${id}/`)

interface Found {
  readonly key: string
  /** The picture it was made from. */
  readonly imageId: string | null
}

/** The keys of these that nothing in the database knows. */
async function unknownOf(db: Db, found: readonly Found[]): Promise<readonly string[]> {
  const ids = found.flatMap(({ imageId }) => (imageId === null ? [] : [imageId]))
  const previews = found.flatMap(({ key, imageId }) => (imageId === null ? [key] : []))
  const images = ids.length === 0 ? [] : await db.selectFrom('images').where('id', 'in', ids).select('id').execute()
  const shown =
    previews.length === 0
      ? []
      : await db.selectFrom('generations').where('preview_key', 'in', previews).select('preview_key').execute()
  const known = new Set([...images.map((row) => row.id), ...shown.map((row) => row.preview_key)])
  return found.filter(({ key, imageId }) => !known.has(imageId ?? key)).map(({ key }) => key)
}

/** Removes thumbnails, PNG copies, variants and previews of pictures and generations that are not there any more. @returns how many */
export async function sweepDerived(
  { db, storage }: { readonly db: Db; readonly storage: Storage },
  { olderThanMs, signal }: Options,
): Promise<number> {
  const before = Date.now() - olderThanMs
  let removed = 0
  const settle = async (found: readonly Found[]) => {
    for (const key of await unknownOf(db, found)) {
      await storage.delete(key)
      removed += 1
    }
  }
  let found: Found[] = []
  for await (const { key, modifiedMs } of storage.list('derived')) {
    if (signal?.aborted === true) return removed
    const imageId = ofImage.exec(key)?.[1] ?? null
    if (modifiedMs > before || (imageId === null && !preview.test(key))) continue
    found.push({ key, imageId })
    if (found.length < batch) continue
    await settle(found)
    found = []
  }
  await settle(found)
  return removed
}
