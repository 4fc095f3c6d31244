import { createHmac, randomBytes } from 'node:crypto'
import { newId } from '#base/ids.ts'
import type { Trx } from '#db/database.ts'
import { sessionCookieName, sessionSeconds } from './better-auth.ts'
import type { Client } from './bridge.ts'

export interface SessionSigning {
  /** What sessions are signed with. */
  readonly secret: string
  readonly publicUrl: string | null
}

/**
 * Signs somebody in who has shown who they are in a way that better-auth does not know.
 * @returns a whole Set-Cookie header
 */
export async function beginSession(
  trx: Trx,
  { secret, publicUrl }: SessionSigning,
  { userId, client }: { readonly userId: string; readonly client: Client },
): Promise<string> {
  const token = randomBytes(24).toString('base64url')
  await trx
    .insertInto('sessions')
    .values({
      id: newId(),
      user_id: userId,
      token,
      expires_at: new Date(Date.now() + sessionSeconds * 1000),
      ip_address: client.address,
      user_agent: client.userAgent?.slice(0, 300) ?? null,
    })
    .execute()
  const signature = createHmac('sha256', secret).update(token).digest('base64')
  const name = sessionCookieName(publicUrl)
  const secure = name.startsWith('__Secure-') ? '; Secure' : ''
  const value = encodeURIComponent(`${token}.${signature}`)
  return `${name}=${value}; Max-Age=${sessionSeconds}; Path=/; HttpOnly${secure}; SameSite=Lax`
}
