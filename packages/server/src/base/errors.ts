import type { ErrorCode } from '@easel/contract'

/** An error that a caller of Easel is told about. The HTTP layer turns it into `application/problem+json`. */
export class EaselError extends Error {
  override readonly name: string = 'EaselError'
  readonly code: ErrorCode
  /** For `validation-failed`: dotted paths of the fields at fault. */
  readonly fields: readonly { readonly field: string; readonly message: string }[]

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; fields?: readonly { field: string; message: string }[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.fields = options.fields ?? []
  }
}

/** Whether the store of the files did not answer: nothing is known of what is in it then, and least of all that it is not there. */
export function isStorageAway(error: unknown): boolean {
  return error instanceof EaselError && error.code === 'storage-unavailable'
}

/** A setting or an environment that Easel cannot start with. The message says what to do; no stack is shown for it. */
export class StartError extends Error {
  override readonly name = 'StartError'
}

/** A fault of our own: something that cannot happen did. */
export class DefectError extends Error {
  override readonly name = 'DefectError'
}

/** The value, or a {@link DefectError} saying what was missing. For what the code around it has made sure of. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new DefectError(`Missing: ${what}`)
  return value
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The `code` of a Node.js or PostgreSQL error, such as `ENOENT` or `23505`, or null. */
export function codeOf(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('code' in error)) return null
  return typeof error.code === 'string' ? error.code : null
}
