import { codeOf, DefectError } from '#base/errors.ts'
import { ProviderError } from '../spec/provider-error.ts'
import { neverSent } from './agents.ts'

const connectFailures: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing is listening there. Is it running?',
  ENOTFOUND: 'the name cannot be found',
  EAI_AGAIN: 'the name cannot be looked up just now',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
  ETIMEDOUT: 'the host does not answer',
}

/**
 * The error of a call that was aborted: whatever error its owner gave as the reason, else `interrupted`.
 * An `AbortSignal.timeout` counts as `timeout`.
 */
export function abortError(signal: AbortSignal): ProviderError {
  const reason: unknown = signal.reason
  if (reason instanceof ProviderError) return reason
  if (reason instanceof DOMException && reason.name === 'TimeoutError') {
    return new ProviderError('timeout', 'The time for this call is up')
  }
  return new ProviderError('interrupted', 'The call was stopped')
}

/** What a failure before the answer's headers means. `origin` is where the request went. */
export function requestError(error: unknown, origin: string, signal: AbortSignal): ProviderError {
  if (error instanceof ProviderError) return error
  if (signal.aborted) return abortError(signal)
  const code = codeOf(error)
  if (neverSent(error)) {
    const why = connectFailures[code ?? ''] ?? `the connection could not be made${code ? ` (${code})` : ''}`
    return new ProviderError('unavailable', `No connection to ${origin}: ${why}`, {
      advice: 'safe-to-resend',
      cause: error,
    })
  }
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    return new ProviderError('timeout', `${origin} took the request but did not begin to answer in time`, {
      cause: error,
    })
  }
  if (isParserError(error) || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new ProviderError('malformed-response', `What ${origin} answered is not HTTP`)
  }
  return new ProviderError(
    'unavailable',
    `${origin} closed the connection after the request was sent. Whether it did the work is unknown`,
    { cause: error },
  )
}

/** What a failure while the body came means. */
export function bodyError(error: unknown, origin: string, signal: AbortSignal): ProviderError {
  if (error instanceof ProviderError) return error
  if (signal.aborted) return abortError(signal)
  if (codeOf(error) === 'UND_ERR_BODY_TIMEOUT') {
    return new ProviderError('timeout', `${origin} fell silent in the middle of its answer`, { cause: error })
  }
  const cause = isParserError(error) ? new DefectError('not HTTP') : error
  return new ProviderError('malformed-response', `The answer of ${origin} broke off`, { cause })
}

/** undici's error for broken HTTP. It holds what was received, which may repeat the key: never a cause. */
function isParserError(error: unknown): boolean {
  return error instanceof Error && error.name === 'HTTPParserError'
}
