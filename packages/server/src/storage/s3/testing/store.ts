// A server of the S3 protocol in the process of a test: s3rver's routes, signatures and XML over a store that keeps S3's promises. Its own
// store in a folder writes files in place, and has no room for names of 255 bytes.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import S3rver, { type Middleware } from 's3rver'
import S3Object from 's3rver/lib/models/object.js'
import type { StorageAccess } from '../../spec/storage.ts'

interface Kept {
  readonly bytes: Buffer
  readonly metadata: Readonly<Record<string, string>>
}

const bucketName = 'pictures'

interface Asked {
  readonly start?: number
  readonly end?: number
}

/** What s3rver asks its store for. */
function createStore(blobs: Map<string, Kept>, buckets: Set<string>) {
  const factsOf = ({ bytes, metadata }: Kept) => ({ ...metadata, 'content-length': bytes.length })

  return {
    getBucket: async (name: string) => (buckets.has(name) ? { name, creationDate: new Date() } : null),
    getSubresource: async () => null,
    existsObject: async (_: string, key: string) => blobs.has(key),
    deleteObject: async (_: string, key: string) => void blobs.delete(key),

    async getObject(bucket: string, key: string, { start, end }: Asked = {}) {
      const kept = blobs.get(key)
      if (kept === undefined) return null
      const last = kept.bytes.length - 1
      const range = { start: start ?? 0, end: Math.min(end ?? Infinity, last) }
      const isOutside = start !== undefined && range.start > range.end
      const content = isOutside
        ? null
        : Readable.from(kept.bytes.subarray(range.start, range.end + 1), { objectMode: false })
      const object = new S3Object(bucket, key, content, factsOf(kept))
      if (start !== undefined) object.range = range
      return object
    },

    async putObject({ key, content, metadata }: S3Object) {
      const parts: Buffer[] = []
      for await (const part of content ?? []) parts.push(Buffer.from(part))
      const bytes = Buffer.concat(parts)
      const md5 = createHash('md5').update(bytes).digest('hex')
      const facts = { ...metadata, etag: JSON.stringify(md5), 'last-modified': new Date().toUTCString() }
      blobs.set(key, { bytes, metadata: facts })
      return { size: bytes.length, md5 }
    },

    async listObjects(bucket: string, asked: { startAfter?: string; prefix?: string; maxKeys?: number }) {
      const { startAfter = '', prefix = '', maxKeys = 1000 } = asked
      const found = [...blobs.entries()]
        .filter(([key]) => key > startAfter && key.startsWith(prefix))
        .toSorted(([one], [other]) => (one < other ? -1 : 1))
      const page = found.slice(0, Math.min(maxKeys, pageSize))
      return {
        objects: page.map(([key, kept]) => new S3Object(bucket, key, null, factsOf(kept))),
        commonPrefixes: [],
        // Said by `tellPages`.
        isTruncated: false,
      }
    },
  }
}

/** s3rver makes the tokens of its pages by a cipher that Node.js has no more. Here they are the last name of the page. */
function tellPages(blobs: ReadonlyMap<string, Kept>): Middleware {
  return async (context, next) => {
    const { 'continuation-token': token, ...query } = context.query
    if (token !== undefined) context.query = { ...query, 'start-after': Buffer.from(token, 'base64url').toString() }
    await next()
    const result = context.body?.ListBucketResult
    const last = result?.Contents.at(-1)?.Key
    if (result === undefined || last === undefined) return
    if (![...blobs.keys()].some((key) => key > last && key.startsWith(result.Prefix))) return
    result.IsTruncated = true
    result.NextContinuationToken = Buffer.from(last).toString('base64url')
  }
}

/** Small, so that every list of more has several pages. */
const pageSize = 30

/** The keys that s3rver knows. */
const account = { keyId: 'S3RVER', secretKey: 'S3RVER' }

export type TestStore = Awaited<ReturnType<typeof openTestStore>>

/** A store with one bucket, on a port of its own. */
export async function openTestStore() {
  const blobs = new Map<string, Kept>()
  const buckets = new Set([bucketName])
  const open = async (port: number) => {
    const server = new S3rver({ address: '127.0.0.1', port, silent: true, vhostBuckets: false })
    // Before its routes, and within what makes XML of their answers.
    server.middleware.splice(-1, 0, tellPages(blobs))
    server.store = server.context.store = createStore(blobs, buckets)
    const { port: bound } = await server.run()
    return { server, port: bound }
  }
  let running = await open(0)
  const { port } = running
  const endpoint = `http://127.0.0.1:${port}`
  const access: StorageAccess = { endpoint, publicEndpoint: null, region: null, ...account, sessionToken: null }

  const stop = async () => {
    if (!running.server.httpServer.listening) return
    running.server.httpServer.closeAllConnections()
    await running.server.close()
  }

  return {
    blobs,
    buckets,
    endpoint,
    access,
    location: new URL(`s3://${bucketName}`),
    /** The settings of a program that keeps its pictures here. */
    environment: {
      EASEL_STORAGE: `s3://${bucketName}`,
      S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: account.keyId,
      AWS_SECRET_ACCESS_KEY: account.secretKey,
    },
    /** Nobody answers at its address any more. */
    stop,
    /** It is back, with what it had. */
    async start() {
      running = await open(port)
    },
  }
}
