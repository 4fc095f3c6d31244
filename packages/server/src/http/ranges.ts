import type { FastifyReply, FastifyRequest } from 'fastify'
import { EaselError } from '#base/errors.ts'
import type { ByteRange } from '#storage/spec/storage.ts'

/** One range of RFC 9110 section 14: null for none that we serve (several ranges get the whole file), or `bad`. */
function parseRange(header: string | undefined, size: number): ByteRange | 'bad' | null {
  const match = header === undefined ? null : /^bytes=(\d*)-(\d*)$/.exec(header.trim())
  if (match === null) return null
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return 'bad'
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length === 0 ? 'bad' : { first: size - length, last: size - 1 }
  }
  const first = Number(from)
  const last = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  return first >= size || (to !== '' && Number(to) < first) ? 'bad' : { first, last }
}

/**
 * Which part of something a request asks for; null: the whole.
 * @throws EaselError `range-not-satisfiable`, the size being told in the answer
 */
export function rangeOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { size, etag }: { readonly size: number; readonly etag: string },
): ByteRange | null {
  const condition = request.headers['if-range']
  const range = parseRange(condition === undefined || condition === etag ? request.headers.range : undefined, size)
  if (range !== 'bad') return range
  reply.header('content-range', `bytes */${size}`)
  throw new EaselError('range-not-satisfiable', `The file has ${size} bytes.`)
}
