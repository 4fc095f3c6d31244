import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext } from '../spec/provider.ts'

export function headersFor({ key }: CallContext): Record<string, string> {
  if (key === null) throw new ProviderError('auth', 'xAI needs a key: enter one in the connection')
  return { authorization: `Bearer ${key}` }
}
