import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext } from '../spec/provider.ts'

export function headersFor(context: CallContext): Record<string, string> {
  if (context.key === null) throw new ProviderError('auth', 'Google needs a key: enter one in the connection')
  return { 'x-goog-api-key': context.key }
}
