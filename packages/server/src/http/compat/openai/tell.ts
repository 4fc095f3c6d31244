// A generation told as events. Rules OA25 and OA26 in docs/spec/openai.md.
import type { Generation } from '@easel/contract'
import type { FastifyReply } from 'fastify'
import type { AppPorts } from '../../app.ts'
import { checkPictures, NoPicture, stoppingError } from '../ended.ts'
import { firstSignMs, within } from '../first-sign.ts'
import { follow, type News } from '../follow.ts'
import { sendTold } from '../lines.ts'
import { completedEvents, errorEvent, partialEvent, type EventName, type Shown } from './answer.ts'
import { refusalOf } from './errors.ts'

export interface Told {
  readonly userId: string
  readonly accepted: Generation
  /** Previews to show at most. */
  readonly previews: number
  readonly events: EventName
  readonly shown: (generation: Generation) => Shown
}

interface Following {
  readonly first: Promise<IteratorResult<News, void>>
  readonly news: AsyncGenerator<News, void>
  /** Aborted when Easel stops. */
  readonly stop: AbortSignal
}

/** Previews are spread over the work: one is due with each of the parts that they cut it into. */
const isDue = (
  sent: number,
  previews: number,
  { completed, total }: { readonly completed: number; readonly total: number },
) => sent < previews && completed * (previews + 1) >= total * (sent + 1)

async function* eventsOf(
  { generations }: Pick<AppPorts, 'generations'>,
  { userId, accepted, previews, events, shown }: Told,
  { first, news, stop }: Following,
): AsyncGenerator<string> {
  let sent = 0
  try {
    for (let step = await first; step.done !== true; step = await news.next()) {
      const { value } = step
      if (value.kind === 'ended') {
        checkPictures(value.generation, false)
        yield* completedEvents(events, shown(value.generation))
        return
      }
      const wanted = value.preview && isDue(sent, previews, value)
      const preview = wanted ? await generations.preview(userId, accepted.id) : null
      if (preview !== null) {
        yield partialEvent(events, preview, { index: sent, generation: accepted })
        sent += 1
      }
    }
    if (stop.aborted) throw stoppingError()
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    // The status line is gone: it is told as the last event.
    yield errorEvent(refusal.error)
  } finally {
    await news.return()
  }
}

/**
 * Answers with events, once the engine has shown a first sign.
 * @param left aborted when the client goes
 * @throws NoPicture when it failed before
 */
export async function sendEvents(
  reply: FastifyReply,
  ports: Pick<AppPorts, 'generations' | 'events'>,
  { told, left, stop }: { readonly told: Told; readonly left: AbortSignal; readonly stop: AbortSignal },
): Promise<FastifyReply> {
  const { userId, accepted } = told
  const news = follow(ports, { userId, id: accepted.id }, AbortSignal.any([left, stop]))
  const first = news.next()
  const sign = await within(first, firstSignMs)
  if (sign?.done === true) throw stoppingError()
  if (sign?.value.kind === 'ended' && sign.value.generation.images.length === 0) {
    await news.return()
    throw new NoPicture(sign.value.generation)
  }
  const sent = sendTold(reply, 'text/event-stream; charset=utf-8', eventsOf(ports, told, { first, news, stop }))
  if (sign === null) reply.raw.flushHeaders()
  return await sent
}
