// What the tests use of s3rver, which has no types of its own.
declare module 's3rver' {
  import type { Server } from 'node:http'

  interface Options {
    readonly address: string
    readonly port: number
    readonly silent: boolean
    readonly vhostBuckets: boolean
  }

  interface ListResult {
    readonly Prefix: string
    readonly Contents: readonly { readonly Key: string }[]
    IsTruncated: boolean
    NextContinuationToken?: string
  }

  interface Context {
    query: Readonly<Record<string, string>>
    readonly body?: { readonly ListBucketResult?: ListResult }
  }

  export type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>

  export default class S3rver {
    constructor(options: Options)
    readonly middleware: Middleware[]
    store: object
    readonly context: { store: object }
    readonly httpServer: Server
    run(): Promise<{ readonly port: number }>
    close(): Promise<void>
  }
}

declare module 's3rver/lib/models/object.js' {
  import type { Readable } from 'node:stream'

  export default class S3Object {
    constructor(bucket: string, key: string, content: Readable | null, metadata: Readonly<Record<string, unknown>>)
    readonly bucket: string
    readonly key: string
    readonly content: Readable | null
    readonly metadata: Readonly<Record<string, string>>
    range?: { readonly start: number; readonly end: number }
  }
}
