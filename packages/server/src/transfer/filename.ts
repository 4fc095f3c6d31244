import { parseSidecar } from '#library/adopt.ts'
import { sidecarKey, storageKey, type Sidecar } from '#library/image-record.ts'
import { defaultFilename } from '#library/keep.ts'
import type { Db } from '#db/database.ts'
import type { Storage } from '#storage/spec/storage.ts'

interface Ports {
  readonly db: Db
  readonly storage: Storage
}

export interface Named {
  readonly filename: string
  /** Its file is there already, from a time that saving it broke off. */
  readonly stands: boolean
}

/** Whether a picture can have this name; null when another one has it. */
async function standing(
  { db, storage }: Ports,
  userId: string,
  record: Omit<Sidecar, 'easel'>,
): Promise<boolean | null> {
  const rival = await db
    .selectFrom('images')
    .where('user_id', '=', userId)
    .where('filename', '=', record.filename)
    .select('id')
    .executeTakeFirst()
  if (rival !== undefined) return null
  const key = storageKey(userId, record.createdAt, record.filename)
  const file = await storage.stat(key)
  if (file === null) return false
  const sidecar = parseSidecar(await storage.read(sidecarKey(key)))
  return sidecar?.id === record.id && sidecar.sha256 === record.sha256 && file.size === record.bytes ? true : null
}

/**
 * The name of a picture that comes back: its own where that fits and is free.
 * @param asked the one that it had
 * @param record with the usual name for it, which it gets otherwise
 */
export async function filenameFor(
  ports: Ports,
  { userId, asked }: { readonly userId: string; readonly asked: string },
  record: Omit<Sidecar, 'easel'>,
): Promise<Named> {
  const extension = record.filename.slice(record.filename.lastIndexOf('.') + 1)
  const usual = defaultFilename(record.id, extension, { now: () => Date.parse(record.createdAt) })
  const own = asked.toLowerCase().endsWith(`.${extension}`) ? [asked] : []
  for (const filename of [...own, usual, `${record.id}.${extension}`]) {
    const stands = await standing(ports, userId, { ...record, filename })
    if (stands !== null) return { filename, stands }
  }
  return { filename: record.filename, stands: false }
}
