// A small PNG codec on node:zlib, so that fake engines and the contract suite need no image library. Not for users' files:
// those are decoded by `media` only.
import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { DefectError, present } from '#base/errors.ts'
import type { Pixels } from './provider.ts'
import { ProviderError } from './provider-error.ts'

/** A decoded picture: RGBA, 4 bytes a pixel, rows from the top. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8Array
}

const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** Encodes RGBA (4 bytes a pixel, sizes in pixels) as an 8-bit PNG. The same pixels always give the same bytes. */
export function encodePng(rgba: Uint8Array, width: number, height: number): Uint8Array {
  if (rgba.length !== width * height * 4)
    throw new DefectError(`${rgba.length} bytes are not ${width}×${height} pixels`)
  const stride = width * 4
  const raw = Buffer.alloc((stride + 1) * height)
  for (let y = 0; y < height; y++) raw.set(rgba.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1)
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(raw, { level: 1 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(type: string, data: Buffer): Buffer {
  const out = Buffer.alloc(12 + data.length)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  data.copy(out, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length)
  return out
}

/**
 * Decodes an 8-bit RGB or RGBA PNG without interlacing, checking every chunk's CRC and that no row is missing.
 * @throws ProviderError with kind `bad-request` when the bytes are no such picture.
 */
export function decodePng(bytes: Uint8Array): Raster {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (!file.subarray(0, 8).equals(signature)) throw unusable('no PNG signature')
  const { header, data, ended } = readChunks(file)
  if (!header || !ended) throw unusable('cut short')
  const [width, height, depth, colour] = [header.readUInt32BE(0), header.readUInt32BE(4), header[8], header[9]]
  if (depth !== 8 || (colour !== 6 && colour !== 2) || header[12] !== 0) throw unusable('not 8-bit RGB or RGBA')
  const channels = colour === 6 ? 4 : 3
  const raw = inflated(Buffer.concat(data))
  if (raw.length !== (width * channels + 1) * height) throw unusable('rows are missing')
  return { width, height, rgba: unfilter(raw, { width, height, channels }) }
}

function readChunks(file: Buffer): { header: Buffer | null; data: Buffer[]; ended: boolean } {
  const data: Buffer[] = []
  let header: Buffer | null = null
  for (let at = 8; at + 12 <= file.length;) {
    const length = file.readUInt32BE(at)
    const end = at + 12 + length
    if (end > file.length) break
    if (crc32(file.subarray(at + 4, end - 4)) !== file.readUInt32BE(end - 4)) throw unusable('a checksum is wrong')
    const type = file.toString('latin1', at + 4, at + 8)
    const body = file.subarray(at + 8, end - 4)
    if (type === 'IHDR') header = body
    if (type === 'IDAT') data.push(body)
    if (type === 'IEND') return { header, data, ended: true }
    at = end
  }
  return { header, data, ended: false }
}

function inflated(data: Buffer): Buffer {
  try {
    return inflateSync(data)
  } catch (error) {
    throw unusable('damaged pixels', error)
  }
}

/** Undoes the row filters of PNG (section 9 of the specification) and adds an alpha channel where there is none. */
function unfilter(raw: Buffer, shape: { width: number; height: number; channels: number }): Uint8Array {
  const { width, height, channels } = shape
  const stride = width * channels
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y++) {
    const filter = present(raw[y * (stride + 1)], 'filter byte')
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? byte(rows, y * stride + x - channels) : 0
      const up = y > 0 ? byte(rows, (y - 1) * stride + x) : 0
      const corner = x >= channels && y > 0 ? byte(rows, (y - 1) * stride + x - channels) : 0
      rows[y * stride + x] = byte(raw, y * (stride + 1) + 1 + x) + predicted(filter, { left, up, corner })
    }
  }
  if (channels === 4) return rows
  const rgba = Buffer.alloc(width * height * 4, 0xff)
  for (let i = 0; i < width * height; i++) rgba.set(rows.subarray(i * 3, i * 3 + 3), i * 4)
  return rgba
}

function predicted(filter: number, near: { left: number; up: number; corner: number }): number {
  const { left, up, corner } = near
  if (filter === 0) return 0
  if (filter === 1) return left
  if (filter === 2) return up
  if (filter === 3) return (left + up) >> 1
  if (filter !== 4) throw unusable('an unknown row filter')
  const guess = left + up - corner
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)]
  if (toLeft <= toUp && toLeft <= toCorner) return left
  return toUp <= toCorner ? up : corner
}

function byte(bytes: Uint8Array, at: number): number {
  return present(bytes[at], 'byte of the picture')
}

function unusable(why: string, cause?: unknown): ProviderError {
  return new ProviderError('bad-request', `This is no usable PNG: ${why}`, { cause })
}

/** The `Pixels` port for PNG alone, nearest neighbour; for tests of providers. */
export const pngPixels: Pixels = {
  decode: async (bytes, width, height) => {
    const picture = decodePng(bytes)
    const scale = Math.max(width / picture.width, height / picture.height)
    const [left, top] = [(picture.width - width / scale) / 2, (picture.height - height / scale) / 2]
    const out = Buffer.alloc(width * height * 4)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = (Math.floor(top + y / scale) * picture.width + Math.floor(left + x / scale)) * 4
        out.set(picture.rgba.subarray(from, from + 4), (y * width + x) * 4)
      }
    }
    return out
  },
  encodePng: async (rgba, width, height) => encodePng(rgba, width, height),
  encodePreview: async (rgba, width, height) => encodePng(rgba, width, height),
}
