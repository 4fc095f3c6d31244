import { terminalStates, type Generation } from '@easel/contract'
import type { Events } from '#events/events.ts'

interface Waited {
  readonly userId: string
  readonly id: string
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal
}

/** Waits for the end of a generation by its events. Gives it as it is when nobody waits any more. */
export async function waitForEnd(
  events: Pick<Events, 'subscribe'>,
  { userId, id, signal }: Waited,
  get: () => Promise<Generation>,
): Promise<Generation> {
  let news = Promise.withResolvers<void>()
  const wake = () => news.resolve()
  const stop = await events.subscribe(userId, null, ({ event }) => {
    if (event.type === 'reset' || (event.type === 'generation.finished' && event.generationId === id)) wake()
  })
  signal.addEventListener('abort', wake)
  try {
    for (;;) {
      // Looked at after subscribing: an end in between would otherwise be missed.
      const now = await get()
      if (terminalStates.includes(now.state) || signal.aborted) return now
      await news.promise
      news = Promise.withResolvers<void>()
    }
  } finally {
    signal.removeEventListener('abort', wake)
    stop()
  }
}
