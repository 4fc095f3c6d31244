import type { Generation } from '@easel/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { call } from './client.ts'
import { createEventSink } from './event-sink.ts'
import { openEventStream } from './event-stream.ts'
import { setStreamState, setVisitTime, useLive } from './live.ts'
import { keys } from './queries.ts'
import { recheckSettledSession } from './session.ts'

/** Keeps what is shown in step with the server for as long as the page is open. `onFinished` must not change. */
export function useLiveEvents(onFinished: (generation: Generation) => void): void {
  const client = useQueryClient()
  const { leaving } = useLive()
  useEffect(() => {
    if (leaving) return undefined
    const sink = createEventSink({ client, call, onFinished })
    return openEventStream({
      url: '/api/events',
      onEvent: sink.accept,
      onState: (state) => {
        setStreamState(state)
        // A stream that the server refuses looks like one that broke: perhaps it does not know us any more.
        if (state === 'away') void recheckSettledSession(client)
      },
      onReady: () => {
        for (const queryKey of [keys.generations, keys.allImages]) void client.invalidateQueries({ queryKey })
      },
      onReturn: (complete) => {
        setVisitTime(null)
        void client.invalidateQueries({ predicate: (query) => !complete || query.state.status === 'error' })
      },
      connect: (url) => new EventSource(url),
      wait: (milliseconds, then) => {
        const timer = setTimeout(then, milliseconds)
        return () => clearTimeout(timer)
      },
    })
  }, [client, onFinished, leaving])
}
