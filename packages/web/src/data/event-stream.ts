import { EaselEvent } from '@easel/contract'

/** `away`: the stream broke and has not come back yet. */
export type StreamState = 'connecting' | 'open' | 'away'

/** The part of EventSource that is used here. */
export interface EventSourceLike {
  readonly readyState: number
  addEventListener(type: string, listener: (event: Event) => void): void
  close(): void
}

interface StreamOptions {
  readonly url: string
  readonly onEvent: (event: EaselEvent) => void
  readonly onState: (state: StreamState) => void
  /** The stream is there for the first time: what was read before may have missed an event. */
  readonly onReady: () => void
  /**
   * The stream is there again after it had been away. With `complete` what was missed follows; without it, it was opened
   * anew and cannot know what was missed.
   */
  readonly onReturn: (complete: boolean) => void
  readonly connect: (url: string) => EventSourceLike
  readonly wait: (milliseconds: number, then: () => void) => () => void
}

const CLOSED = 2
const FIRST_WAIT = 1000
const LONGEST_WAIT = 15_000

const types = EaselEvent.options.map((option) => option.shape.type.value)

/** The event in a message's data, or null when it is of a kind that this page does not know. */
export function parseEvent(data: unknown): EaselEvent | null {
  if (typeof data !== 'string') return null
  try {
    const event = EaselEvent.safeParse(JSON.parse(data))
    return event.success ? event.data : null
  } catch {
    return null // not JSON: a newer server's event, or a broken line; the next read of the lists shows the truth
  }
}

/**
 * Keeps one event stream open until the returned function is called. The browser reconnects by itself after a broken line
 * and then says where it was; after an HTTP error it gives up, so here it is tried anew with growing pauses.
 */
export function openEventStream(options: StreamOptions): () => void {
  let source: EventSourceLike | null = null
  let pause = FIRST_WAIT
  let wasAway = false
  let wasReady = false
  let complete = true
  // Only then can the browser say where it was, and be told what it missed.
  let numbered = false
  let cancelWait = () => {}

  const start = () => {
    const current = options.connect(options.url)
    source = current
    current.addEventListener('open', () => {
      pause = FIRST_WAIT
      options.onState('open')
      if (wasAway) options.onReturn(complete && numbered)
      wasAway = false
      complete = true
    })
    // The server sends it once it has begun to listen for this page.
    current.addEventListener('ready', () => {
      if (!wasReady) options.onReady()
      wasReady = true
    })
    current.addEventListener('error', () => {
      wasAway = true
      options.onState('away')
      if (current.readyState !== CLOSED) return
      current.close()
      complete = false
      numbered = false
      cancelWait = options.wait(pause, start)
      pause = Math.min(pause * 2, LONGEST_WAIT)
    })
    for (const type of types) {
      current.addEventListener(type, (message) => {
        numbered ||= 'lastEventId' in message && message.lastEventId !== ''
        const event = 'data' in message ? parseEvent(message.data) : null
        if (event !== null) options.onEvent(event)
      })
    }
  }

  options.onState('connecting')
  start()
  return () => {
    cancelWait()
    source?.close()
  }
}
