/** One entry of an image file directory; `field` holds the value itself when it fits into four bytes, else its offset. */
export interface Entry {
  readonly tag: number
  readonly type: number
  readonly count: number
  readonly field: Buffer
}

/** One image file directory: its entries, and the offset of the next directory (0: none). */
export interface Directory {
  readonly entries: readonly Entry[]
  readonly next: number
}

/** The byte order of one TIFF structure. */
export interface Order {
  readonly u16: (bytes: Buffer, at: number) => number
  readonly u32: (bytes: Buffer, at: number) => number
  readonly writeU16: (bytes: Buffer, value: number, at: number) => void
  readonly writeU32: (bytes: Buffer, value: number, at: number) => void
}

const big: Order = {
  u16: (bytes, at) => bytes.readUInt16BE(at),
  u32: (bytes, at) => bytes.readUInt32BE(at),
  writeU16: (bytes, value, at) => bytes.writeUInt16BE(value, at),
  writeU32: (bytes, value, at) => bytes.writeUInt32BE(value, at),
}

const little: Order = {
  u16: (bytes, at) => bytes.readUInt16LE(at),
  u32: (bytes, at) => bytes.readUInt32LE(at),
  writeU16: (bytes, value, at) => bytes.writeUInt16LE(value, at),
  writeU32: (bytes, value, at) => bytes.writeUInt32LE(value, at),
}

/** Bytes of one value of each type of TIFF 6.0 (section 2), by the type's number. */
const typeSizes: readonly number[] = [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8]
const entrySize = 12

/** Byte order by the first four bytes, or null when this is no TIFF structure. */
export function orderOf(tiff: Buffer): Order | null {
  if (tiff.length < 8) return null
  const head = tiff.toString('latin1', 0, 4)
  if (head === 'MM\0*') return big
  return head === 'II*\0' ? little : null
}

/** The directory at `at`, or null when it does not fit. */
export function readDirectory(tiff: Buffer, order: Order, at: number): Directory | null {
  if (at < 8 || at + 2 > tiff.length) return null
  const count = order.u16(tiff, at)
  const after = at + 2 + count * entrySize
  if (after > tiff.length) return null
  const entries = Array.from({ length: count }, (_, index) => {
    const start = at + 2 + index * entrySize
    return {
      tag: order.u16(tiff, start),
      type: order.u16(tiff, start + 2),
      count: order.u32(tiff, start + 4),
      field: tiff.subarray(start + 8, start + entrySize),
    }
  })
  // The last directory of a carelessly written file lacks the offset of the next.
  return { entries, next: after + 4 <= tiff.length ? order.u32(tiff, after) : 0 }
}

/** Bytes of an entry's value, or null when they are outside the structure. */
export function valueOf(tiff: Buffer, order: Order, { type, count, field }: Entry): Buffer | null {
  const length = (typeSizes[type] ?? 0) * count
  if (length <= 4) return field.subarray(0, length)
  const at = order.u32(field, 0)
  return at + length <= tiff.length ? tiff.subarray(at, at + length) : null
}

/** A directory as bytes: its entries in order of their tags, as TIFF asks, and the offset of the next one. */
export function writeDirectory(order: Order, { entries, next }: Directory): Buffer {
  const bytes = Buffer.alloc(2 + entries.length * entrySize + 4)
  order.writeU16(bytes, entries.length, 0)
  for (const [index, { tag, type, count, field }] of entries.toSorted((a, b) => a.tag - b.tag).entries()) {
    const start = 2 + index * entrySize
    order.writeU16(bytes, tag, start)
    order.writeU16(bytes, type, start + 2)
    order.writeU32(bytes, count, start + 4)
    field.copy(bytes, start + 8)
  }
  order.writeU32(bytes, next, bytes.length - 4)
  return bytes
}

/** Four bytes that hold a 32-bit number, for {@link Entry}'s `field`. */
export function u32Field(order: Order, value: number): Buffer {
  const field = Buffer.alloc(4)
  order.writeU32(field, value, 0)
  return field
}
