import type { Storage } from './storage.ts'

/** The same store with another `put`, through which every blob goes, one after the other where several are stored. */
export function puttingBy(storage: Storage, put: Storage['put']): Storage {
  return {
    ...storage,
    put,
    async putAll(blobs) {
      for (const { key, bytes } of blobs) await put(key, await bytes)
    },
  }
}
