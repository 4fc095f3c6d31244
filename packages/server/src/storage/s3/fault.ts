import { codeOf, messageOf } from '#base/errors.ts'
import { StorageError, type StorageFault } from '../spec/storage.ts'

/** What an answer of the store, or the want of one, says. */
export interface Refusal {
  /** S3's own name of it, e.g. `NoSuchKey`, or the name of what was thrown. */
  readonly name: string
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null
}

const fullNames = new Set(['QuotaExceeded', 'XMinioStorageFull', 'InsufficientStorage', 'EntityTooLarge'])
/** 408 and 429 ask for another try, as do 500 to 504 of S3. */
const passing = (status: number): boolean => status === 408 || status === 429 || (status >= 500 && status !== 501)

/** Reads what the SDK threw. */
export function refusalOf(error: unknown): Refusal {
  const name = error instanceof Error ? error.name : 'Error'
  const metadata = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : null
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata ? metadata.httpStatusCode : null
  return { name, status: typeof status === 'number' ? status : null }
}

function faultOf(error: unknown): StorageFault {
  const { name, status } = refusalOf(error)
  if (fullNames.has(name) || status === 507) return 'full'
  if (status !== null) return passing(status) ? 'unreachable' : 'failed'
  // No answer: an error of the network has a code, that of a timeout a name.
  return name === 'TimeoutError' || name === 'AbortError' || codeOf(error) !== null ? 'unreachable' : 'failed'
}

/** In the store's own words, which hold no key and no signature: an error of the SDK has fields that do, so it is no cause. */
function wordsOf(error: unknown): string {
  const { name, status } = refusalOf(error)
  const code = codeOf(error)
  const what = [name, code, status].filter((part) => part !== null && part !== 'Error').join(', ')
  const words = messageOf(error)
  return what === '' ? words : `${words || 'no answer'} (${what})`
}

/**
 * The {@link StorageError} for whatever the SDK threw.
 * @param doing what was being done, for the message: `store images/a.png`
 */
export function toStorageError(doing: string, error: unknown): StorageError {
  if (error instanceof StorageError) return error
  return new StorageError(faultOf(error), `The store could not ${doing}: ${wordsOf(error)}`)
}

/** Does `work`, and turns what the SDK throws into a {@link StorageError}. */
export async function asStorage<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toStorageError(doing, error)
  }
}
