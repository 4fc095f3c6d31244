// The calls of S3, each as one function.
import { Readable } from 'node:stream'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import { StorageError, type ByteRange } from '../spec/storage.ts'
import { chunksOf } from './body.ts'
import type { Waits } from './client.ts'
import { refusalOf } from './fault.ts'
import type { Place } from './location.ts'

export interface Blobs {
  put(name: string, bytes: Uint8Array): Promise<void>
  /** Null when there is no such blob; `range`: that its range is outside of it. */
  get(name: string, range?: ByteRange): Promise<Opened | 'range' | null>
  stat(name: string): Promise<Stat | null>
  delete(name: string): Promise<void>
  /** Every name that begins so, in pages. */
  pages(beginning: string): AsyncIterable<readonly (Stat & { readonly name: string })[]>
}

export interface Stat {
  readonly size: number
  readonly modifiedMs: number
}

export interface Opened extends Stat {
  /** Of the whole blob, however much of it comes. */
  readonly size: number
  /** Bytes that come. */
  readonly length: number
  /** Them. */
  body(): AsyncIterable<Uint8Array>
  /** Lets go of it, where nothing is read. */
  leave(): void
}

/** Slower than this a store is as good as gone. */
const leastBytesPerMs = 64

/** To the second, as not all that S3 answers is more exact. */
const secondOf = (time: Date | undefined): number => Math.floor((time?.getTime() ?? 0) / 1000) * 1000

function openedOf(answer: GetObjectCommandOutput, silenceMs: number): Opened {
  const { Body: stream, ContentLength: length, ContentRange: part, LastModified: time } = answer
  const size = part === undefined ? length : Number(/\/(\d+)$/.exec(part)?.[1])
  if (!(stream instanceof Readable) || length === undefined || size === undefined || !Number.isSafeInteger(size)) {
    throw new StorageError('failed', 'The store answered without saying how long the blob is')
  }
  return {
    size,
    length,
    modifiedMs: secondOf(time),
    body: () => chunksOf(stream, length, silenceMs),
    leave: () => void stream.destroy(),
  }
}

export function createBlobs(client: S3Client, { bucket, root }: Place, { answerMs, silenceMs }: Waits): Blobs {
  const at = (name: string) => ({ Bucket: bucket, Key: root + name })

  async function get(name: string, range?: ByteRange): Promise<Opened | 'range' | null> {
    const part = range === undefined ? {} : { Range: `bytes=${range.first}-${range.last}` }
    try {
      return openedOf(await client.send(new GetObjectCommand({ ...at(name), ...part })), silenceMs)
    } catch (error) {
      const refusal = refusalOf(error)
      // The name alone: a bucket that is not there, or a proxy on the way, is answered by 404 too, and would empty the library.
      if (refusal.name === 'NoSuchKey') return null
      if (refusal.status === 416) return 'range'
      throw error
    }
  }

  return {
    get,
    async put(name, bytes) {
      const command = new PutObjectCommand({ ...at(name), Body: bytes, ContentLength: bytes.length })
      await client.send(command, { requestTimeout: answerMs + Math.ceil(bytes.length / leastBytesPerMs) })
    },
    async stat(name) {
      try {
        const { ContentLength: size = 0, LastModified: time } = await client.send(new HeadObjectCommand(at(name)))
        return { size, modifiedMs: secondOf(time) }
      } catch (error) {
        if (refusalOf(error).status !== 404) throw error
      }
      // Such an answer has no words. What is really missing, the store says by name.
      const found = await get(name)
      if (found === null || found === 'range') return null
      found.leave()
      return { size: found.size, modifiedMs: found.modifiedMs }
    },
    async delete(name) {
      await client.send(new DeleteObjectCommand(at(name)))
    },
    async *pages(beginning) {
      const wanted = { Bucket: bucket, Prefix: root + beginning }
      for (let token: string | undefined, last = false; !last;) {
        const next = token === undefined ? {} : { ContinuationToken: token }
        const page = await client.send(new ListObjectsV2Command({ ...wanted, ...next }))
        yield (page.Contents ?? []).map(({ Key: key = '', Size: size = 0, LastModified: time }) => ({
          name: key.slice(root.length),
          size,
          modifiedMs: secondOf(time),
        }))
        token = page.NextContinuationToken
        last = page.IsTruncated !== true || token === undefined
      }
    },
  }
}
