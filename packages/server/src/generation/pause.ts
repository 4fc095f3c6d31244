import { ProviderError } from '#providers/spec/provider-error.ts'

/** Longest that a generation waits for an engine's Retry-After by itself; beyond it the person decides. */
export const longestWaitMs = 60_000

/** Waits. @throws ProviderError `interrupted` when `signal` is aborted meanwhile */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer)
      reject(new ProviderError('interrupted', 'The waiting was stopped.'))
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort)
      resolve()
    }, ms)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}
