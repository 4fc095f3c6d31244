import { StorageError, type ByteRange } from './storage.ts'

/**
 * Turns an asked range into half-open offsets (ST3).
 * @param range first and last byte, both inclusive; absent: everything @param size of the blob in bytes
 * @returns `first`, and `end`, the offset after the last byte
 * @throws StorageError `range` when any of it is outside the blob
 */
export function offsetsOf(range: ByteRange | undefined, size: number): { first: number; end: number } {
  if (range === undefined) return { first: 0, end: size }
  const { first, last } = range
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || first < 0 || first > last || last >= size) {
    throw new StorageError('range', `Bytes ${first}–${last} are not inside a blob of ${size}`)
  }
  return { first, end: last + 1 }
}
