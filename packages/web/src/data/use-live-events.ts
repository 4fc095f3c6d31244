import type { Generation } from '@easel/contract'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { call } from './client.ts'
import { createEventSink } from './event-sink.ts'
import { openEventStream } from './event-stream.ts'
import { setStreamState } from './live.ts'

/** Keeps what is shown in step with the server for as long as the page is open. `onFinished` must not change. */
export function useLiveEvents(onFinished: (generation: Generation) => void): void {
  const client = useQueryClient()
  useEffect(() => {
    const sink = createEventSink({ client, call, onFinished })
    return openEventStream({
      url: '/api/events',
      onEvent: sink.accept,
      onState: setStreamState,
      onReturn: (complete) =>
        void client.invalidateQueries({ predicate: (query) => !complete || query.state.status === 'error' }),
      connect: (url) => new EventSource(url),
      wait: (milliseconds, then) => {
        const timer = setTimeout(then, milliseconds)
        return () => clearTimeout(timer)
      },
    })
  }, [client, onFinished])
}
