import { crc32 } from 'node:zlib'
import { latin1, part, u32be } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { orientationOf } from '../metadata/exif.ts'
import { checkBehind } from './foreign.ts'
import { turned, type Size } from './size.ts'

/** The eight bytes that a PNG begins with (PNG specification, third edition, section 5.2). */
export const pngSignature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')

// A 100 MiB file in the 8 KiB chunks of libpng has 12,800; without a limit one of empty chunks would take seconds.
const maxChunks = 200_000

/** One chunk: `at` is the offset of its length, `start` and `end` enclose its data; four bytes of CRC-32 follow. */
export interface PngChunk {
  readonly type: string
  readonly at: number
  readonly start: number
  readonly end: number
}

/**
 * The chunks of a PNG, IEND the last.
 * @throws MediaError `incomplete` when one does not fit into the file or IEND is missing; `damaged` when it is no chunk
 */
export function* pngChunks(bytes: Buffer): Generator<PngChunk> {
  let at = pngSignature.length
  for (let count = 0; count < maxChunks; count++) {
    const length = u32be(bytes, at)
    const type = latin1(bytes, at + 4, 4)
    if (!/^[A-Za-z]{4}$/.test(type)) throw new MediaError('damaged', 'The PNG is damaged: a chunk has no name.')
    part(bytes, at + 8, length + 4)
    yield { type, at, start: at + 8, end: at + 8 + length }
    if (type === 'IEND') return
    at += length + 12
  }
  throw new MediaError('damaged', 'The PNG has too many chunks.')
}

/** Pixels as displayed. @throws MediaError */
export function measurePng(bytes: Buffer): Size {
  let size: Size | null = null
  for (const { type, start, end } of pngChunks(bytes)) {
    if (size === null) size = readHeader(type, bytes.subarray(start, end))
    // What comes after the pixels is too late for decoders.
    if (type === 'IDAT') break
    if (type === 'eXIf') return turned(size, orientationOf(bytes.subarray(start, end)))
  }
  if (size === null) throw new MediaError('damaged', 'The PNG is damaged: it has no header.')
  return size
}

/**
 * Every chunk is whole and its CRC-32 right, and there are a header, pixels and an end.
 * @throws MediaError
 */
export function checkPng(bytes: Buffer): void {
  let pixels = false
  let after = 0
  for (const { type, start, end } of pngChunks(bytes)) {
    if (crc32(bytes.subarray(start - 4, end)) !== u32be(bytes, end)) {
      throw new MediaError('damaged', `The PNG is damaged: the checksum of its ${type} chunk is wrong.`)
    }
    pixels ||= type === 'IDAT'
    after = end + 4
  }
  if (!pixels) throw new MediaError('damaged', 'The PNG is damaged: it has no pixels.')
  checkBehind(bytes, after)
}

const depths: ReadonlyMap<number, readonly number[]> = new Map([
  [0, [1, 2, 4, 8, 16]],
  [2, [8, 16]],
  [3, [1, 2, 4, 8]],
  [4, [8, 16]],
  [6, [8, 16]],
])

function readHeader(type: string, data: Buffer): Size {
  if (type === 'CgBI')
    throw new MediaError('unsupported', "This is a PNG in Apple's own variant, which only its phones show.")
  if (type !== 'IHDR' || data.length !== 13) throw new MediaError('damaged', 'The PNG is damaged: it has no header.')
  const [depth = 0, colour = 0, compression, filter, interlace = 0] = data.subarray(8)
  if (depths.get(colour)?.includes(depth) !== true || compression !== 0 || filter !== 0 || interlace > 1) {
    throw new MediaError('damaged', 'The PNG is damaged: its header makes no sense.')
  }
  return { width: data.readUInt32BE(0), height: data.readUInt32BE(4) }
}
