import { z } from 'zod'
import { present } from '#base/errors.ts'
import { openBrowser, type Browser } from './browser.ts'
import type { TestServer } from './server.ts'

/** Somebody who works without an account, in a browser of their own. */
export async function guest(server: TestServer): Promise<{ readonly browser: Browser; readonly guestId: string }> {
  const { guests } = present(server.accounts, 'accounts')
  const client = { address: '192.0.2.1', origin: 'http://localhost', userAgent: null, cookie: null, bearer: null }
  const { userId, cookie } = await guests.begin(client)
  const browser = openBrowser(server)
  const [pair = ''] = cookie.split(';')
  const at = pair.indexOf('=')
  browser.setCookie(pair.slice(0, at), pair.slice(at + 1))
  return { browser, guestId: userId }
}

const Removal = z.object({ pictures: z.literal('hand-over'), to: z.string() })

/** To whom everything of a guest goes; null: to nobody. */
export async function heirOf(server: TestServer, guestId: string): Promise<string | null> {
  const row = await server.pipeline.db
    .selectFrom('users')
    .select('removal')
    .where('id', '=', guestId)
    .executeTakeFirstOrThrow()
  return row.removal === null ? null : Removal.parse(row.removal).to
}
