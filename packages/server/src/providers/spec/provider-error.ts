import type { ErrorKind } from '@easel/contract'
import { EaselError } from '#base/errors.ts'

/** What may be done after an engine failed. Only `generation` decides; this is what the provider knows. */
export type Advice = 'never' | 'poll-again' | 'safe-to-resend'

/**
 * A failure at an engine. The message is shown to people: the engine's own words where it has any, never a key.
 */
export class ProviderError extends EaselError {
  override readonly name = 'ProviderError'
  readonly kind: ErrorKind
  /**
   * `safe-to-resend` only when the engine surely did not accept the request: connection refused, 429, 503 before acceptance.
   * `poll-again`: the operation is still there. `never`: sending again may pay twice, or cannot help.
   */
  readonly advice: Advice
  /** From Retry-After and its relatives, in milliseconds. */
  readonly retryAfterMs: number | null
  /** HTTP status of the engine's answer, or null when there was none. */
  readonly status: number | null

  constructor(
    kind: ErrorKind,
    message: string,
    options: { advice?: Advice; retryAfterMs?: number | null; status?: number | null; cause?: unknown } = {},
  ) {
    super(kind === 'unsupported' ? 'unsupported-option' : 'provider-failed', message, { cause: options.cause })
    this.kind = kind
    this.advice = options.advice ?? 'never'
    this.retryAfterMs = options.retryAfterMs ?? null
    this.status = options.status ?? null
  }
}
