import { useSyncExternalStore } from 'react'
import type { StreamState } from './event-stream.ts'

interface Live {
  readonly stream: StreamState
  /** The newest sentence for screen readers. */
  readonly spoken: string
}

let live: Live = { stream: 'connecting', spoken: '' }
const listeners = new Set<() => void>()

function set(change: Partial<Live>): void {
  live = { ...live, ...change }
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function setStreamState(stream: StreamState): void {
  set({ stream })
}

/** Says a sentence through the page's live region. */
export function announce(spoken: string): void {
  set({ spoken })
}

export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => live)
}
