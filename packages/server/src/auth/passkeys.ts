// Passkeys: a key pair in somebody's device in place of the password. Rules in docs/spec/accounts.md (AF20 …).
import { isIP } from 'node:net'
import { z } from 'zod'
import { PasskeyCreation, PasskeyRequest, type Passkey, type PasskeyCreate, type PasskeySignIn } from '@easel/contract'
import { EaselError, present } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { inTransaction } from '#db/transaction.ts'
import { record } from './audit.ts'
import { cookieName } from './better-auth.ts'
import type { Ask, Bridge, Client, Told } from './bridge.ts'
import type { Owner } from './factor-checks.ts'
import { forget } from './forget.ts'
import { cookieValues } from './session-token.ts'
import type { NewSession } from './two-factor.ts'

export interface PasskeyPorts {
  readonly db: Db
  readonly ask: Bridge
  readonly publicUrl: string | null
}

/** A question for the browser, and the cookie that ties the answer to it. */
export interface Challenge<T> {
  readonly question: T
  readonly cookies: readonly string[]
}

export interface Passkeys {
  list(userId: string): Promise<Passkey[]>
  /** @throws EaselError `forbidden` when the sign-in is older than a day, `conflict` when there are too many */
  askForNew(owner: Owner): Promise<Challenge<PasskeyCreation>>
  /** @throws EaselError `bad-request` when it does not answer what was asked */
  create(owner: Owner, made: PasskeyCreate): Promise<Passkey>
  /** @throws EaselError `not-found` */
  rename(owner: Owner, id: string, name: string): Promise<Passkey>
  /** @throws EaselError `not-found` */
  remove(owner: Owner, id: string): Promise<void>
  ask(client: Client): Promise<Challenge<PasskeyRequest>>
  /** What belongs to every sign-in is the caller's: see `settleSignIn`. @throws EaselError `unauthorized`, or `forbidden` when the account is closed */
  signIn(client: Client, answer: PasskeySignIn): Promise<NewSession & { readonly userId: string }>
}

const maxPasskeys = 20
const Made = z.object({ id: z.uuid() })
const SignedIn = z.object({ session: z.object({ userId: z.uuid() }) })

const missing = () => new EaselError('not-found', 'There is no such passkey.')

/** Browsers keep passkeys for names. */
function checkName({ origin }: Client): void {
  const { hostname } = new URL(origin)
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0) return
  throw new EaselError('conflict', `Passkeys need a name in place of ${hostname}: on this machine, use localhost.`)
}

interface Row {
  readonly id: string
  readonly name: string | null
  readonly backed_up: boolean
  readonly created_at: Date
}

const columns = ['id', 'name', 'backed_up', 'created_at'] as const

const toPasskey = (row: Row): Passkey => ({
  id: row.id,
  name: row.name ?? 'Passkey',
  synced: row.backed_up,
  createdAt: row.created_at.toISOString(),
})

function managing(db: Db): Pick<Passkeys, 'list' | 'rename' | 'remove'> {
  return {
    async list(userId) {
      const rows = await db
        .selectFrom('passkeys')
        .select(columns)
        .where('user_id', '=', userId)
        .orderBy('id', 'desc')
        .execute()
      return rows.map(toPasskey)
    },

    async rename({ userId }, id, name) {
      const row = await db
        .updateTable('passkeys')
        .set({ name: name.trim() })
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .returning(columns)
        .executeTakeFirst()
      if (row === undefined) throw missing()
      return toPasskey(row)
    },

    async remove({ userId, client }, id) {
      await inTransaction(db, async (trx) => {
        const gone = await trx
          .deleteFrom('passkeys')
          .where('id', '=', id)
          .where('user_id', '=', userId)
          .returning('name')
          .executeTakeFirst()
        if (gone === undefined) throw missing()
        const detail = { name: gone.name }
        await record(trx, { action: 'passkey-removed', actorId: userId, address: client.address, detail })
        await forget(trx, userId)
      })
    },
  }
}

export function createPasskeys({ db, ask, publicUrl }: PasskeyPorts): Passkeys {
  const challengeCookie = cookieName(publicUrl, 'passkey')
  const get = (client: Client, path: Ask['path']) => ask(client, { method: 'GET', path })

  /** Whoever signs in with a passkey is not known yet, whatever session is in the browser too. */
  function stranger(client: Client): Client {
    const [value] = client.cookie === null ? [] : cookieValues(client.cookie, challengeCookie)
    return { ...client, bearer: null, cookie: value === undefined ? null : `${challengeCookie}=${value}` }
  }

  async function signInFailed({ address }: Client, credentialId: string): Promise<void> {
    const known = await db
      .selectFrom('passkeys')
      .select('user_id')
      .where('credential_id', '=', credentialId)
      .executeTakeFirst()
    const subjectId = known?.user_id ?? null
    await record(db, { action: 'sign-in-failed', actorId: null, subjectId, address, detail: { by: 'passkey' } })
  }

  async function keepWithinLimit(userId: string): Promise<void> {
    const rows = await db.selectFrom('passkeys').select('id').where('user_id', '=', userId).execute()
    if (rows.length >= maxPasskeys) {
      throw new EaselError(
        'conflict',
        `There are ${maxPasskeys} passkeys, which is all there can be. Remove one first.`,
      )
    }
  }

  return {
    ...managing(db),

    async askForNew({ userId, client }) {
      checkName(client)
      await keepWithinLimit(userId)
      const told = await get(client, '/passkey/generate-register-options')
      return { question: PasskeyCreation.parse(told.body), cookies: told.cookies }
    },

    async create({ userId, client }, { name, credential }) {
      await keepWithinLimit(userId)
      const body = { name: name.trim(), response: { ...credential, clientExtensionResults: {} } }
      const told = await ask(client, { method: 'POST', path: '/passkey/verify-registration', body }).catch(
        (error: unknown) => {
          if (!(error instanceof EaselError) || error.code === 'forbidden') throw error
          throw new EaselError('bad-request', 'This passkey was not accepted. Try once more.', { cause: error })
        },
      )
      const { id } = Made.parse(told.body)
      return await inTransaction(db, async (trx) => {
        const detail = { name: name.trim() }
        await record(trx, { action: 'passkey-created', actorId: userId, address: client.address, detail })
        await forget(trx, userId)
        const row = await trx.selectFrom('passkeys').select(columns).where('id', '=', id).executeTakeFirst()
        return toPasskey(present(row, 'the new passkey'))
      })
    },

    async ask(client) {
      checkName(client)
      const told = await get({ ...stranger(client), cookie: null }, '/passkey/generate-authenticate-options')
      // The device asks for a finger or a PIN: only then is a passkey two factors, and the server checks that it did.
      const question = PasskeyRequest.parse({ ...bodyOf(told), userVerification: 'required' })
      return { question, cookies: told.cookies }
    },

    async signIn(client, { credential }) {
      const body = { response: { ...credential, clientExtensionResults: {} } }
      const told = await ask(stranger(client), { method: 'POST', path: '/passkey/verify-authentication', body }).catch(
        async (error: unknown) => {
          if (!(error instanceof EaselError)) throw error
          await signInFailed(client, credential.id)
          if (error.code === 'forbidden') throw error
          throw new EaselError('unauthorized', 'This passkey was not accepted. Try once more.', { cause: error })
        },
      )
      const { userId } = SignedIn.parse(told.body).session
      return { userId, cookies: told.cookies, token: told.token }
    },
  }
}

const bodyOf = ({ body }: Told): object => (typeof body === 'object' && body !== null ? body : {})
