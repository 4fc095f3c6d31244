// How the server is spoken to: its key, and the questions that are answered at once.
import type { z } from 'zod'
import { parseAnswer } from '../kit/schema.ts'
import { ProviderError } from '../spec/provider-error.ts'
import type { CallContext, EngineResponse } from '../spec/provider.ts'
import { engine, refusal } from './errors.ts'

// Answers wait while the server loads a model.
const shortCall = { headersTimeoutMs: 30_000, bodyTimeoutMs: 30_000, maxBytes: 32_000_000 }

/** `user:password` is for the server itself (HTTP Basic); a key without a colon is for a proxy or KoboldCpp (Bearer). */
export function headersFor({ key }: CallContext): Record<string, string> {
  if (key === null) return {}
  return { authorization: key.includes(':') ? `Basic ${Buffer.from(key).toString('base64')}` : `Bearer ${key}` }
}

/** What no error may show: the key, its halves, and what is sent. */
export function secretsOf({ key }: CallContext): readonly (string | null)[] {
  if (key === null || !key.includes(':')) return [key]
  return [key, key.slice(key.indexOf(':') + 1)]
}

export interface Question {
  readonly path: string
  readonly json?: unknown
  /** Instead of the call's own signal. */
  readonly signal?: AbortSignal
}

/** One question that is answered at once. @throws ProviderError for any status but 200 and 204 */
export async function ask(context: CallContext, question: Question): Promise<EngineResponse> {
  const { path, ...rest } = question
  const method = rest.json === undefined ? 'GET' : 'POST'
  const response = await context.http.request(path, { method, headers: headersFor(context), ...rest, ...shortCall })
  if (response.status !== 200 && response.status !== 204) throw await refusal(response, secretsOf(context))
  return response
}

/** The same, its answer read. */
export async function askFor<Schema extends z.ZodType>(
  context: CallContext,
  schema: Schema,
  question: Question,
): Promise<z.output<Schema>> {
  const response = await ask(context, question)
  return parseAnswer(schema, await response.json(), engine)
}

/** The same, or null where the server has no such address. */
export async function askIfThere<Schema extends z.ZodType>(
  context: CallContext,
  schema: Schema,
  question: Question,
): Promise<z.output<Schema> | null> {
  try {
    return await askFor(context, schema, question)
  } catch (error) {
    if (error instanceof ProviderError && (error.status === 404 || error.status === 405)) return null
    throw error
  }
}
