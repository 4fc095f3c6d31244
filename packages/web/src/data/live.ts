import { useSyncExternalStore } from 'react'
import type { StreamState } from './event-stream.ts'

interface Live {
  readonly stream: StreamState
  /** The newest sentence for screen readers. */
  readonly spoken: string
  /** What is shown was kept at that time, in milliseconds, because the server was away from the start; else null. */
  readonly visitTime: number | null
  /** Somebody is signing out: the server ends their stream, and nobody shall ask for another. */
  readonly leaving: boolean
}

let live: Live = { stream: 'connecting', spoken: '', visitTime: null, leaving: false }
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

export function setVisitTime(visitTime: number | null): void {
  set({ visitTime })
}

export function setLeaving(leaving: boolean): void {
  set({ leaving })
}

/** Says a sentence through the page's live region. */
export function announce(spoken: string): void {
  set({ spoken })
}

export function useLive(): Live {
  return useSyncExternalStore(subscribe, () => live)
}
