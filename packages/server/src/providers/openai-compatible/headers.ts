import type { CallContext } from '../spec/provider.ts'

export function headersFor({ key }: CallContext): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` }
}

/** An address without a path is the server's root, below which all of these have their API at /v1. */
export function prefix({ baseUrl }: CallContext): string {
  return URL.parse(baseUrl)?.pathname === '/' ? '/v1' : ''
}
