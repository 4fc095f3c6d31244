import { checkPrefix } from '../spec/key.ts'
import { StorageError } from '../spec/storage.ts'

/** Where in a store the blobs are. */
export interface Place {
  readonly bucket: string
  /** What stands before every key: nothing, or segments each with a slash at its end. */
  readonly root: string
}

/**
 * Reads `s3://bucket` or `s3://bucket/some/prefix`.
 * @throws StorageError when it is neither
 */
export function placeOf({ host: bucket, pathname, username, password, search, hash }: URL): Place {
  const prefix = pathname.replace(/^\/|\/$/g, '')
  if (bucket === '' || [username, password, search, hash].some((part) => part !== '')) {
    throw new StorageError(
      'failed',
      'An address of a bucket is s3://bucket or s3://bucket/prefix, without anything else',
    )
  }
  checkPrefix(prefix)
  return { bucket, root: prefix === '' ? '' : `${prefix}/` }
}
