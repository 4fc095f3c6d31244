import { terminalStates, type Generation } from '@easel/contract'
import type { Events } from '#events/events.ts'
import type { Generations } from '#generation/generations.ts'

export type News =
  | {
      readonly kind: 'progress'
      readonly completed: number
      readonly total: number
      /** Whether there is a preview that was not told of yet. */
      readonly preview: boolean
    }
  | { readonly kind: 'ended'; readonly generation: Generation }

interface Followed {
  readonly userId: string
  readonly id: string
}

/**
 * What happens to a generation: its progress, of which only the newest is kept for a reader that is slow, then its end. Ends without
 * one when `signal` is aborted; the generation itself goes on.
 */
export async function* follow(
  { events, generations }: { events: Events; generations: Generations },
  { userId, id }: Followed,
  signal: AbortSignal,
): AsyncGenerator<News, void> {
  let progress: Generation['progress'] = null
  let preview = false
  // Looked at once after subscribing: what happened before is told by nobody.
  let mayHaveEnded = true
  let news = Promise.withResolvers<void>()
  const wake = () => news.resolve()
  const stop = await events.subscribe(userId, null, ({ event }) => {
    if (event.type === 'generation.progress' && event.generationId === id) {
      progress = { completed: event.completed, total: event.total }
      preview ||= event.previewUrl !== null
    } else if (event.type === 'reset' || (event.type === 'generation.finished' && event.generationId === id)) {
      mayHaveEnded = true
    } else return
    wake()
  })
  signal.addEventListener('abort', wake)
  /** TypeScript takes the variable for null: it does not see that the subscription sets it. */
  const takeProgress = (): Generation['progress'] => {
    const taken = progress
    progress = null
    return taken
  }
  try {
    while (!signal.aborted) {
      const sign = takeProgress()
      if (sign !== null) {
        const told = preview
        preview = false
        yield { kind: 'progress', ...sign, preview: told }
      } else if (mayHaveEnded) {
        mayHaveEnded = false
        const generation = await generations.get(userId, id)
        if (terminalStates.includes(generation.state)) {
          yield { kind: 'ended', generation }
          return
        }
        progress ??= generation.progress
        preview ||= generation.previewUrl !== null
      } else {
        await news.promise
        news = Promise.withResolvers<void>()
      }
    }
  } finally {
    signal.removeEventListener('abort', wake)
    stop()
  }
}
