import { ProviderError } from '../spec/provider-error.ts'

/** @throws ProviderError `interrupted` when nobody wants the picture any more. */
export function assertWanted(signal: AbortSignal): void {
  if (!signal.aborted) return
  throw new ProviderError('interrupted', 'The drawing was stopped.', { cause: signal.reason })
}

/** A request that the sketcher cannot draw; `what` says what is wrong with it. */
export function unusable(what: string): ProviderError {
  return new ProviderError('bad-request', `The sketcher cannot draw this: ${what}.`)
}

export function unknownModel(id: string): ProviderError {
  return new ProviderError('not-found', `The sketcher has no model "${id}"; its only one is "sketch".`)
}
