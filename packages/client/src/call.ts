// One call of the route table, by whichever fetch: the page's own, or that of a program elsewhere.
import { fillPath, Problem, type Route, type RouteInput, type RouteOutput } from '@easel/contract'

/** Why a call gave no answer. `away`: the server could not be reached; `malformed`: it answered in an unknown form. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** A code of the contract's error table, or `away` or `malformed`. */
  readonly code: string
  /** HTTP status; 0 when there was no answer. */
  readonly status: number
  /** Faults by field; `field` is a dotted path such as `body.prompt`. */
  readonly fields: readonly { readonly field: string; readonly message: string }[]

  constructor(
    code: string,
    message: string,
    more: { status?: number; fields?: ApiError['fields']; cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.code = code
    this.status = more.status ?? 0
    this.fields = more.fields ?? []
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/** Calls one row of the contract's route table. Throws {@link ApiError}, or the signal's reason when aborted. */
export type Call = <R extends Route>(route: R, input: RouteInput<R>, options?: CallOptions) => Promise<RouteOutput<R>>

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
}

/** The address of a call: path parts filled in, and the query values that are set. */
export function addressOf(path: string, parts: Pick<Parts, 'params' | 'query'>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parts.query ?? {})) {
    if (value !== undefined) search.set(name, String(value))
  }
  const filled = fillPath(path, parts.params ?? {})
  return search.size > 0 ? `${filled}?${search.toString()}` : filled
}

/** What a refusal says. */
export async function problemOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null)
  const problem = Problem.safeParse(body)
  if (!problem.success) {
    const away = response.status === 502 || response.status === 504
    const message = `The server answered ${response.status} ${response.statusText}`.trim()
    return new ApiError(away ? 'away' : 'malformed', message, { status: response.status })
  }
  const { code, detail, status, fields } = problem.data
  return new ApiError(code, detail, { status, fields: fields ?? [] })
}

/** Makes a {@link Call} that sends by the given fetch. `refused` is told of every answer that does not know who is asking. */
export function createCall(send: typeof fetch, refused: () => void = () => {}): Call {
  return async <R extends Route>(route: R, input: RouteInput<R>, options: CallOptions = {}) => {
    // oxlint-disable-next-line typescript/consistent-type-assertions -- every RouteInput is made of these three parts; TypeScript cannot see it through R
    const parts = input as Parts
    const headers = new Headers({ accept: 'application/json', ...options.headers })
    const init: RequestInit = { method: route.method, headers, signal: options.signal ?? null }
    if (parts.body !== undefined) {
      headers.set('content-type', 'application/json')
      init.body = JSON.stringify(parts.body)
    }
    const response = await send(addressOf(route.path, parts), init).catch((cause: unknown) => {
      options.signal?.throwIfAborted()
      throw new ApiError('away', 'The server does not answer', { cause })
    })
    if (response.status === 401) refused()
    if (!response.ok) throw await problemOf(response)
    const answer = route.response === undefined ? undefined : await parsed(route.response, response)
    // oxlint-disable-next-line typescript/consistent-type-assertions -- `parsed` has just checked it against the route's own schema
    return answer as RouteOutput<R>
  }
}

async function parsed(schema: NonNullable<Route['response']>, response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch((cause: unknown) => {
    throw new ApiError('malformed', 'The server sent something that is not JSON', { status: response.status, cause })
  })
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const where = result.error.issues[0]?.path.join('.') ?? ''
  const words = `The server's answer has an unknown form (${where}). Reload the page, or update this program.`
  throw new ApiError('malformed', words, { status: response.status, cause: result.error })
}
