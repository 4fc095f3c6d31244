import type { z } from 'zod'

/**
 * Who may call a route. `open`: everybody. `read`, `generate`, `write`: whoever is signed in, and an API key that has this scope.
 * `account`: a signed-in person at a browser, never an API key (a key must not change what guards the account) nor a guest.
 * `admin`: an administrator, and an administrator's API key with the scope `admin`.
 */
export type Access = 'open' | 'read' | 'generate' | 'write' | 'account' | 'admin'

/**
 * How often a route may be called, over which it answers 429 with Retry-After. `sign-in`: by account and address together, and by
 * address. `code` (something secret is shown that is no password, or asked for): by address. `sign-up` (whoever asks
 * needs no account): by address. `generate`, `upload`, `share`: by user and by address.
 */
export type Limit = 'sign-in' | 'code' | 'sign-up' | 'generate' | 'upload' | 'share'

/** One row of the route table: what the server validates and what the client sends and expects. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly summary: string
  readonly access: Access
  /** Absent: guests may call it as anybody signed in. */
  readonly guests?: 'refused'
  /** Absent: as often as one likes. */
  readonly limit?: Limit
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly status: number
  /** Absent: the answer has no JSON body. */
  readonly response?: z.ZodType
}

type Part<R extends Route, K extends 'params' | 'query' | 'body'> = R[K] extends z.ZodType
  ? { readonly [Key in K]: z.input<R[K]> }
  : unknown

/** What a client passes to call a route: its `params`, `query` and `body`, where it has them. */
export type RouteInput<R extends Route> = Part<R, 'params'> & Part<R, 'query'> & Part<R, 'body'>

/** What a client gets from a route. */
export type RouteOutput<R extends Route> = R['response'] extends z.ZodType ? z.output<R['response']> : undefined

/** The path with its `:name` parts filled in, each percent-encoded. Throws a TypeError when one is missing. */
export function fillPath(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:([a-zA-Z]+)/g, (_, name: string) => {
    const value = params[name]
    if (value === undefined) throw new TypeError(`The path ${path} needs ${name}`)
    return encodeURIComponent(value)
  })
}
