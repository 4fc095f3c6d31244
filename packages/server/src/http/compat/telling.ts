// Answers that tell a generation bit by bit: contract A's and Ollama's lines, OpenAI's events.
import type { Generation } from '@easel/contract'
import type { FastifyReply } from 'fastify'
import type { AppPorts } from '../app.ts'
import { clientGone } from '../client-gone.ts'
import { NoPicture, stoppingError } from './ended.ts'
import { firstSignMs, within } from './first-sign.ts'
import { follow, type News } from './follow.ts'
import { sendTold } from './lines.ts'

export interface Telling {
  readonly userId: string
  readonly id: string
  /** When the request came, as `performance.now()` has it. */
  readonly begun: number
  /** Aborted when Easel stops. */
  readonly stop: AbortSignal
  readonly type: string
  /** What is said of the news, of which the last is the end. They break off with `shutting-down` when Easel stops before it. */
  text(news: AsyncIterable<News>): AsyncIterable<string>
  /** Answers where there is no picture before anything was said. Absent: NoPicture is thrown. */
  refuse?(generation: Generation): Promise<FastifyReply>
}

interface Following {
  readonly first: Promise<IteratorResult<News, void>>
  readonly news: AsyncGenerator<News, void>
  readonly stop: AbortSignal
}

async function* newsOf({ first, news, stop }: Following): AsyncGenerator<News, void> {
  try {
    for (let step = await first; step.done !== true; step = await news.next()) {
      yield step.value
      if (step.value.kind === 'ended') return
    }
    if (stop.aborted) throw stoppingError()
  } finally {
    await news.return()
  }
}

/**
 * Answers once the engine has shown a first sign, or none for ten seconds: until then what goes wrong can still be a status.
 * @throws NoPicture; EaselError `shutting-down`
 */
export async function tell(
  reply: FastifyReply,
  ports: Pick<AppPorts, 'generations' | 'events'>,
  { userId, id, begun, stop, type, text, refuse }: Telling,
): Promise<FastifyReply> {
  const news = follow(ports, { userId, id }, AbortSignal.any([clientGone(reply), stop]))
  const first = news.next()
  const sign = await within(first, firstSignMs - (performance.now() - begun))
  if (sign?.done === true) throw stoppingError()
  if (sign?.value.kind === 'ended' && sign.value.generation.images.length === 0) {
    const { generation } = sign.value
    await news.return()
    if (refuse === undefined) throw new NoPicture(generation)
    return await refuse(generation)
  }
  const sent = sendTold(reply, type, text(newsOf({ first, news, stop })))
  // Nothing has been heard of the engine: the client learns at least that its request was taken.
  if (sign === null) reply.raw.flushHeaders()
  return await sent
}
