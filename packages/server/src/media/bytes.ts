import { MediaError } from './media-error.ts'

/** The same bytes as a Buffer, without a copy. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/**
 * `length` bytes from `at`, without a copy.
 * @throws MediaError `incomplete` when the file ends before
 */
export function part(bytes: Buffer, at: number, length: number): Buffer {
  if (at + length > bytes.length) throw new MediaError('incomplete', 'The picture ends too early.')
  return bytes.subarray(at, at + length)
}

/** The byte at `at`. @throws MediaError `incomplete` */
export function u8(bytes: Buffer, at: number): number {
  return part(bytes, at, 1).readUInt8()
}

/** Two bytes, big-endian. @throws MediaError `incomplete` */
export function u16be(bytes: Buffer, at: number): number {
  return part(bytes, at, 2).readUInt16BE()
}

/** Four bytes, big-endian. @throws MediaError `incomplete` */
export function u32be(bytes: Buffer, at: number): number {
  return part(bytes, at, 4).readUInt32BE()
}

/** Two bytes, little-endian. @throws MediaError `incomplete` */
export function u16le(bytes: Buffer, at: number): number {
  return part(bytes, at, 2).readUInt16LE()
}

/** Three bytes, little-endian. @throws MediaError `incomplete` */
export function u24le(bytes: Buffer, at: number): number {
  return part(bytes, at, 3).readUIntLE(0, 3)
}

/** Four bytes, little-endian. @throws MediaError `incomplete` */
export function u32le(bytes: Buffer, at: number): number {
  return part(bytes, at, 4).readUInt32LE()
}

/** `length` bytes as Latin-1 text. @throws MediaError `incomplete` */
export function latin1(bytes: Buffer, at: number, length: number): string {
  return part(bytes, at, length).toString('latin1')
}

/** Takes the bytes from `start` to before `end` out and puts `insert` in their place. */
export interface Edit {
  readonly start: number
  readonly end: number
  readonly insert: Buffer
}

/** A copy of `bytes` with `edits` done, which may not overlap; those at the same place stand in the order given. */
export function edited(bytes: Buffer, edits: readonly Edit[]): Buffer {
  const parts: Buffer[] = []
  let at = 0
  for (const { start, end, insert } of edits.toSorted((a, b) => a.start - b.start)) {
    parts.push(bytes.subarray(at, start), insert)
    at = end
  }
  return Buffer.concat([...parts, bytes.subarray(at)])
}
