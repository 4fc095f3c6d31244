import type { Log } from '#base/log.ts'
import { messageOf } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Events } from '#events/events.ts'
import { MediaError } from '#media/media-error.ts'
import { probe } from '#media/probe.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { previewUrl } from './generation-record.ts'

export interface Sign {
  readonly completed: number
  readonly total: number
  readonly preview?: Uint8Array
}

export interface ProgressWriter {
  /** Remembers how far a call is and lets it be written soon. `callsDone` are the calls before it. */
  report(callsDone: number, sign: Sign): void
  /** Waits for what is being written; nothing is written after that, and the preview goes. */
  close(): Promise<void>
}

interface Target {
  readonly generationId: string
  readonly userId: string
  /** Calls of this generation: progress is told over all of them. */
  readonly calls: number
}

interface Ports {
  readonly db: Db
  readonly events: Events
  readonly storage: Storage
  readonly log: Log
}

/** Signs that come faster are folded into one: ten a second are as many as anybody sees. */
const pauseMs = 100

function isPicture(bytes: Uint8Array): boolean {
  try {
    probe(bytes)
    return true
  } catch (error) {
    if (error instanceof MediaError) return false
    throw error
  }
}

/** Engines say strange things; what is no part of a whole is no progress. */
const isSound = ({ completed, total }: Sign): boolean =>
  Number.isFinite(completed) && Number.isFinite(total) && completed >= 0 && total > 0

/** Writes the progress of one generation to its row and tells open pages. */
export function writeProgress({ db, events, storage, log }: Ports, target: Target): ProgressWriter {
  const { generationId, userId, calls } = target
  let latest: { completed: number; total: number } | null = null
  let preview: Uint8Array | null = null
  let shown: string | null = null
  let previews = 0
  let writing: Promise<void> | null = null
  const closing = new AbortController()

  async function keepPreview(bytes: Uint8Array): Promise<string> {
    previews += 1
    const key = `derived/previews/${generationId}/${Date.now()}-${previews}`
    await storage.put(key, bytes)
    return key
  }

  async function writeOnce(sign: { completed: number; total: number }, picture: Uint8Array | null): Promise<void> {
    const key = picture === null || !isPicture(picture) ? null : await keepPreview(picture)
    const before = shown
    shown = key ?? shown
    await inTransaction(db, async (trx) => {
      const { numUpdatedRows } = await trx
        .updateTable('generations')
        .set({
          progress_completed: sign.completed,
          progress_total: sign.total,
          ...(key === null ? {} : { preview_key: key }),
        })
        .where('id', '=', generationId)
        .where('state', '=', 'running')
        .executeTakeFirst()
      if (numUpdatedRows === 0n) return
      const url = previewUrl(generationId, key)
      await events.progress(trx, userId, { type: 'generation.progress', generationId, ...sign, previewUrl: url })
    })
    // Only now: until the new one was told, pages ask for this one.
    if (key !== null && before !== null) await storage.delete(before)
  }

  function rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pauseMs)
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      if (closing.signal.aborted) end()
      else closing.signal.addEventListener('abort', end, { once: true })
    })
  }

  async function drain(): Promise<void> {
    while (latest !== null && !closing.signal.aborted) {
      const [sign, picture] = [latest, preview]
      latest = null
      preview = null
      try {
        await writeOnce(sign, picture)
      } catch (error) {
        // Progress is worth showing but not worth failing for.
        log.warn({ generation: generationId, reason: messageOf(error) }, 'progress not written')
      }
      await rest()
    }
    writing = null
  }

  return {
    report(callsDone, sign) {
      if (!isSound(sign)) return
      const done = Math.min(sign.completed, sign.total)
      latest = { completed: callsDone * sign.total + done, total: calls * sign.total }
      preview = sign.preview ?? preview
      writing ??= drain()
    },
    async close() {
      closing.abort()
      await writing
      if (shown !== null) await storage.delete(shown)
    },
  }
}
