import type { Log } from '#base/log.ts'
import { messageOf } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { previewUrl } from './generation-record.ts'

export interface Sign {
  readonly completed: number
  readonly total: number
  readonly preview?: Uint8Array
}

export interface ProgressWriter {
  /** Remembers how far the call is and lets it be written soon. */
  report(sign: Sign): void
  /** Waits for what is being written; nothing is written after that. */
  close(): Promise<void>
}

interface Target {
  readonly generationId: string
  readonly userId: string
  /** Calls of this generation, and how many are done: progress is told over all of them. */
  readonly calls: number
  readonly callsDone: number
}

/** Signs that come faster are folded into one: ten a second are as many as anybody sees. */
const pauseMs = 100

/** Writes the progress of one call to the generation's row and tells open pages. */
export function writeProgress(
  { db, events, storage, log }: { db: Db; events: Events; storage: Storage; log: Log },
  { generationId, userId, calls, callsDone }: Target,
): ProgressWriter {
  let latest: Sign | null = null
  let preview: Uint8Array | null = null
  let shown: string | null = null
  let previews = 0
  let writing: Promise<void> | null = null
  let closed = false

  async function keepPreview(bytes: Uint8Array): Promise<string> {
    previews += 1
    const key = `derived/previews/${generationId}/${callsDone}-${previews}`
    await storage.put(key, bytes)
    if (shown !== null) await storage.delete(shown)
    shown = key
    return key
  }

  async function writeOnce(sign: Sign, picture: Uint8Array | null): Promise<void> {
    const completed = callsDone * sign.total + sign.completed
    const total = calls * sign.total
    const key = picture === null ? null : await keepPreview(picture)
    await inTransaction(db, async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('generations')
        .set({
          progress_completed: completed,
          progress_total: total,
          ...(key === null ? {} : { preview_key: key }),
        })
        .where('id', '=', generationId)
        .where('state', '=', 'running')
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return
      const url = previewUrl(generationId, key)
      await events.progress(trx, userId, {
        type: 'generation.progress',
        generationId,
        completed,
        total,
        previewUrl: url,
      })
    })
  }

  async function drain(): Promise<void> {
    while (latest !== null && !closed) {
      const [sign, picture]: [Sign, Uint8Array | null] = [latest, preview]
      latest = null
      preview = null
      try {
        await writeOnce(sign, picture)
      } catch (error) {
        // Progress is worth showing but not worth failing for.
        log.warn({ generation: generationId, reason: messageOf(error) }, 'progress not written')
      }
      if (latest === null) await new Promise((resolve) => setTimeout(resolve, pauseMs).unref())
    }
    writing = null
  }

  return {
    report(sign) {
      latest = sign
      preview = sign.preview ?? preview
      writing ??= drain()
    },
    async close() {
      closed = true
      await writing
      if (shown !== null) await storage.delete(shown)
    },
  }
}
