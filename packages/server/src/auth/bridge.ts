// From a request of ours to better-auth's handler and back. Only what is named here reaches it, with headers that are made here.
import type { ErrorCode } from '@easel/contract'
import { DefectError, EaselError } from '#base/errors.ts'
import { z } from 'zod'
import { addressHeader, basePath, type BetterAuth } from './better-auth.ts'

/** What is known of the client that asks. */
export interface Client {
  /** Its address, as far as our own proxies are believed. */
  readonly address: string
  /** The origin that it used to get here, e.g. `https://pictures.example.com`. */
  readonly origin: string
  readonly userAgent: string | null
  /** The Cookie header where it counts, or null. */
  readonly cookie: string | null
  /** What stands behind `Bearer `, or null. */
  readonly bearer: string | null
}

export interface Ask {
  readonly method: 'GET' | 'POST'
  /** One of better-auth's own, e.g. `/sign-in/email`. Never taken from a request. */
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface Told {
  readonly status: number
  readonly body: unknown
  /** Set-Cookie headers, one each. */
  readonly cookies: readonly string[]
  /** Where the browser is sent, or null. */
  readonly location: string | null
  /** A new session's signed token, where one began; else null. */
  readonly token: string | null
}

export type Bridge = (client: Client, ask: Ask) => Promise<Told>

const Refusal = z.object({ code: z.string().optional(), message: z.string().optional() })

/** What its error codes mean to our callers, where the HTTP status alone would say too little. */
const knownCodes: ReadonlyMap<string, ErrorCode> = new Map([
  ['INVALID_EMAIL_OR_PASSWORD', 'unauthorized'],
  ['ACCOUNT_DISABLED', 'forbidden'],
  ['SESSION_NOT_FRESH', 'forbidden'],
  ['AUTHENTICATION_FAILED', 'unauthorized'],
  // It says 500 for whatever a passkey's answer can be wrong in.
  ['FAILED_TO_VERIFY_REGISTRATION', 'bad-request'],
])

const statusCodes: ReadonlyMap<number, ErrorCode> = new Map([
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not-found'],
  [409, 'conflict'],
  [429, 'too-many-requests'],
])

function toError(status: number, body: unknown): EaselError | DefectError {
  const { code = '', message = '' } = Refusal.safeParse(body).data ?? {}
  const known = knownCodes.get(code)
  if (status >= 500 && known === undefined) return new DefectError(`better-auth failed: ${status} ${code}`)
  const words = message === '' ? 'This was refused.' : `${message.replace(/\.$/, '')}.`
  return new EaselError(known ?? statusCodes.get(status) ?? 'bad-request', words)
}

function headersOf({ address, origin, userAgent, cookie, bearer }: Client): Headers {
  const headers = new Headers({ origin, [addressHeader]: address })
  if (userAgent !== null) headers.set('user-agent', userAgent.slice(0, 300))
  if (cookie !== null) headers.set('cookie', cookie)
  if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`)
  return headers
}

function toRequest(client: Client, { method, path, query, body }: Ask): Request {
  const url = new URL(basePath + path, client.origin)
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value)
  const headers = headersOf(client)
  if (method === 'GET') return new Request(url, { method, headers })
  headers.set('content-type', 'application/json')
  return new Request(url, { method, headers, body: JSON.stringify(body ?? {}) })
}

/** @throws EaselError when better-auth refuses, in our own codes */
export function createBridge(auth: Pick<BetterAuth, 'handler'>): Bridge {
  return async (client, ask) => {
    const response = await auth.handler(toRequest(client, ask))
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json') ?? false
    const body: unknown = isJson && text !== '' ? JSON.parse(text) : null
    if (response.status >= 400) throw toError(response.status, body)
    return {
      status: response.status,
      body,
      cookies: response.headers.getSetCookie(),
      location: response.headers.get('location'),
      token: response.headers.get('set-auth-token'),
    }
  }
}
