// Waiting for a generation: by its event stream, and where that breaks, by looking again. Rules in docs/spec/client.md (CL4 …).
import { EaselEvent, routes, terminalStates, type Generation } from '@easel/contract'
import { createParser } from 'eventsource-parser'
import { ApiError, problemOf, type Call } from './call.ts'

/** How far it is. `total` is null before the engine's first sign. */
export interface Progress {
  readonly state: 'queued' | 'running'
  /** 1 is next; null when not queued. */
  readonly place: number | null
  readonly completed: number
  readonly total: number | null
}

export interface WaitOptions {
  /** Ends the waiting; the generation goes on. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** How long the server may be away before the waiting is given up, in ms. Absent: two minutes. */
  readonly awayMs?: number | undefined
}

interface Server {
  readonly call: Call
  readonly fetch: typeof fetch
}

const usualAwayMs = 120_000
const firstPauseMs = 500
const longestPauseMs = 10_000

function eventOf(data: string): EaselEvent | null {
  const event = EaselEvent.safeParse(JSON.parse(data))
  // A newer server may tell of more than this client knows.
  return event.success ? event.data : null
}

/** @returns when the stream ends, or breaks */
async function follow(
  server: Server,
  id: string,
  { signal, onEvent }: { readonly signal: AbortSignal | undefined; readonly onEvent: (event: EaselEvent) => void },
): Promise<void> {
  const path = `${routes.getGeneration.path.replace(':id', id)}/events`
  const response = await server.fetch(path, { headers: { accept: 'text/event-stream' }, signal: signal ?? null })
  if (!response.ok || response.body === null) throw await problemOf(response)
  const parser = createParser({
    onEvent({ event, data }) {
      if (event === 'ready') return
      const known = eventOf(data)
      if (known !== null) onEvent(known)
    },
  })
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) parser.feed(text)
}

const isAway = (error: unknown): boolean =>
  // A stream that breaks in the middle says so by a TypeError of fetch.
  error instanceof ApiError ? error.code === 'away' || error.status >= 500 : error instanceof TypeError

function sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms)
    function done() {
      signal?.removeEventListener('abort', leave)
      resolve()
    }
    function leave() {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', leave, { once: true })
  })
}

/** A generation, once it has ended. @throws ApiError; the signal's reason when aborted */
export async function waitForGeneration(server: Server, id: string, options: WaitOptions = {}): Promise<Generation> {
  const { signal, onProgress = () => {}, awayMs = usualAwayMs } = options
  let pause = firstPauseMs
  let awaySince: number | null = null
  for (;;) {
    signal?.throwIfAborted()
    try {
      const now = await server.call(routes.getGeneration, { params: { id } }, signal === undefined ? {} : { signal })
      if (terminalStates.includes(now.state)) return now
      const state = now.state === 'running' ? 'running' : 'queued'
      onProgress({ state, place: now.place, completed: 0, total: null, ...now.progress })
      awaySince = null
      await follow(server, id, {
        signal,
        onEvent(event) {
          pause = firstPauseMs
          if (event.type === 'generation.running')
            onProgress({ state: 'running', place: null, completed: 0, total: null })
          if (event.type !== 'generation.progress') return
          onProgress({ state: 'running', place: null, completed: event.completed, total: event.total })
        },
      })
    } catch (error) {
      signal?.throwIfAborted()
      if (!isAway(error)) throw error
      awaySince ??= Date.now()
      if (Date.now() - awaySince > awayMs) throw error
      await sleep(pause, signal)
      pause = Math.min(pause * 2, longestPauseMs)
    }
  }
}
