import type { CallContext } from '../spec/provider.ts'
import { noKey } from './errors.ts'

export function headersFor({ key }: CallContext): Record<string, string> {
  if (key === null) throw noKey()
  return { authorization: `Bearer ${key}` }
}
