import { setTimeout as pause } from 'node:timers/promises'

/** Longest that the status line of an answer that is told bit by bit waits for the engine's first sign. */
export const firstSignMs = 10_000

/** The promise's value, or null when it takes longer. */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  const timer = new AbortController()
  try {
    return await Promise.race([promise, pause(Math.max(0, ms), null, { signal: timer.signal })])
  } finally {
    timer.abort()
  }
}
