import type { GenerationFailure } from '@easel/contract'
import { EaselError, messageOf } from '#base/errors.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'

/** Kinds after which the same request may work when it is sent again. */
const worthRetrying = new Set([
  'rate-limited',
  'unavailable',
  'timeout',
  'malformed-response',
  'interrupted',
  'internal',
])

/** What people are told about whatever was thrown while a generation ran. */
export function failureFrom(error: unknown): GenerationFailure {
  if (error instanceof ProviderError) {
    return {
      kind: error.kind,
      message: error.message,
      retryable: worthRetrying.has(error.kind),
      engineStatus: error.status,
    }
  }
  if (error instanceof EaselError) {
    const kind = error.code === 'not-found' ? 'not-found' : 'bad-request'
    return { kind, message: error.message, retryable: false, engineStatus: null }
  }
  return { kind: 'internal', message: `Easel failed: ${messageOf(error)}`, retryable: true, engineStatus: null }
}

export const blocked = (reason: string): GenerationFailure => ({
  kind: 'content-rejected',
  message: reason,
  retryable: false,
  engineStatus: null,
})

export const outcomeUnknown: GenerationFailure = {
  kind: 'interrupted',
  message:
    'Easel was stopped while the engine was at work. The picture may have been made and billed, so it was not asked for again. ' +
    'Retry if you want it anyway.',
  retryable: true,
  engineStatus: null,
}
