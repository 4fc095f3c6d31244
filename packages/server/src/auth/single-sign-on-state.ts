// What a sign-in by the issuer remembers until the browser comes back: in the database, found by a cookie.
import { createHash, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { newId } from '#base/ids.ts'
import type { Db } from '#db/database.ts'
import { cookieName } from './better-auth.ts'
import type { Client } from './bridge.ts'
import { SingleSignOnError } from './issuer.ts'
import { cookieValues } from './session-token.ts'

export const callbackPath = '/api/auth/oidc/callback'

const Remembered = z.object({
  nonce: z.string(),
  verifier: z.string(),
  /** The token of an invitation. */
  invitation: z.string().nullable(),
  /** Who wants to connect an account of the issuer's; null: somebody signs in. */
  connect: z.uuid().nullable(),
})
export type Remembered = z.infer<typeof Remembered>

export interface SignOnMemory {
  /** @returns a whole Set-Cookie header */
  remember(state: string, kept: Remembered): Promise<string>
  /** Once, and only in the browser that began. @throws SingleSignOnError */
  recall(client: Client, state: string | undefined): Promise<Remembered>
  /** A Set-Cookie header that ends the cookie. */
  readonly forgotten: string
}

const seconds = 600

export const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
const identifierOf = (state: string): string => `oidc:${digest(state)}`
const same = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)))

export function createSignOnMemory({ db, publicUrl }: { readonly db: Db; readonly publicUrl: string }): SignOnMemory {
  const name = cookieName(publicUrl, 'single_sign_on')
  const secure = name.startsWith('__Secure-') ? '; Secure' : ''
  const cookie = (value: string, age: number): string =>
    `${name}=${value}; Max-Age=${age}; Path=${callbackPath}; HttpOnly${secure}; SameSite=Lax`

  return {
    async remember(state, kept) {
      const values = { id: newId(), identifier: identifierOf(state), value: JSON.stringify(kept) }
      await db
        .insertInto('verifications')
        .values({ ...values, expires_at: new Date(Date.now() + seconds * 1000) })
        .execute()
      return cookie(state, seconds)
    },

    async recall(client, state) {
      const [kept] = client.cookie === null ? [] : cookieValues(client.cookie, name)
      if (state === undefined || kept === undefined || !same(kept, state)) {
        throw new SingleSignOnError('expired', 'it did not begin in this browser')
      }
      const row = await db
        .deleteFrom('verifications')
        .where('identifier', '=', identifierOf(state))
        .where('expires_at', '>', new Date())
        .returning('value')
        .executeTakeFirst()
      if (row === undefined) throw new SingleSignOnError('expired', 'it took too long, or is over already')
      return Remembered.parse(JSON.parse(row.value))
    },

    forgotten: cookie('', 0),
  }
}
