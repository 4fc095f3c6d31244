// Forms with files, taken in part by part.
import type { FastifyRequest } from 'fastify'
import { codeOf, EaselError } from '#base/errors.ts'

/** Parts as they come, but that what is no form, or ends before its end, is the sender's fault. */
export async function* asSent<T>(parts: () => AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  try {
    yield* parts()
  } catch (error) {
    // Limits have codes and statuses of their own.
    if (codeOf(error) !== null && error instanceof Error && 'statusCode' in error) throw error
    throw new EaselError('bad-request', 'The form is not valid, or it ended too early.', { cause: error })
  }
}

/** Reads what is left of a refused form, or else the next request on the same connection would wait behind it for ever. */
export function drain({ raw }: FastifyRequest, most: number): void {
  let left = most
  raw.unpipe()
  raw.on('data', (part: Buffer) => {
    left -= part.length
    if (left < 0) raw.destroy()
  })
  raw.resume()
}
