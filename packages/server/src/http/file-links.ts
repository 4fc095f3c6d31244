// Addresses of pictures, as they are handed to whoever asks. Rules in docs/spec/limits.md (LI10 …).
import type { FastifyRequest } from 'fastify'
import type { FileSignatures } from '#auth/file-signature.ts'

const parameter = 'signature'

export interface FileLinks {
  /**
   * A path as this caller can use it: a program that sends a token gets it signed, because what loads the picture sends none. A page
   * gets the bare path, which its cookie opens.
   */
  linkFor(request: FastifyRequest, path: string): string
  /** Whether a request carries a signature that is good for its own path. */
  isSigned(request: FastifyRequest): boolean
}

/** @param signatures null in local mode, where nobody needs one */
export function createFileLinks(signatures: FileSignatures | null): FileLinks {
  return {
    linkFor(request, path) {
      const byBearer = request.headers.authorization !== undefined && request.caller !== null
      if (signatures === null || !byBearer || request.caller?.by === 'compat') return path
      return `${path}?${parameter}=${signatures.sign(path)}`
    },
    isSigned(request) {
      const [path = '', query = ''] = request.url.split('?', 2)
      const given = new URLSearchParams(query).getAll(parameter)
      // A name may be spelled in more than one way; signed is the one that we give.
      return signatures !== null && given.length === 1 && signatures.verify(path, given[0] ?? '')
    },
  }
}
