import type { Blobs } from './blobs.ts'

/**
 * S3 does not say whether what it removed was there. It is looked up before, and in this process one waits for the other, so that only
 * one of them is told that it was.
 */
export function createRemoving(blobs: Blobs): (key: string) => Promise<boolean> {
  const running = new Map<string, Promise<boolean>>()

  async function removeOnce(key: string): Promise<boolean> {
    if ((await blobs.stat(key)) === null) return false
    await blobs.delete(key)
    return true
  }

  return async (key) => {
    const again = () => removeOnce(key)
    const work = (running.get(key) ?? Promise.resolve(false)).then(again, again)
    running.set(key, work)
    try {
      return await work
    } finally {
      if (running.get(key) === work) running.delete(key)
    }
  }
}
