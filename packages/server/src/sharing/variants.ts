// Pictures in the forms that links show them in: made once, and kept below `derived/`. Rule SH23 in docs/spec/sharing.md.
import type { Log } from '#base/log.ts'
import { createByteCache } from '#library/byte-cache.ts'
import { variantFolder, type ImageRow } from '#library/image-record.ts'
import type { OutgoingForm } from '#media/outgoing.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { PictureFiles } from '#transfer/download/picture-files.ts'
import { createSeenFiles } from './seen-files.ts'

/** Pixels of a picture's width. */
export const variantWidths = [320, 640, 960, 1280, 1920, 2560] as const
/** Pixels on the long side that leave where originals may not be saved. */
export const keptSide = 1280
const cardSide = 1200

export type VariantFormat = 'avif' | 'webp' | 'jpeg'

/** A form without the prompt. */
export interface VariantForm {
  readonly format: OutgoingForm['format']
  /** Pixels at most. */
  readonly longestSide?: number
}

export interface KeptFile {
  readonly storageKey: string
  /** Bytes. */
  readonly size: number
  readonly mimeType: string
}

export interface Making {
  /** Aborted when nobody waits for it any more. */
  readonly gone: AbortSignal
  /** Asked before something is made that is not there yet; throws where it may not be. */
  readonly may: () => Promise<void>
}

export interface Variants {
  /** Small enough to be held in memory. @throws EaselError `not-found` when the file is missing or damaged; what `may` throws */
  bytes(row: ImageRow, form: VariantForm, making: Making): Promise<Uint8Array>
  /** As {@link Variants.bytes}, for what is sent from the storage. @throws EaselError also `unsupported-media-type` */
  file(row: ImageRow, form: VariantForm, making: Making): Promise<KeptFile>
}

const kinds = {
  png: { mimeType: 'image/png', extension: 'png' },
  jpeg: { mimeType: 'image/jpeg', extension: 'jpg' },
  webp: { mimeType: 'image/webp', extension: 'webp' },
  avif: { mimeType: 'image/avif', extension: 'avif' },
  gif: { mimeType: 'image/gif', extension: 'gif' },
} as const

/** Of the file that a form of a picture is. */
export function kindOf({ mime_type: mimeType }: ImageRow, { format }: VariantForm) {
  if (format !== 'original') return kinds[format]
  return Object.values(kinds).find((kind) => kind.mimeType === mimeType) ?? kinds.png
}

/** Changes with how they are made. */
const version = 1
const cacheBytes = 32 * 1024 * 1024

/** The long side of a picture that is so wide; a smaller one stays as it is. @param within pixels on the long side at most */
export function sideForWidth({ width, height }: ImageRow, wanted: number, within: number): number {
  const side = width >= height ? wanted : Math.round((Math.min(wanted, width) * height) / width)
  // No format has more.
  return Math.min(side, within, 16_383)
}

/** A preview card's picture, with the size that it will have. */
export function cardOf({ width, height }: ImageRow): {
  readonly form: VariantForm
  readonly width: number
  readonly height: number
} {
  const scale = Math.min(1, cardSide / Math.max(width, height))
  const scaled = (pixels: number) => Math.max(1, Math.round(pixels * scale))
  return { form: { format: 'jpeg', longestSide: cardSide }, width: scaled(width), height: scaled(height) }
}

export function createVariants({
  storage,
  make,
  log,
}: {
  readonly storage: Storage
  readonly make: PictureFiles['make']
  readonly log: Log
}): Variants {
  const cache = createByteCache(cacheBytes)
  const seen = createSeenFiles()
  const running = new Map<string, Promise<Uint8Array>>()

  function keyOf(row: ImageRow, form: VariantForm): string {
    const { format, longestSide } = form
    const what = format === 'original' ? 'plain' : `${format}${longestSide === undefined ? '' : `-${longestSide}`}`
    return `${variantFolder(row.id)}/${what}-${version}.${kindOf(row, form).extension}`
  }

  async function makeOnce(row: ImageRow, form: VariantForm, { gone, may }: Making): Promise<Uint8Array> {
    const key = keyOf(row, form)
    // Whoever began it may go away: then the next one of those who wait with it begins anew.
    for (let other = running.get(key); other !== undefined; other = running.get(key)) {
      const made = await other.catch(() => null)
      if (made !== null) return made
    }
    const work = (async () => {
      await may()
      const { bytes } = await make(row, { ...form, prompt: false }, gone)
      await storage.put(key, bytes)
      log.info({ image: row.id, key }, 'variant made')
      return bytes
    })()
    running.set(key, work)
    try {
      return await work
    } finally {
      if (running.get(key) === work) running.delete(key)
    }
  }

  return {
    async bytes(row, form, making) {
      const key = keyOf(row, form)
      const held = cache.get(key) ?? (await storage.read(key)) ?? (await makeOnce(row, form, making))
      cache.set(key, held)
      return held
    },
    async file(row, form, making) {
      const storageKey = keyOf(row, form)
      const size = (await seen.sizeOf(storage, storageKey)) ?? (await makeOnce(row, form, making)).length
      return { storageKey, size, mimeType: kindOf(row, form).mimeType }
    },
  }
}
