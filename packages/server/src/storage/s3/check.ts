import { newId } from '#base/ids.ts'
import { StorageError } from '../spec/storage.ts'
import type { Blobs } from './blobs.ts'
import { collect } from './body.ts'
import { asStorage } from './fault.ts'

const words = Buffer.from('Easel was here.')

/**
 * Stores a blob, reads it, lists it and removes it again, so that what is not allowed is known at the start. Its name is none that a key has.
 * @param where the bucket, for the message @throws StorageError that says what did not work
 */
export async function checkStore(blobs: Blobs, where: string): Promise<void> {
  const name = `.easel/${newId()}`
  await asStorage(`be written to (${where})`, () => blobs.put(name, words))
  const read = await asStorage(`be read from (${where})`, async () => {
    const found = await blobs.get(name)
    return found === null || found === 'range' ? null : await collect(found.body())
  })
  const listed = await asStorage(`be listed (${where})`, async () => {
    for await (const page of blobs.pages(name)) if (page.some((one) => one.name === name)) return true
    return false
  })
  await asStorage(`have anything removed from it (${where})`, () => blobs.delete(name))
  if (read === null || !words.equals(read) || !listed) {
    throw new StorageError('failed', `What is stored in ${where} is not found there at once, as it has to be`)
  }
}
