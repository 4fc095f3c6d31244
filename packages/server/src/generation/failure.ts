import type { GenerationFailure } from '@easel/contract'
import { EaselError, isStorageAway, messageOf } from '#base/errors.ts'
import { ProviderError } from '#providers/spec/provider-error.ts'
import { storableText } from './storable.ts'

/** Kinds after which the same request may work when it is sent again. */
const worthRetrying = new Set([
  'rate-limited',
  'unavailable',
  'timeout',
  'malformed-response',
  'interrupted',
  'internal',
])

/** Codes of what is wrong with Easel's own storage: no fault of the request. */
const ours: ReadonlySet<string> = new Set(['disk-full', 'storage-unavailable', 'internal'])

/** What people are told about whatever was thrown while a generation ran. */
export function failureFrom(error: unknown): GenerationFailure {
  if (error instanceof ProviderError) {
    return {
      kind: error.kind,
      message: storableText(error.message),
      retryable: worthRetrying.has(error.kind),
      engineStatus: error.status,
    }
  }
  if (error instanceof EaselError && !ours.has(error.code)) {
    const kind = error.code === 'not-found' ? 'not-found' : 'bad-request'
    return { kind, message: storableText(error.message), retryable: false, engineStatus: null }
  }
  // Its own words have addresses in them.
  const words = isStorageAway(error) ? 'where the pictures are kept could not be reached.' : messageOf(error)
  const message = storableText(`Easel failed: ${words}`)
  return { kind: 'internal', message, retryable: true, engineStatus: null }
}

export const blocked = (reason: string): GenerationFailure => ({
  kind: 'content-rejected',
  message: storableText(reason),
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
