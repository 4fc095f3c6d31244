import { latin1, part, u16le, u24le, u32le, u8 } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { orientationOf } from '../metadata/exif.ts'
import { checkBehind } from './foreign.ts'
import { turned, type Size } from './size.ts'

const maxChunks = 200_000

/** One chunk: `at` is the offset of its name, `start` and `end` enclose its data; a byte of padding follows an odd length. */
export interface WebpChunk {
  readonly type: string
  readonly at: number
  readonly start: number
  readonly end: number
}

/**
 * Offset after the last byte of the RIFF container.
 * @throws MediaError `incomplete` when that is outside the file
 */
export function webpEnd(bytes: Buffer): number {
  const size = u32le(bytes, 4)
  part(bytes, 8, size)
  return size + 8
}

/**
 * The chunks of a WebP (RFC 9649, section 2.3).
 * @throws MediaError `incomplete` when the file ends early; `damaged` when a chunk is larger than its container
 */
export function* webpChunks(bytes: Buffer): Generator<WebpChunk> {
  const limit = webpEnd(bytes)
  let count = 0
  for (let at = 12; at < limit; count++) {
    if (at + 8 > limit || count === maxChunks) throw damaged('its chunks make no sense')
    const start = at + 8
    const end = start + u32le(bytes, at + 4)
    if (end > limit) throw damaged('a chunk is larger than the file says')
    yield { type: latin1(bytes, at, 4), at, start, end }
    at = end + ((end - start) % 2)
  }
}

/** Pixels as displayed. @throws MediaError */
export function measureWebp(bytes: Buffer): Size {
  let size: Size | null = null
  for (const chunk of webpChunks(bytes)) {
    if (size === null) size = readFirst(bytes, chunk)
    if (chunk.type === 'EXIF') return turned(size, orientationOf(webpExif(bytes, chunk)))
  }
  if (size === null) throw damaged('it is empty')
  return size
}

/** The TIFF structure in an EXIF chunk: some writers put JPEG's prefix before it. */
export function webpExif(bytes: Buffer, { start, end }: WebpChunk): Buffer {
  const data = bytes.subarray(start, end)
  return data.toString('latin1', 0, 6) === 'Exif\0\0' ? data.subarray(6) : data
}

/** Size of the canvas by the first chunk, which says which of the three layouts it is. */
export function readFirst(bytes: Buffer, { type, start, end }: WebpChunk): Size {
  const data = bytes.subarray(start, end)
  if (type === 'VP8X' && data.length >= 10) return { width: u24le(data, 4) + 1, height: u24le(data, 7) + 1 }
  if (type === 'VP8L' && data.length >= 5 && u8(data, 0) === 0x2f) {
    const bits = u32le(data, 1)
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  if (type === 'VP8 ' && data.length >= 10 && latin1(data, 3, 3) === '\x9d\x01\x2a' && (u8(data, 0) & 1) === 0) {
    const size = { width: u16le(data, 6) & 0x3fff, height: u16le(data, 8) & 0x3fff }
    if (size.width > 0 && size.height > 0) return size
  }
  throw damaged('it does not say its size')
}

/**
 * The container and its chunks are whole, and there are pixels.
 * @throws MediaError
 */
export function checkWebp(bytes: Buffer): void {
  let pixels = false
  for (const { type } of webpChunks(bytes)) pixels ||= type === 'VP8 ' || type === 'VP8L' || type === 'ANMF'
  if (!pixels) throw damaged('it has no pixels')
  checkBehind(bytes, webpEnd(bytes))
}

function damaged(why: string): MediaError {
  return new MediaError('damaged', `The WebP is damaged: ${why}.`)
}
