// A generation told as events. Rules OA25 and OA26 in docs/spec/openai.md.
import type { Generation } from '@easel/contract'
import type { FastifyReply } from 'fastify'
import type { AppPorts } from '../../app.ts'
import { checkPictures } from '../ended.ts'
import type { News } from '../follow.ts'
import { tell } from '../telling.ts'
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

/** Previews are spread over the work: one is due with each of the parts that they cut it into. */
const isDue = (
  sent: number,
  previews: number,
  { completed, total }: { readonly completed: number; readonly total: number },
) => sent < previews && completed * (previews + 1) >= total * (sent + 1)

async function* eventsOf(
  { generations }: Pick<AppPorts, 'generations'>,
  { userId, accepted, previews, events, shown }: Told,
  news: AsyncIterable<News>,
): AsyncGenerator<string> {
  let sent = 0
  try {
    for await (const sign of news) {
      if (sign.kind === 'ended') {
        checkPictures(sign.generation, false)
        yield* completedEvents(events, shown(sign.generation))
        continue
      }
      const wanted = sign.preview && isDue(sent, previews, sign)
      const preview = wanted ? await generations.preview(userId, accepted.id) : null
      if (preview !== null) {
        yield partialEvent(events, preview, { index: sent, generation: accepted })
        sent += 1
      }
    }
  } catch (error) {
    const refusal = refusalOf(error)
    if (refusal === null) throw error
    // The status line is gone: it is told as the last event.
    yield errorEvent(refusal.error)
  }
}

/** Answers with events, once the engine has shown a first sign. @throws NoPicture when it failed before */
export async function sendEvents(
  reply: FastifyReply,
  ports: Pick<AppPorts, 'generations' | 'events'>,
  { told, stop }: { readonly told: Told; readonly stop: AbortSignal },
): Promise<FastifyReply> {
  const { userId, accepted } = told
  return await tell(reply, ports, {
    userId,
    id: accepted.id,
    begun: performance.now(),
    stop,
    type: 'text/event-stream; charset=utf-8',
    text: (news) => eventsOf(ports, told, news),
  })
}
