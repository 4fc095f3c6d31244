import { edited, u32le, u8, type Edit } from '../bytes.ts'
import { readFirst, webpChunks, webpEnd, webpExif, type WebpChunk } from '../formats/webp.ts'
import { commentForms, readUserComment, withUserComment } from './exif.ts'
import { maxTextBytes, type Found } from './found.ts'
import type { SomeMarks } from './marks.ts'
import { withSourceType } from './xmp.ts'

/** Bits of VP8X (RFC 9649, section 2.7.1). */
export const flag = { alpha: 0x10, exif: 0x08, xmp: 0x04 } as const

interface WebpMetadata {
  readonly first: WebpChunk | null
  readonly exif: WebpChunk | null
  readonly xmp: WebpChunk | null
  readonly c2pa: boolean
}

/** What a WebP holds besides its pixels. @throws MediaError when its chunks cannot be walked */
export function readWebp(bytes: Buffer): Found {
  const { exif, xmp, c2pa } = scan(bytes)
  return {
    parameters: exif === null ? null : readUserComment(webpExif(bytes, exif)),
    xmp: xmp === null ? null : packetOf(bytes, xmp),
    c2pa,
  }
}

/** The TIFF structure of a WebP's EXIF, or null. @throws MediaError when its chunks cannot be walked */
export function webpTiff(bytes: Buffer): Buffer | null {
  const { exif } = scan(bytes)
  return exif === null ? null : webpExif(bytes, exif)
}

/**
 * The WebP with the marks in it, those that are not null: `parameters` as UserComment in its EXIF chunk, and an XMP chunk; a file of the
 * simple layouts becomes one of the extended layout, which they need.
 * @returns the same Buffer when nothing is to be added or it has content credentials
 * @throws MediaError when its chunks cannot be walked
 */
export function embedWebp(bytes: Buffer, { parameters, sourceType }: SomeMarks): Buffer {
  const { exif, xmp, c2pa } = scan(bytes)
  if (c2pa) return bytes
  const packet = sourceType === null ? null : withSourceType(xmp === null ? null : packetOf(bytes, xmp), sourceType)
  return withChunks(bytes, {
    exif: parameters === null ? null : exifWith(bytes, exif, parameters),
    xmp: packet === null ? null : Buffer.from(packet),
  })
}

interface NewChunks {
  /** A TIFF structure; null: what there is stays. */
  readonly exif: Buffer | null
  /** A packet; null: what there is stays. */
  readonly xmp: Buffer | null
}

/**
 * The WebP with these chunks in place of its own, in the extended layout.
 * @returns the same Buffer when there are none
 * @throws MediaError when its chunks cannot be walked
 */
export function withChunks(bytes: Buffer, news: NewChunks): Buffer {
  const { first, exif, xmp } = scan(bytes)
  if (first === null) return bytes
  const end = webpEnd(bytes)
  const edits: Edit[] = []
  const put = (old: WebpChunk | null, insert: Buffer): void => {
    edits.push(old === null ? { start: end, end, insert } : { start: old.at, end: paddedEnd(old, end), insert })
  }
  if (news.exif !== null) put(exif, chunkOf('EXIF', news.exif))
  if (news.xmp !== null) put(xmp, chunkOf('XMP ', news.xmp))
  if (edits.length === 0) return bytes

  // A writer that forgot the last chunk's padding: without it what is added could not be found.
  if (end % 2 === 1) edits.unshift({ start: end, end, insert: Buffer.alloc(1) })
  const flags = (news.exif === null ? 0 : flag.exif) | (news.xmp === null ? 0 : flag.xmp)
  edits.push(extended(bytes, first, flags))
  const size = edits.reduce((sum, edit) => sum + edit.insert.length - (edit.end - edit.start), end - 8)
  return edited(bytes, [{ start: 4, end: 8, insert: u32Bytes(size) }, ...edits])
}

function scan(bytes: Buffer): WebpMetadata {
  let first: WebpChunk | null = null
  let exif: WebpChunk | null = null
  let xmp: WebpChunk | null = null
  let c2pa = false
  for (const chunk of webpChunks(bytes)) {
    first ??= chunk
    if (chunk.type === 'EXIF') exif ??= chunk
    if (chunk.type === 'XMP ') xmp ??= chunk
    if (chunk.type === 'C2PA') c2pa = true
  }
  return { first, exif, xmp, c2pa }
}

function packetOf(bytes: Buffer, { start, end }: WebpChunk): string | null {
  return end - start <= maxTextBytes ? bytes.toString('utf8', start, end) : null
}

function exifWith(bytes: Buffer, exif: WebpChunk | null, parameters: string): Buffer | null {
  const [comment] = commentForms(parameters)
  return comment === undefined ? null : withUserComment(exif === null ? null : webpExif(bytes, exif), comment)
}

/** The edit that makes the first chunk a VP8X with `flags`. */
function extended(bytes: Buffer, first: WebpChunk, flags: number): Edit {
  if (first.type === 'VP8X') {
    return { start: first.start, end: first.start + 1, insert: Buffer.from([u8(bytes, first.start) | flags]) }
  }
  const { width, height } = readFirst(bytes, first)
  const data = Buffer.alloc(10)
  data.writeUInt8(flags | (hasAlpha(bytes, first) ? flag.alpha : 0), 0)
  data.writeUIntLE(width - 1, 4, 3)
  data.writeUIntLE(height - 1, 7, 3)
  return { start: first.at, end: first.at, insert: chunkOf('VP8X', data) }
}

/** Of the simple layouts only the lossless one can be transparent: it says so in the bit behind its size. */
function hasAlpha(bytes: Buffer, { type, start }: WebpChunk): boolean {
  return type === 'VP8L' && ((u32le(bytes, start + 1) >>> 28) & 1) === 1
}

/** Where a chunk ends with its padding. */
export function paddedEnd({ start, end }: WebpChunk, limit: number): number {
  return Math.min(end + ((end - start) % 2), limit)
}

function chunkOf(type: string, data: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type, 'latin1'), u32Bytes(data.length), data, Buffer.alloc(data.length % 2)])
}

/** Four bytes, little-endian. */
export function u32Bytes(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
