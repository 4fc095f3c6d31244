// Who may call which route, decided in one place before any handler runs. Rules in docs/spec/accounts.md (AC1 …).
import type { Access, Limit, Route } from '@easel/contract'
import type { FastifyContextConfig, FastifyInstance, FastifyRequest, RouteOptions } from 'fastify'
import { DefectError, EaselError } from '#base/errors.ts'
import type { Auth } from '#auth/auth.ts'
import type { Caller } from '#auth/caller.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says it; one that does not keeps the server from starting. */
    access?: Access
    guests?: 'refused'
    /** Old clients send made-up tokens: here an unknown one counts as none, and `EASEL_COMPAT_USER` may stand in. */
    compat?: boolean
    /** Takes HTTP Basic credentials too: an API key as the user's name or the password. */
    basic?: boolean
    limit?: Limit
    /** Says itself what is wrong with a name in its address. */
    namesItself?: true
    /** Lets in whoever shows nothing of who they are, where the address itself is signed. */
    isSigned?: (request: FastifyRequest) => boolean
  }
  interface FastifyRequest {
    caller: Caller | null
  }
  interface FastifyInstance {
    /** Every route that was registered, for the tests that go through all of them. */
    accessTable: readonly AccessRow[]
    /** Whether the request would still be its caller's, were it made now. @throws when that cannot be told */
    isStillAllowed(request: FastifyRequest): Promise<boolean>
  }
}

export interface AccessRow {
  readonly method: string
  readonly url: string
  readonly access: Access
  readonly guests: 'allowed' | 'refused'
  readonly limit: Limit | null
}

type More = Pick<FastifyContextConfig, 'guests' | 'compat' | 'basic' | 'limit' | 'namesItself' | 'isSigned'>

/** The `config` of a route that is no row of the route table. */
export const access = (who: Access, more: More = {}): { readonly config: More & { access: Access } } => ({
  config: { access: who, ...more },
})

/** Opens every route of a scope to everybody, for those that a plug-in of others registers. */
export function openScope(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, access: 'open' }
  })
}

/** The `config` of a row of the route table. */
export const accessOf = ({ access: who, guests, limit }: Route) =>
  access(who, { ...(guests === undefined ? {} : { guests }), ...(limit === undefined ? {} : { limit }) })

/** The caller of a route that is not open. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null)
    throw new DefectError(`${request.routeOptions.url ?? ''} asks for the caller and is open`)
  return request.caller
}

/** The half of Basic credentials that looks like an API key, else the password: programs differ in which of the two they are given. */
function basicOf(authorization: string): string | null {
  const encoded = /^Basic +(\S+)$/i.exec(authorization)?.[1]
  const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString()) ?? []
  const shown = user.startsWith('easel_') ? user : password
  return shown === '' ? null : shown
}

function bearerOf({ headers, routeOptions }: FastifyRequest): string | null {
  const { authorization = '' } = headers
  const bearer = /^Bearer +(\S.*)$/i.exec(authorization)?.[1]?.trim() ?? null
  return bearer ?? (routeOptions.config.basic === true ? basicOf(authorization) : null)
}

const refused = (message: string) => new EaselError('forbidden', message)

function checkScope(caller: Caller, who: Exclude<Access, 'open'>): void {
  if (who === 'account') {
    if (caller.by === 'key') throw refused('An API key cannot change the account. Sign in for that.')
    if (caller.by === 'compat') throw new EaselError('unauthorized', 'Sign in first.')
    return
  }
  if (caller.scopes.has(who)) return
  throw refused(who === 'admin' ? 'This is for administrators.' : `This API key does not have the scope "${who}".`)
}

/** @throws EaselError `unauthorized` or `forbidden` */
function check(caller: Caller | null, who: Access, guests: 'refused' | undefined): void {
  if (who === 'open') return
  if (caller === null) throw new EaselError('unauthorized', 'Sign in first.')
  checkScope(caller, who)
  const closed = guests === 'refused' || who === 'account'
  if (caller.role === 'guest' && closed) throw refused('Guests cannot do this. Make an account first.')
}

/**
 * Gives every request its caller and refuses those who may not. Denies by default: a route without `access` keeps the server from
 * starting.
 * @param ownOrigin whether a request's Origin is this server itself, so that its cookie counts
 */
export function guardAccess(
  app: FastifyInstance,
  { auth, isOwnOrigin }: { readonly auth: Auth; readonly isOwnOrigin: (request: FastifyRequest) => boolean },
): void {
  const registered: RouteOptions[] = []
  app.decorateRequest('caller', null)
  app.addHook('onRoute', (route) => {
    registered.push(route)
  })
  app.decorate('accessTable', {
    getter: () =>
      registered.flatMap((route) => {
        const { access: who, guests = 'allowed', limit = null } = route.config ?? {}
        if (who === undefined)
          throw new DefectError(`${String(route.method)} ${route.url} does not say who may call it`)
        return [route.method].flat().map((method) => ({ method, url: route.url, access: who, guests, limit }))
      }),
  })
  app.addHook('onReady', async () => {
    if (app.accessTable.length === 0) throw new DefectError('There are no routes')
  })

  async function identify(request: FastifyRequest): Promise<Caller | null> {
    const { access: who, compat = false } = request.routeOptions.config
    const cookie = isOwnOrigin(request) ? (request.headers.cookie ?? null) : null
    const found = await auth.identify({ cookie, bearer: bearerOf(request) })
    if (typeof found === 'object') return found
    if (compat) return await auth.compatCaller()
    // An open route may treat a person it knows better than others; a token that is no good is no reason to refuse.
    if (found === 'unknown' && who !== 'open')
      throw new EaselError('unauthorized', 'This token is not valid, or not any more.')
    return null
  }

  app.decorate('isStillAllowed', async (request: FastifyRequest) => {
    const { access: who = 'admin', guests } = request.routeOptions.config
    try {
      const caller = await identify(request)
      check(caller, who, guests)
      return caller?.userId === request.caller?.userId
    } catch (error) {
      if (error instanceof EaselError) return false
      throw error
    }
  })

  app.addHook('onRequest', async (request) => {
    const { access: who, guests, isSigned } = request.routeOptions.config
    // Nothing is at this address, so there is nothing to guard; and a preflight carries no credentials.
    if (who === undefined || request.method === 'OPTIONS') return
    const caller = await identify(request)
    if (caller === null && isSigned?.(request) === true) return
    check(caller, who, guests)
    request.caller = caller
  })
}
