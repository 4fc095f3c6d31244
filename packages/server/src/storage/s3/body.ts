import type { Readable } from 'node:stream'
import { chunkBytes, StorageError } from '../spec/storage.ts'
import { toStorageError } from './fault.ts'

/** What comes next, unless it takes too long. */
async function soon<T>(next: Promise<T>, waitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new StorageError('unreachable', 'The store stopped in the middle of a blob')),
    waitMs,
  )
  try {
    return await Promise.race([next, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * The bytes of an answer in chunks of 256 KiB. The connection is given back after the last one, and given up on an error and when the
 * reader leaves early; not a generator, because leaving one that was never begun would run none of its code.
 * @param length bytes that are to come @param waitMs longest that the store may be silent
 */
export function chunksOf(stream: Readable, length: number, waitMs: number): AsyncIterable<Uint8Array> {
  let left = length
  let open = true
  let held: Uint8Array = Buffer.alloc(0)
  const source: AsyncIterator<unknown> = stream[Symbol.asyncIterator]()
  // What goes wrong while nobody reads is thrown at who reads next, and ends no process.
  stream.on('error', () => undefined)

  function close(): void {
    open = false
    if (left > 0) stream.destroy()
    // Only a body that was read to its end leaves its connection to others.
    else stream.resume()
  }

  /** So many bytes, of which some may have come with those before. */
  async function take(size: number): Promise<Uint8Array> {
    const parts = [held]
    for (let length = held.length; length < size;) {
      const { value: part } = await soon(source.next(), waitMs)
      if (!(part instanceof Uint8Array)) {
        throw new StorageError('unreachable', 'The store broke off in the middle of a blob')
      }
      parts.push(part)
      length += part.length
    }
    const all = parts.length === 1 ? held : Buffer.concat(parts)
    held = all.subarray(size)
    return all.subarray(0, size)
  }

  async function next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!open) return { done: true, value: undefined }
    try {
      const chunk = await take(Math.min(chunkBytes, left))
      left -= chunk.length
      if (left === 0) close()
      return { done: false, value: chunk }
    } catch (error) {
      close()
      throw toStorageError('read a blob', error)
    }
  }

  async function leave(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (open) close()
    return { done: true, value: undefined }
  }

  if (left === 0) close()
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

/** All of it. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
