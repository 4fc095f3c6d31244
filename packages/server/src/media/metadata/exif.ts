import { orderOf, readDirectory, u32Field, valueOf, writeDirectory, type Directory, type Order } from './tiff.ts'

const tag = { orientation: 0x0112, exif: 0x8769, version: 0x9000, userComment: 0x9286 } as const
const type = { short: 3, long: 4, undefined: 7 } as const
const codes = { ascii: 'ASCII\0\0\0', unicode: 'UNICODE\0' } as const

/** How a TIFF structure says that its picture is to be turned: 1 to 8 (Exif 3.0, section 4.6.5); 1 when it does not say or cannot be read. */
export function orientationOf(tiff: Buffer): number {
  const order = orderOf(tiff)
  if (order === null) return 1
  const entry = readDirectory(tiff, order, order.u32(tiff, 4))?.entries.find((found) => found.tag === tag.orientation)
  if (entry?.type !== type.short || entry.count !== 1) return 1
  const value = order.u16(entry.field, 0)
  return value >= 1 && value <= 8 ? value : 1
}

/** A TIFF structure that says how its picture is to be turned, and nothing else. @param orientation 1 to 8 */
export function orientationAlone(orientation: number): Buffer {
  const tiff = Buffer.from('MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0', 'latin1')
  tiff.writeUInt16BE(orientation, 18)
  return tiff
}

/** The text of UserComment, or null when there is none or it is blank. */
export function readUserComment(tiff: Buffer): string | null {
  const order = orderOf(tiff)
  if (order === null) return null
  const comment = readExif(tiff, order)?.directory?.entries.find((found) => found.tag === tag.userComment)
  const value = comment === undefined ? null : valueOf(tiff, order, comment)
  const text = value === null ? '' : decodeComment(value)
  return text.trim() === '' ? null : text
}

/**
 * A TIFF structure with a UserComment. Everything that is there stays at its offset, so that offsets which only its maker knows remain
 * right: changed directories are written behind it.
 * @param tiff what there is, or null to begin one
 * @param comment value of UserComment, from {@link commentForms}
 * @returns the new structure; null when there is one that cannot be read, or that has a comment already
 */
export function withUserComment(tiff: Buffer | null, comment: Buffer): Buffer | null {
  // An empty directory in big-endian order, which UserComment's text has too.
  const base = tiff ?? Buffer.from('MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1')
  const order = orderOf(base)
  const found = order === null ? null : readExif(base, order)
  if (order === null || found === null || found.directory === null || readUserComment(base) !== null) return null

  const padding = Buffer.alloc(base.length % 2)
  const commentAt = base.length + padding.length
  const exifAt = commentAt + comment.length + (comment.length % 2)
  const exif = writeDirectory(order, {
    ...found.directory,
    entries: [
      ...found.directory.entries.filter((entry) => entry.tag !== tag.userComment),
      { tag: tag.userComment, type: type.undefined, count: comment.length, field: u32Field(order, commentAt) },
    ],
  })
  const first = writeDirectory(order, {
    ...found.first,
    entries: [
      ...found.first.entries.filter((entry) => entry.tag !== tag.exif),
      { tag: tag.exif, type: type.long, count: 1, field: u32Field(order, exifAt) },
    ],
  })
  const whole = Buffer.concat([base, padding, comment, Buffer.alloc(comment.length % 2), exif, first])
  order.writeU32(whole, exifAt + exif.length, 4)
  return whole
}

/**
 * The values of UserComment that say `text`, the best first: UTF-16 big-endian whatever the byte order, which is what A1111 writes and reads;
 * and, when the text is plain, ASCII, half as long.
 */
export function commentForms(text: string): readonly Buffer[] {
  const unicode = Buffer.concat([Buffer.from(codes.unicode, 'latin1'), Buffer.from(text, 'utf16le').swap16()])
  return /[^\0-\x7f]/.test(text) ? [unicode] : [unicode, Buffer.from(codes.ascii + text, 'latin1')]
}

interface Exif {
  readonly first: Directory
  /** The Exif directory, made up when there is none; null when it cannot be read. */
  readonly directory: Directory | null
}

function readExif(tiff: Buffer, order: Order): Exif | null {
  const first = readDirectory(tiff, order, order.u32(tiff, 4))
  if (first === null) return null
  const pointer = first.entries.find((entry) => entry.tag === tag.exif)
  if (pointer !== undefined) return { first, directory: readDirectory(tiff, order, order.u32(pointer.field, 0)) }
  const version = { tag: tag.version, type: type.undefined, count: 4, field: Buffer.from('0232') }
  return { first, directory: { entries: [version], next: 0 } }
}

/** The text of a UserComment's value, whose first eight bytes name its code (Exif 3.0, section 4.6.6). */
export function decodeComment(value: Buffer): string {
  const code = value.toString('latin1', 0, 8)
  const data = value.subarray(8)
  const text = code === codes.unicode ? decodeUnicode(data) : data.toString('utf8')
  return text.replace(/\0+$/, '')
}

/** Writers disagree on what UNICODE means; where the zero bytes of its Latin letters stand tells. */
function decodeUnicode(data: Buffer): string {
  const sample = data.subarray(0, 4096)
  let even = 0
  let odd = 0
  for (const [index, byte] of sample.entries()) {
    if (byte !== 0) continue
    if (index % 2 === 0) even += 1
    else odd += 1
  }
  if (even === 0 && odd === 0 && isUtf8(data)) return data.toString('utf8')
  const whole = data.subarray(0, data.length - (data.length % 2))
  return odd > even ? whole.toString('utf16le') : Buffer.from(whole).swap16().toString('utf16le')
}

function isUtf8(data: Buffer): boolean {
  return Buffer.from(data.toString('utf8')).equals(data)
}
