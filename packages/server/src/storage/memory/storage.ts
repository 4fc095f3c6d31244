import { checkKey, checkPrefix } from '../spec/key.ts'
import { offsetsOf } from '../spec/range.ts'
import { chunkBytes, type Storage, type StorageBackend } from '../spec/storage.ts'

interface Stored {
  readonly bytes: Uint8Array
  readonly modifiedMs: number
}

/** A store that lives as long as the process: for tests and for trying Easel out. */
export function openMemoryStorage(): Storage {
  const blobs = new Map<string, Stored>()

  function find(key: string): Stored | undefined {
    checkKey(key)
    return blobs.get(key)
  }

  return {
    async put(key, bytes) {
      checkKey(key)
      blobs.set(key, { bytes: Uint8Array.from(bytes), modifiedMs: Date.now() })
    },
    async putAll(list) {
      for (const { key } of list) checkKey(key)
      const whole = await Promise.all(list.map(async ({ key, bytes }) => ({ key, bytes: await bytes })))
      for (const { key, bytes } of whole) blobs.set(key, { bytes: Uint8Array.from(bytes), modifiedMs: Date.now() })
    },
    async get(key, range) {
      const blob = find(key)
      if (blob === undefined) return null
      const { first, end } = offsetsOf(range, blob.bytes.length)
      return { size: blob.bytes.length, body: chunksOf(blob.bytes.subarray(first, end)) }
    },
    async read(key) {
      return find(key)?.bytes.slice() ?? null
    },
    async stat(key) {
      const blob = find(key)
      return blob === undefined ? null : { size: blob.bytes.length, modifiedMs: blob.modifiedMs }
    },
    async delete(key) {
      checkKey(key)
      return blobs.delete(key)
    },
    async *list(prefix) {
      checkPrefix(prefix)
      const keys = [...blobs.keys()].filter((key) => isUnder(key, prefix)).sort()
      for (const key of keys) {
        const blob = blobs.get(key)
        if (blob !== undefined) yield { key, size: blob.bytes.length, modifiedMs: blob.modifiedMs }
      }
    },
    async free() {
      return null
    },
  }
}

export const backend: StorageBackend = {
  id: 'memory',
  schemes: ['memory:'],
  open: async () => openMemoryStorage(),
}

function isUnder(key: string, prefix: string): boolean {
  return prefix === '' || key === prefix || key.startsWith(`${prefix}/`)
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.slice(at, at + chunkBytes)
}
