import { readErrorBody } from '../kit/error-mapping.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, EngineResponse } from '../spec/provider.ts'
import { refusal } from './errors.ts'

const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 30_000_000 }

/** The lists of models are open to everybody: only this route tells whether the key is good. Proxies need not have it. */
export async function checkKey(context: CallContext): Promise<void> {
  const response = await get(context, '/key')
  const body = await readErrorBody(response)
  if (response.status === 401 || response.status === 403) refuseList(response, body, context)
}

/** The list, or null where there is no such route. */
export async function ask(context: CallContext, path: string): Promise<EngineResponse | null> {
  const response = await get(context, path)
  if (response.status === 200) return response
  const body = await readErrorBody(response)
  return response.status === 404 || response.status === 405 ? null : refuseList(response, body, context)
}

function get(context: CallContext, path: string): Promise<EngineResponse> {
  return context.http.request(path, { method: 'GET', headers: headersFor(context), ...shortCall })
}

function refuseList(response: EngineResponse, body: string, context: CallContext): never {
  refusal(response, body, { secrets: [context.key] })
  throw new ProviderError('content-rejected', 'OpenRouter refused to list its models')
}

export function headersFor({ key }: CallContext): Record<string, string> {
  if (key === null) throw new ProviderError('auth', 'OpenRouter needs a key: enter one in the connection')
  return { authorization: `Bearer ${key}` }
}
