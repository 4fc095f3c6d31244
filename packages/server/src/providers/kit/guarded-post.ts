// Messages to programs that a user names by address: one POST, no redirect, little interest in the answer.
import { request as send, type Dispatcher } from 'undici'
import { agentsFor } from './agents.ts'
import { checkUrl, parseHttpUrl, type Resolve } from './guard.ts'
import { readRetryAfter } from './retry-after.ts'
import { requestError } from './transport-error.ts'

export interface GuardedPost {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether the address may be a private one; else it is checked as it is connected to. */
  readonly allowPrivate: boolean
  /** Ends the call. */
  readonly signal: AbortSignal
}

export interface PostAnswer {
  /** Null: there was no answer. */
  readonly status: number | null
  /** What went wrong, in words; null: nothing. */
  readonly message: string | null
  /** In milliseconds, from Retry-After and its relatives. */
  readonly retryAfterMs: number | null
}

export interface GuardedPostOptions {
  /** Milliseconds until the answer's status must be there; absent: ten seconds. */
  readonly timeoutMs?: number
  /** How names are looked up; absent: the system's way. */
  readonly resolve?: Resolve
}

const mostBytes = 65_536

function wordsFor(status: number): string | null {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return `It answered ${status} and sends on to another address. Enter that one`
  return `It answered ${status}`
}

function retryAfterOf(raw: Dispatcher.ResponseData['headers']): number | null {
  const one = (name: string) => [raw[name]].flat()[0]
  const said = ['retry-after', 'retry-after-ms', 'x-ratelimit-reset'].flatMap((name) => {
    const value = one(name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return readRetryAfter(new Headers(said.map(([name, value]) => [name, value])), '')
}

/**
 * Sends one message.
 * @returns what came of it; it rejects only when `signal` is aborted, with its reason
 */
export function createGuardedPost({ timeoutMs = 10_000, resolve }: GuardedPostOptions = {}) {
  return async (url: string, { headers, body, allowPrivate, signal }: GuardedPost): Promise<PostAnswer> => {
    const agents = agentsFor(resolve)
    const time = AbortSignal.timeout(timeoutMs)
    const either = AbortSignal.any([signal, time])
    try {
      const target = allowPrivate ? parseHttpUrl(url) : checkUrl(url)
      const answer = await send(target, {
        dispatcher: allowPrivate ? agents.own : agents.guarded,
        method: 'POST',
        headers: { 'user-agent': 'Easel', 'accept-encoding': 'identity', ...headers },
        body,
        signal: either,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
      })
      // The status says it all. The rest is read only so that the connection can be used again.
      void answer.body.dump({ limit: mostBytes, signal: either }).catch(() => undefined)
      const { statusCode: status } = answer
      return { status, message: wordsFor(status), retryAfterMs: retryAfterOf(answer.headers) }
    } catch (error) {
      signal.throwIfAborted()
      const { origin } = URL.parse(url) ?? { origin: 'the address' }
      const { message, kind } = requestError(error, origin, either)
      const words = kind === 'timeout' ? `There was no answer within ${timeoutMs / 1000} seconds` : message
      return { status: null, message: words, retryAfterMs: null }
    }
  }
}
