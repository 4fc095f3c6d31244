// Files that somebody else sends, once it is decided that they may be seen: the proxy in front, or the storage itself. Rules SH25, SH27 and SH28 in
// docs/spec/sharing.md.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createSeenFiles } from '#sharing/seen-files.ts'
import type { SignedRead, Storage } from '#storage/spec/storage.ts'

declare module 'fastify' {
  interface FastifyInstance {
    handOff: HandOff
  }
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
}

export interface HandOff {
  /**
   * Names a stored file for the proxy to send, ranges and all; every other header has to be set already.
   * @returns false where this server sends it: nobody said that the proxy can, the request comes not from it, or there is no such file
   */
  take(exchange: Exchange, storage: Storage, key: string): Promise<boolean>
  /**
   * Says how many seconds the proxy may answer others with this without asking, where it keeps answers at all; 0: it asks each time.
   * @returns false where nothing is said, as the request comes not from it
   */
  keep(exchange: Exchange, seconds: number): boolean
  /**
   * An address at which the storage itself answers this request for a while.
   * @returns null where this server answers: nobody asked for such addresses, the client would not follow one, or there is no such file
   */
  sign(request: FastifyRequest, storage: Storage, file: SignedRead & { readonly key: string }): Promise<string | null>
}

export interface HandOffOptions {
  /** The proxy's internal address of the folder with the files, with a slash at its end; null: there is none. */
  readonly prefix: string | null
  /** Whether the other end of a connection is a proxy of ours: nobody else knows what to do with the header. */
  readonly isProxy: (address: string) => boolean
  /** Whether the storage may be asked to answer by itself. */
  readonly signedUrls: boolean
}

/**
 * Whether a client goes where it is sent. Scripts of other origins would have to be let in by the storage too, which knows nothing of it, and
 * our own pages load pictures from nowhere else.
 */
function follows({ method, headers }: FastifyRequest): boolean {
  const { 'sec-fetch-mode': mode = 'navigate', 'sec-fetch-site': site } = headers
  return method === 'GET' && (mode === 'navigate' || (mode === 'no-cors' && site !== 'same-origin'))
}

function createHandOff({ prefix, isProxy, signedUrls }: HandOffOptions): HandOff {
  const seen = createSeenFiles()
  const isThere = async (storage: Storage, key: string): Promise<boolean> => (await seen.sizeOf(storage, key)) !== null
  const isOurs = ({ socket }: FastifyRequest): boolean => prefix !== null && isProxy(socket.remoteAddress ?? '')

  return {
    async take({ request, reply }, storage, key) {
      if (prefix === null || !isOurs(request)) return false
      if (!(await isThere(storage, key))) return false
      reply.header('x-accel-redirect', prefix + key)
      return true
    },
    keep({ request, reply }, seconds) {
      if (!isOurs(request)) return false
      reply.header('x-accel-expires', String(seconds))
      return true
    },
    async sign(request, storage, { key, ...read }) {
      if (!signedUrls || storage.sign === undefined || read.seconds < 1 || !follows(request)) return null
      return (await isThere(storage, key)) ? await storage.sign(key, read) : null
    },
  }
}

export function registerHandOff(app: FastifyInstance, options: HandOffOptions): void {
  app.decorate('handOff', createHandOff(options))
}
