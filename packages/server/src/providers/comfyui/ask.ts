import type { z } from 'zod'
import { parseAnswer } from '../kit/schema.ts'
import type { CallContext, EngineRequest } from '../spec/provider.ts'
import { refusal } from './errors.ts'

const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 32_000_000 }

/** ComfyUI knows no keys; a proxy in front of it may. */
export function headersFor(context: CallContext): Record<string, string> {
  return context.key === null ? {} : { authorization: `Bearer ${context.key}` }
}

type Told = Pick<EngineRequest, 'json' | 'form' | 'signal'> & Partial<Pick<EngineRequest, 'maxBytes'>>

/** Something small that ComfyUI is told or asked: the response to a 200. @throws ProviderError for any other status */
export async function tell(context: CallContext, path: string, what: Told = {}) {
  const method = what.json === undefined && what.form === undefined ? 'GET' : 'POST'
  const response = await context.http.request(path, { method, headers: headersFor(context), ...shortCall, ...what })
  if (response.status !== 200) throw await refusal(response, [context.key])
  return response
}

/** The same, and its answer in the form of `schema`. @throws ProviderError */
export async function ask<Schema extends z.ZodType>(
  context: CallContext,
  path: string,
  what: Told & { readonly schema: Schema },
): Promise<z.output<Schema>> {
  const { schema, ...body } = what
  return parseAnswer(schema, await (await tell(context, path, body)).json(), 'ComfyUI')
}
