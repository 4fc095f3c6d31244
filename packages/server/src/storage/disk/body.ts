import type { FileHandle } from 'node:fs/promises'
import { chunkBytes, StorageError } from '../spec/storage.ts'
import { toStorageError } from './fault.ts'

/**
 * The bytes from `first` to before `end` of an open file, in chunks. The handle is closed with the last chunk, on an error, and when the
 * reader leaves early; not a generator, because leaving one that was never begun would run none of its code.
 */
export async function readBody(
  handle: FileHandle,
  { first, end }: { first: number; end: number },
): Promise<AsyncIterable<Uint8Array>> {
  let at = first
  let open = true

  async function close(): Promise<void> {
    if (!open) return
    open = false
    await handle.close()
  }

  async function next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!open) return { done: true, value: undefined }
    try {
      const chunk = await readChunk(handle, at, Math.min(chunkBytes, end - at))
      at += chunk.length
      if (at >= end) await close()
      return { done: false, value: chunk }
    } catch (error) {
      await close()
      throw toStorageError('read a blob', error)
    }
  }

  async function leave(): Promise<IteratorResult<Uint8Array, undefined>> {
    await close()
    return { done: true, value: undefined }
  }

  if (at >= end) await close()
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

async function readChunk(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const chunk = Buffer.allocUnsafeSlow(length)
  const { bytesRead } = await handle.read(chunk, 0, length, at)
  if (bytesRead === 0) throw new StorageError('failed', 'The file has become shorter while it was read')
  return chunk.subarray(0, bytesRead)
}
