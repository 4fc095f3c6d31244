// What the main thread and the thread of the embedded database say to each other. One request is under way at a time.
import type { Answer, Request } from './pglite-engine.ts'

export type ToWorker = Request | 'close'

/** What is left of an error on the way: between threads all but message and stack is lost. */
export interface PackedError {
  readonly message: string
  readonly stack: string | undefined
  /** `code` of PostgreSQL, and where it says more. */
  readonly fields: Readonly<Record<string, string>>
}

export type FromWorker =
  | { readonly kind: 'answer'; readonly answer: Answer | null }
  | { readonly kind: 'error'; readonly error: PackedError }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }

const kept = ['code', 'severity', 'detail', 'hint', 'constraint', 'table', 'column', 'where']

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { message: String(error), stack: undefined, fields: {} }
  const fields = Object.entries(error).flatMap(([key, value]): [string, string][] =>
    kept.includes(key) && typeof value === 'string' ? [[key, value]] : [],
  )
  return { message: error.message, stack: error.stack, fields: Object.fromEntries(fields) }
}

/** A fault that the embedded database reports, with PostgreSQL's `code`. */
class EmbeddedDatabaseError extends Error {
  override readonly name = 'EmbeddedDatabaseError'
}

export function unpackError({ message, stack, fields }: PackedError): Error {
  const cause = stack === undefined ? {} : { cause: stack }
  return Object.assign(new EmbeddedDatabaseError(message, cause), fields)
}
