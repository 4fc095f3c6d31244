import { z } from 'zod'

/**
 * Every `code` that an error answer can carry, with its HTTP status and its title. Clients may rely on the codes; the
 * words may change.
 */
export const errorCodes = {
  'bad-request': { status: 400, title: 'The request is not valid' },
  'validation-failed': { status: 400, title: 'A field is missing or not valid' },
  'unsupported-option': { status: 400, title: 'This model cannot do what was asked' },
  'unknown-model': { status: 400, title: 'This connection has no such model' },
  'no-text-model': { status: 400, title: 'No text model is chosen' },
  unauthorized: { status: 401, title: 'Sign in first' },
  forbidden: { status: 403, title: 'This is not allowed' },
  'quota-exceeded': { status: 403, title: 'A limit of yours is reached' },
  'foreign-origin': { status: 403, title: 'Another website may not use this server' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This address does not take that method' },
  'not-acceptable': { status: 406, title: 'This address cannot answer in the asked form' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'This clashes with what is there' },
  gone: { status: 410, title: 'This has ended' },
  'idempotency-mismatch': { status: 409, title: 'This Idempotency-Key was used with another body' },
  'too-large': { status: 413, title: 'This is too large' },
  'unsupported-media-type': { status: 415, title: 'This kind of file cannot be used' },
  'content-refused': { status: 422, title: 'The engine refused this content' },
  'range-not-satisfiable': { status: 416, title: 'The file has no such range' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  'headers-too-large': { status: 431, title: 'The request headers are too large' },
  'provider-failed': { status: 502, title: 'The engine failed' },
  internal: { status: 500, title: 'Something went wrong on the server' },
  'shutting-down': { status: 503, title: 'The server is stopping' },
  'storage-unavailable': { status: 503, title: 'The pictures cannot be reached at the moment' },
  'disk-full': { status: 507, title: 'The disk is nearly full' },
} as const satisfies Record<string, { status: number; title: string }>

/** One of the stable codes of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes

/** An error answer, `application/problem+json` (RFC 9457). `error` repeats the detail for clients of the older systems. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  error: z.string(),
  /** For `validation-failed`: one entry a fault; `field` is a dotted path such as `body.prompt`. */
  fields: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
})
export type Problem = z.infer<typeof Problem>

/** What went wrong at an engine. `blocked` is a refusal on grounds of content, also where the engine answered 200. */
export const ErrorKind = z.enum([
  'auth',
  'quota',
  'rate-limited',
  'content-rejected',
  'bad-request',
  'not-found',
  'unavailable',
  'timeout',
  'malformed-response',
  'unsupported',
  'interrupted',
  'internal',
])
export type ErrorKind = z.infer<typeof ErrorKind>
