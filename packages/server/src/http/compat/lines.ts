// Answers that are told line by line.
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'

/** One line of JSON. */
export const line = (fields: object): string => `${JSON.stringify(fields)}\n`

/** Text as it comes: most lines are a hundred bytes, and a picture comes in pieces. No proxy may hold it back. */
export function sendTold(reply: FastifyReply, type: string, text: AsyncIterable<string>): FastifyReply {
  return reply
    .headers({ 'cache-control': 'no-cache', 'x-accel-buffering': 'no' })
    .type(type)
    .send(Readable.from(text, { objectMode: false }))
}

/** What answers of lines are. */
export const linesType = 'application/x-ndjson'
