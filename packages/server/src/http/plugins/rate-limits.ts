// How often a route may be called: per person and per address. Rules in docs/spec/limits.md (LI1 …).
import type { Limit } from '@easel/contract'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import type { RateLimiter, RateLimiters } from '#auth/rate-limiter.ts'
import { addressGroup, clientAddress } from '../client-address.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Counts one use, for a route of which only some requests are limited. @throws EaselError `too-many-requests` */
    countUse(request: FastifyRequest, limit: 'generate' | 'upload' | 'share'): Promise<void>
  }
}

/** How often each may be done: sign-ins in 15 minutes, everything else in one. */
export interface Rates {
  readonly signIn: number
  readonly generate: number
  readonly upload: number
  readonly share: number
}

const attemptSeconds = 15 * 60
/** Behind one address there may be a whole office. */
const perAddress = 10
/** One person at their own machine: this only stops a program that has gone wild. */
const perOwner = 100

type Name = Limit | 'sign-in by account'

/** What each limit counts, in accounts mode. */
function attempts(limiters: RateLimiters, { signIn }: Rates) {
  const open = (name: Name, points: number) => limiters.open(name, { points, seconds: attemptSeconds })
  return {
    account: open('sign-in by account', signIn),
    'sign-in': open('sign-in', perAddress * signIn),
    code: open('code', perAddress * signIn),
    'sign-up': open('sign-up', signIn),
  }
}

function uses(limiters: RateLimiters, rates: Rates, local: boolean) {
  const open = (name: 'generate' | 'upload' | 'share') => {
    const points = rates[name] * (local ? perOwner : 1)
    return {
      user: limiters.open(`${name} by user`, { points, seconds: 60 }),
      address: limiters.open(`${name} by address`, { points: points * perAddress, seconds: 60 }),
    }
  }
  return { generate: open('generate'), upload: open('upload'), share: open('share') }
}

function inWords(seconds: number): string {
  if (seconds < 120) return seconds === 1 ? 'a second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}

/** @param reply told how long to wait; null: the words alone say it */
async function take(reply: FastifyReply | null, limiter: RateLimiter, key: string): Promise<void> {
  const ms = await limiter.take(key)
  if (ms === 0) return
  const seconds = Math.ceil(ms / 1000)
  reply?.header('retry-after', String(seconds))
  throw new EaselError('too-many-requests', `That was too often. Try again in ${inWords(seconds)}.`)
}

const Account = z.object({ email: z.string() })

/**
 * Whose password is tried, at this address. Never the account alone: then anybody could lock its owner out by trying often enough.
 */
function accountKey(request: FastifyRequest): string | null {
  const account = Account.safeParse(request.body)
  if (!account.success) return null
  return JSON.stringify([account.data.email.trim().toLowerCase(), groupOf(request)])
}

const groupOf = (request: FastifyRequest): string => addressGroup(clientAddress(request))

/** Limits the routes that say so by `limit`. After {@link guardAccess}, which knows the caller. */
export function limitRates(
  app: FastifyInstance,
  { limiters, rates, local }: { readonly limiters: RateLimiters; readonly rates: Rates; readonly local: boolean },
): void {
  const tries = local ? null : attempts(limiters, rates)
  const used = uses(limiters, rates, local)

  async function count(request: FastifyRequest, limit: keyof typeof used, reply: FastifyReply | null): Promise<void> {
    const { user, address } = used[limit]
    // The person first: what they ask too often is not held against those beside them.
    if (request.caller !== null) await take(reply, user, request.caller.userId)
    await take(reply, address, groupOf(request))
  }
  app.decorate('countUse', (request, limit) => count(request, limit, null))

  app.addHook('onRequest', async (request, reply) => {
    const { limit } = request.routeOptions.config
    if (limit === undefined) return
    if (limit === 'sign-in' || limit === 'code' || limit === 'sign-up') {
      if (tries !== null) await take(reply, tries[limit], groupOf(request))
      return
    }
    await count(request, limit, reply)
  })

  app.addHook('preHandler', async (request, reply) => {
    const key = request.routeOptions.config.limit === 'sign-in' ? accountKey(request) : null
    if (tries !== null && key !== null) await take(reply, tries.account, key)
  })

  // Before the answer leaves, so that whoever hears of the success finds the counter so.
  app.addHook('onSend', async (request, reply) => {
    const { limit } = request.routeOptions.config
    // Others count too, some of them without saying how long: it is never longer than this.
    if (reply.statusCode === 429 && !reply.hasHeader('retry-after')) reply.header('retry-after', String(attemptSeconds))
    if (tries === null || reply.statusCode >= 400 || limit !== 'sign-in') return
    await tries[limit].giveBack(groupOf(request))
    const key = accountKey(request)
    if (key !== null) await tries.account.forget(key)
  })
}
