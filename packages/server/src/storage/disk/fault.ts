import { codeOf, messageOf } from '#base/errors.ts'
import { StorageError } from '../spec/storage.ts'

const noRoom: readonly (string | null)[] = ['ENOSPC', 'EDQUOT']
const nothingThere: readonly (string | null)[] = ['ENOENT', 'ENOTDIR']

/**
 * Does `work`, and turns what the file system throws into a {@link StorageError}.
 * @param doing what is being done, for the message: `store images/a.png`
 */
export async function asStorage<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toStorageError(doing, error)
  }
}

/** The {@link StorageError} for whatever the file system threw: `full` when there was no room, else `failed`. */
export function toStorageError(doing: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error
  const fault = noRoom.includes(codeOf(error)) ? 'full' : 'failed'
  return new StorageError(fault, `Could not ${doing}: ${messageOf(error)}`, error)
}

/** True for the errors that mean: there is no such file. */
export function isAbsent(error: unknown): boolean {
  return nothingThere.includes(codeOf(error))
}

/** What `work` gives, or null when it finds nothing there. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}
