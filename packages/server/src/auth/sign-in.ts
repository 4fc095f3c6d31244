import { z } from 'zod'
import type { SignIn } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { AccountPorts } from './account-ports.ts'
import { record } from './audit.ts'
import type { Client } from './bridge.ts'
import type { Caller } from './caller.ts'
import { takeOver } from './guests.ts'

/** How a sign-in ended that was not refused. */
export interface SignInResult {
  /** Null: the password was right, and a second factor is needed too. */
  readonly userId: string | null
  /** Set-Cookie headers. */
  readonly cookies: readonly string[]
  /** The session's signed token, for clients without cookies; null as long as the second factor is missing. */
  readonly token: string | null
}

const Answer = z.union([
  z.object({ twoFactorRedirect: z.literal(true) }).transform(() => null),
  z.object({ user: z.object({ id: z.uuid() }) }).transform(({ user }) => user.id),
])

async function recordFailure(ports: AccountPorts, client: Client, email: string): Promise<void> {
  const { db } = ports
  const user = await db.selectFrom('users').select('id').where('email', '=', email).executeTakeFirst()
  // What was typed as an address is not kept: now and then it is a password.
  await record(db, {
    action: 'sign-in-failed',
    actorId: null,
    subjectId: user?.id ?? null,
    address: client.address,
  })
}

/**
 * Signs in with e-mail address and password. Every sign-in makes a new session, and ends the one that the client came with.
 * @throws EaselError `unauthorized` when they do not fit, whether or not there is such an account; `forbidden` when it is closed
 */
export async function signIn(
  ports: AccountPorts,
  client: Client,
  { email, password, remember, previous }: SignIn & { readonly previous: Caller | null },
): Promise<SignInResult> {
  const { ask } = ports
  const body = { email, password, rememberMe: remember }
  const told = await ask({ ...client, bearer: null }, { method: 'POST', path: '/sign-in/email', body }).catch(
    async (error: unknown) => {
      if (!(error instanceof EaselError)) throw error
      await recordFailure(ports, client, email)
      if (error.code !== 'unauthorized') throw error
      throw new EaselError('unauthorized', 'The e-mail address or the password is not right.', { cause: error })
    },
  )
  const userId = Answer.parse(told.body)
  if (userId !== null) await settleSignIn(ports, { userId, previous, address: client.address, by: 'password' })
  if (userId === null) return { userId, cookies: told.cookies.filter(isNoSession), token: null }
  return { userId, cookies: told.cookies, token: told.token }
}

/** Half-way, whoever is signed in stays so, a guest above all: the second half ends that session and takes the library over. */
const isNoSession = (cookie: string): boolean => !/^(?:__Secure-)?easel\.session_(?:token|data)=/.test(cookie)

/**
 * What belongs to every sign-in, whichever way it was done: it is written down, the session that the browser had before ends, and
 * what a guest made in it becomes the account's.
 */
export async function settleSignIn(
  { db, distrust }: AccountPorts,
  signedIn: {
    readonly userId: string
    readonly previous: Caller | null
    readonly address: string
    readonly by: 'password' | 'second-factor' | 'passkey' | 'single-sign-on'
  },
): Promise<void> {
  const { userId, previous, address, by } = signedIn
  const old = previous?.by === 'session' ? previous : null
  if (old !== null) distrust(old.userId)
  await inTransaction(db, async (trx) => {
    await record(trx, { action: 'sign-in', actorId: userId, address, detail: { by } })
    if (old === null) return
    if (old.role === 'guest' && old.userId !== userId) await takeOver(trx, old.userId, userId)
    await trx.deleteFrom('sessions').where('id', '=', old.credentialId).where('user_id', '=', old.userId).execute()
  })
}
