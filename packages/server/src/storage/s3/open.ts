import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { checkKey, checkPrefix, isSegment } from '../spec/key.ts'
import { offsetsOf } from '../spec/range.ts'
import { StorageError, type Blob, type ByteRange, type Storage, type StorageAccess } from '../spec/storage.ts'
import { createBlobs, type Blobs } from './blobs.ts'
import { collect } from './body.ts'
import { checkStore } from './check.ts'
import { createClient, usualWaits } from './client.ts'
import { asStorage, toStorageError } from './fault.ts'
import { placeOf, type Place } from './location.ts'
import { createRemoving } from './removing.ts'

/**
 * Blobs in a bucket of S3 or of what speaks its protocol, below the prefix of `location`, whose names are their keys.
 * @param location `s3://bucket` or `s3://bucket/prefix`
 * @throws StorageError when it is none, or blobs cannot be stored, read, listed and removed there
 */
export async function openS3Storage(location: URL, access: StorageAccess, waits = usualWaits): Promise<Storage> {
  const place = placeOf(location)
  const client = createClient(access, waits)
  const blobs = createBlobs(client, place, waits)
  await checkStore(blobs, `s3://${place.bucket}${place.root === '' ? '' : `/${place.root.slice(0, -1)}`}`)
  const signing = access.publicEndpoint === null ? client : createClient({ ...access, endpoint: access.publicEndpoint })
  return { ...createStorage(blobs), sign: createSign(signing, place) }
}

function createStorage(blobs: Blobs): Storage {
  const remove = createRemoving(blobs)

  async function put(key: string, bytes: Blob['bytes']): Promise<void> {
    await asStorage(`store ${key}`, async () => blobs.put(key, await bytes))
  }

  return {
    async put(key, bytes) {
      checkKey(key)
      await put(key, bytes)
    },
    async putAll(list) {
      for (const { key } of list) checkKey(key)
      // One after the other: side by side they would come into sight in any order.
      for (const { key, bytes } of list) await put(key, bytes)
    },
    async get(key, range) {
      checkKey(key)
      return asStorage(`open ${key}`, () => open(blobs, key, range))
    },
    async read(key) {
      checkKey(key)
      const found = await asStorage(`read ${key}`, () => open(blobs, key))
      return found === null ? null : await collect(found.body)
    },
    async stat(key) {
      checkKey(key)
      return asStorage(`look at ${key}`, () => blobs.stat(key))
    },
    async delete(key) {
      checkKey(key)
      return asStorage(`remove ${key}`, () => remove(key))
    },
    async *list(prefix) {
      checkPrefix(prefix)
      try {
        yield* listFrom(blobs, prefix)
      } catch (error) {
        throw toStorageError('list the blobs', error)
      }
    },
    free: async () => null,
  }
}

/** Whether a header can say it: it names a range of some blob, if not of this one. */
const isSound = ({ first, last }: ByteRange): boolean =>
  Number.isSafeInteger(first) && Number.isSafeInteger(last) && first >= 0 && first <= last

async function open(blobs: Blobs, key: string, range?: ByteRange): ReturnType<Storage['get']> {
  if (range !== undefined && !isSound(range)) {
    const found = await blobs.stat(key)
    if (found !== null) offsetsOf(range, found.size)
    return null
  }
  const found = await blobs.get(key, range)
  if (found === null) return null
  if (found === 'range') throw new StorageError('range', `The range is not inside the blob ${key}`)
  try {
    const { first, end } = offsetsOf(range, found.size)
    if (found.length !== end - first) throw new StorageError('failed', 'The store answered with another range')
  } catch (error) {
    found.leave()
    throw error
  }
  return { size: found.size, body: found.body() }
}

/** What is there and has a name that no key has, such as the marks that other programs make for folders, is passed over. */
async function* listFrom(blobs: Blobs, prefix: string): ReturnType<Storage['list']> {
  const exact = prefix === '' ? null : await blobs.stat(prefix)
  if (exact !== null) yield { key: prefix, ...exact }
  for await (const page of blobs.pages(prefix === '' ? '' : `${prefix}/`)) {
    for (const { name: key, ...stat } of page) if (key.split('/').every(isSegment)) yield { key, ...stat }
  }
}

function createSign(client: S3Client, { bucket, root }: Place): NonNullable<Storage['sign']> {
  return async (key, { seconds, contentType, contentDisposition, cacheControl }) => {
    checkKey(key)
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: root + key,
      ResponseContentType: contentType,
      ResponseContentDisposition: contentDisposition,
      ResponseCacheControl: cacheControl,
    })
    return asStorage('sign an address', () => getSignedUrl(client, command, { expiresIn: seconds }))
  }
}
