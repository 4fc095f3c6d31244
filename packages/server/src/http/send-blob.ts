import { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { filePolicy } from './plugins/headers.ts'
import { rangeOf } from './ranges.ts'

export interface Blob {
  readonly storageKey: string
  readonly size: number
  readonly sha256: string
  readonly mimeType: string
  readonly filename: string
}

/** RFC 6266 with the ASCII form first: Node refuses any other character in a header. */
export function contentDisposition(kind: 'inline' | 'attachment', filename: string): string {
  const ascii = filename.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(filename.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}

const matches = (header: string, etag: string): boolean =>
  header.trim() === '*' || header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag)

/** Checked with the server every time, so that losing access counts at once; an unchanged file costs no bytes. */
const alwaysAsk = 'private, no-cache'

/** Headers that every byte of a user's file leaves with. */
export function setFileHeaders(reply: FastifyReply, etag: string, caching = alwaysAsk): void {
  reply.headers({
    etag,
    'cache-control': caching,
    'content-security-policy': filePolicy,
    'cross-origin-resource-policy': 'cross-origin',
    'accept-ranges': 'bytes',
  })
}

/** Answers 304 when the client has this version already. */
export function isFresh(request: FastifyRequest, etag: string): boolean {
  const header = request.headers['if-none-match']
  return header !== undefined && matches(header, etag)
}

/** Whether a range that the record allows is not in the file: it was cut off. */
function isOutside(error: unknown): boolean {
  return error instanceof EaselError && 'fault' in error && error.fault === 'range'
}

/** What a browser shows as a picture and nothing else; anything else is only ever saved. */
const shown: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/gif'])

/** The address is for whoever asked, and good for a while alone: nobody keeps it. */
async function sendElsewhere(reply: FastifyReply, address: string): Promise<FastifyReply> {
  for (const name of ['etag', 'content-disposition', 'accept-ranges']) reply.removeHeader(name)
  return await reply.header('cache-control', 'private, no-store').redirect(address, 302)
}

/** How a file leaves. */
interface Sending {
  readonly download: boolean
  readonly caching?: string
  /** Seconds for which an address of the storage may stand for it; absent: none may. */
  readonly signedSeconds?: number
}

/** Sends a stored file, whole or a range of it, in constant memory. @throws EaselError `not-found`, `range-not-satisfiable` */
export async function sendBlob(
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  storage: Storage,
  blob: Blob & Sending,
): Promise<FastifyReply> {
  const etag = `"${blob.sha256}"`
  setFileHeaders(reply, etag, blob.caching)
  const safe = shown.has(blob.mimeType)
  const disposition = blob.download || !safe ? 'attachment' : 'inline'
  const named = contentDisposition(disposition, blob.filename)
  reply.header('content-disposition', named)
  if (isFresh(request, etag)) return await reply.code(304).send()
  const type = safe ? blob.mimeType : 'application/octet-stream'
  const { storageKey: key, signedSeconds: seconds = 0, caching: cacheControl = alwaysAsk } = blob
  const read = { key, seconds, contentType: type, contentDisposition: named, cacheControl }
  const address = await request.server.handOff.sign(request, storage, read)
  if (address !== null) return await sendElsewhere(reply, address)
  if (await request.server.handOff.take({ request, reply }, storage, key)) {
    return await reply.type(type).send()
  }
  const range = rangeOf(request, reply, { size: blob.size, etag })
  const found = await storage.get(key, range ?? undefined).catch((error: unknown) => {
    if (isOutside(error)) throw new EaselError('not-found', 'The file of this picture is not whole.', { cause: error })
    throw error
  })
  if (found === null) throw new EaselError('not-found', 'The file of this picture is missing.')
  if (range !== null) reply.code(206).header('content-range', `bytes ${range.first}-${range.last}/${blob.size}`)
  const length = range === null ? found.size : range.last - range.first + 1
  reply.header('content-length', length).type(type)
  return await reply.send(Readable.from(found.body, { objectMode: false }))
}
