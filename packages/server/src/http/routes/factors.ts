// Second factors, passkeys and single sign-on.
import { routes, type SignedIn } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Owner } from '#auth/factor-checks.ts'
import type { Factors } from '#auth/factors.ts'
import { SingleSignOnError } from '#auth/issuer.ts'
import { readMe } from '#auth/me.ts'
import { settleSignIn } from '#auth/sign-in.ts'
import type { NewSession } from '#auth/two-factor.ts'
import { EaselError } from '#base/errors.ts'
import { clientAddress } from '../client-address.ts'
import { clientOf } from '../client.ts'
import { access, callerOf } from '../plugins/access.ts'
import { serve } from '../serve.ts'
import { inAccountsMode, setCookies, type AccountRoutePorts } from './sessions.ts'

/** A session took the place of the one before; a client without cookies is told its token in the way that better-auth does. */
function giveSession(request: FastifyRequest, reply: FastifyReply, { cookies, token }: NewSession): void {
  setCookies(reply, cookies)
  if (token !== null && request.headers.authorization !== undefined) reply.header('set-auth-token', token)
}

type NewSignIn = NewSession & { readonly userId: string; readonly by: 'second-factor' | 'passkey' }

interface Kit extends AccountRoutePorts {
  factors(): Factors
  ownerOf(request: FastifyRequest): Owner
  signedIn(request: FastifyRequest, reply: FastifyReply, session: NewSignIn): Promise<{ data: SignedIn }>
}

function registerTwoFactor(app: FastifyInstance, { publicUrl, factors, ownerOf, signedIn }: Kit): void {
  serve(app, routes.verifySecondFactor, async ({ request, reply, body }) => {
    const session = await factors().twoFactor.finish(clientOf(request, publicUrl), body)
    return await signedIn(request, reply, { ...session, by: 'second-factor' })
  })
  serve(app, routes.getFactors, async ({ caller }) => ({ data: await factors().twoFactor.factors(caller.userId) }))
  serve(app, routes.enableTwoFactor, async ({ request, reply, body }) => {
    const data = await factors().twoFactor.enable(ownerOf(request), body.password)
    setCookies(reply, [])
    return { data }
  })
  serve(app, routes.verifyTwoFactor, async ({ request, reply, body }) => {
    giveSession(request, reply, await factors().twoFactor.verify(ownerOf(request), body.code))
    return undefined
  })
  serve(app, routes.disableTwoFactor, async ({ request, reply, body }) => {
    giveSession(request, reply, await factors().twoFactor.disable(ownerOf(request), body.password))
    return undefined
  })
  serve(app, routes.renewRecoveryCodes, async ({ request, reply, body }) => {
    const recoveryCodes = await factors().twoFactor.renewRecoveryCodes(ownerOf(request), body.password)
    setCookies(reply, [])
    return { data: { recoveryCodes: [...recoveryCodes] } }
  })
}

function registerPasskeys(app: FastifyInstance, { publicUrl, factors, ownerOf, signedIn }: Kit): void {
  serve(app, routes.askForPasskey, async ({ request, reply }) => {
    const { question, cookies } = await factors().passkeys.ask(clientOf(request, publicUrl))
    setCookies(reply, cookies)
    return { data: question }
  })
  serve(app, routes.signInWithPasskey, async ({ request, reply, body }) => {
    const session = await factors().passkeys.signIn(clientOf(request, publicUrl), body)
    return await signedIn(request, reply, { ...session, by: 'passkey' })
  })
  serve(app, routes.listPasskeys, async ({ caller }) => ({ data: await factors().passkeys.list(caller.userId) }))
  serve(app, routes.askForNewPasskey, async ({ request, reply }) => {
    const { question, cookies } = await factors().passkeys.askForNew(ownerOf(request))
    setCookies(reply, cookies)
    return { data: question }
  })
  serve(app, routes.createPasskey, async ({ request, body }) => ({
    data: await factors().passkeys.create(ownerOf(request), body),
  }))
  serve(app, routes.updatePasskey, async ({ request, params, body }) => ({
    data: await factors().passkeys.rename(ownerOf(request), params.id, body.name),
  }))
  serve(app, routes.deletePasskey, async ({ request, params }) => {
    await factors().passkeys.remove(ownerOf(request), params.id)
    return undefined
  })
}

const text = z.string().max(4000).optional()
const Begin = z.object({ invitation: z.string().max(200).optional() })
const Answer = z.object({ code: text, state: text, error: text, iss: text })

/** Two addresses that a browser goes to by itself: what goes wrong is told by the page that it comes back to. */
function registerSingleSignOn(app: FastifyInstance, { accounts, publicUrl, factors }: Kit): void {
  const issuer = () => {
    const { singleSignOn } = factors()
    if (singleSignOn === null) throw new EaselError('not-found', 'This server has no single sign-on.')
    return singleSignOn
  }

  serve(app, routes.connectSingleSignOn, async ({ reply, caller }) => {
    try {
      const { location, cookies } = await issuer().begin({ invitation: null, connect: caller.userId })
      setCookies(reply, cookies)
      return { data: { url: location } }
    } catch (error) {
      if (!(error instanceof SingleSignOnError)) throw error
      throw new EaselError('conflict', 'The single sign-on cannot be reached now. Try again later.', { cause: error })
    }
  })

  app.get(
    '/api/auth/oidc',
    { ...access('open', { limit: 'code' }), schema: { hide: true } },
    async (request, reply) => {
      const invitation = Begin.safeParse(request.query).data?.invitation ?? null
      try {
        const { location, cookies } = await issuer().begin({ invitation, connect: null })
        setCookies(reply, cookies)
        return await reply.redirect(location, 302)
      } catch (error) {
        if (!(error instanceof SingleSignOnError)) throw error
        request.log.warn({ reason: error.message }, 'single sign-on did not work')
        return await reply.redirect(`/sign-in?sso=${error.fault}`, 302)
      }
    },
  )

  app.get('/api/auth/oidc/callback', { ...access('open'), schema: { hide: true } }, async (request, reply) => {
    const answer = Answer.safeParse(request.query).data
    const { code, state, error, iss } = answer ?? {}
    // The browser comes from the issuer's website, so the cookie of this way back is read whatever the origin.
    const client = { ...clientOf(request, publicUrl), cookie: request.headers.cookie ?? null }
    // The session that the browser came with may end here.
    if (request.caller !== null) accounts?.ports.distrust(request.caller.userId)
    const { location, cookies } = await issuer().finish(client, { code, state, error, iss }, request.caller)
    setCookies(reply, cookies)
    return await reply.redirect(location, 302)
  })
}

export function registerFactors(app: FastifyInstance, ports: AccountRoutePorts): void {
  const { db, accounts, publicUrl } = ports
  const kit: Kit = {
    ...ports,
    factors: () => inAccountsMode(accounts).factors,
    ownerOf: (request) => ({ userId: callerOf(request).userId, client: clientOf(request, publicUrl) }),
    async signedIn(request, reply, { userId, by, cookies }) {
      await settleSignIn(inAccountsMode(accounts).ports, {
        userId,
        previous: request.caller,
        address: clientAddress(request),
        by,
      })
      setCookies(reply, cookies)
      return { data: { me: await readMe(db, userId, 'accounts'), secondFactor: false } }
    },
  }
  registerTwoFactor(app, kit)
  registerPasskeys(app, kit)
  registerSingleSignOn(app, kit)
}
