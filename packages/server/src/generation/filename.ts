// What a picture is called, by what asked for it.
import { randomUUID } from 'node:crypto'
import { codeOf } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { defaultFilename } from '#library/keep.ts'
import type { Digest } from '#media/digest.ts'
import type { GenerationRow } from './generation-record.ts'

/** A picture about to be named. */
export interface Made {
  readonly id: string
  readonly index: number
  readonly digest: Promise<Digest>
  readonly extension: string
}

let lastMs = 0

/** The next free millisecond of this process: contract E's names must differ also for the same picture made twice at once. */
function nextMs(): number {
  lastMs = Math.max(Date.now(), lastMs + 1)
  return lastMs
}

const uniqueViolation = '23505'

/**
 * Contract C's names are a time and nothing else, and two processes may make a picture at the same one. The name is taken where no two
 * of a user's generations can have the same: as the key of its generation, which got none from its client. Clients can send no such
 * key, because it has a letter that no header has.
 */
async function takeTime(db: Db, row: GenerationRow): Promise<string> {
  for (;;) {
    const filename = `${nextMs()}-generated.png`
    try {
      const key = { idempotency_key: `file→${filename}` }
      await db.updateTable('generations').set(key).where('id', '=', row.id).execute()
      return filename
    } catch (error) {
      if (codeOf(error) !== uniqueViolation) throw error
    }
  }
}

/**
 * Names are given once and kept. Those of contracts B, C and D end in `.png` whatever the engine sent: what is delivered by them is
 * converted (CX8 in docs/spec/old-clients.md).
 */
export async function filenameFor(db: Db, row: GenerationRow, made: Made): Promise<string> {
  const { id, index, digest, extension } = made
  switch (row.origin) {
    case 'profiles':
      return `${row.user_id}_${nextMs()}_${index}_${(await digest).sha256.slice(0, 8)}.${extension}`
    case 'sdxl':
    case 'sdxl_img2img':
    case 'flux':
    case 'flux_img2img':
      return `${row.origin}_${randomUUID()}.png`
    case 'tasks':
      return `${randomUUID()}.png`
    case 'user-library':
      return await takeTime(db, row)
    default:
      return defaultFilename(id, extension)
  }
}
