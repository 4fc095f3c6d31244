import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import { carryMetadata } from '#media/carry-metadata.ts'
import { MediaError } from '#media/media-error.ts'
import { toPng } from '#media/pixels.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { pngCopyKey, type ImageRow } from './image-record.ts'
import { storyOf } from './picture-story.ts'

export interface PngFile {
  readonly storageKey: string
  /** Bytes. */
  readonly size: number
  /** Changes when the bytes do; fit for an ETag. */
  readonly version: string
}

/** PNGs of pictures, for addresses that end in `.png`, whatever format the picture is kept in. */
export interface PngCopies {
  /**
   * The picture's own file when it is a PNG; else its copy, made when it is first asked for and kept, with the AI mark and the prompt
   * of the original, which stays as it is. Null when the original is gone or its pixels are damaged.
   */
  of(row: ImageRow): Promise<PngFile | null>
}

export function createPngCopies({ storage, log }: { storage: Storage; log: Log }): PngCopies {
  const running = new Map<string, Promise<PngFile | null>>()
  let last: Promise<unknown> = Promise.resolve()

  async function make(row: ImageRow): Promise<PngFile | null> {
    const original = await storage.read(row.storage_key)
    if (original === null) return null
    try {
      const bytes = carryMetadata(original, await toPng(original), storyOf(row))
      const storageKey = pngCopyKey(row.id)
      await storage.put(storageKey, bytes)
      return { storageKey, size: bytes.length, version: `${row.sha256}-png` }
    } catch (error) {
      if (!(error instanceof MediaError)) throw error
      log.warn({ image: row.id, reason: messageOf(error) }, 'no PNG can be made of an image')
      return null
    }
  }

  /** One at a time: a large picture takes a hundred megabytes of pixels. */
  function makeOnce(row: ImageRow): Promise<PngFile | null> {
    const already = running.get(row.id)
    if (already !== undefined) return already
    const made = last.then(() => make(row)).finally(() => running.delete(row.id))
    last = made.catch(() => {
      // Told to those who wait for it; the next one in line does not depend on it.
    })
    running.set(row.id, made)
    return made
  }

  return {
    async of(row) {
      if (row.mime_type === 'image/png') return { storageKey: row.storage_key, size: row.bytes, version: row.sha256 }
      const storageKey = pngCopyKey(row.id)
      const kept = await storage.stat(storageKey)
      if (kept !== null) return { storageKey, size: kept.size, version: `${row.sha256}-png` }
      return await makeOnce(row)
    },
  }
}
