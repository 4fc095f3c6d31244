// A server in accounts mode with an administrator and two people, for the scenarios of routes that local mode does not have.
import { z } from 'zod'
import { present } from '#base/errors.ts'
import { openBrowser, type Browser } from './browser.ts'
import { openServer, type Answer, type TestServer } from './server.ts'

export interface TestPerson {
  readonly id: string
  readonly email: string
  readonly password: string
  /** The session's cookie. */
  readonly headers: { readonly cookie: string }
}

export interface People {
  readonly server: TestServer
  readonly admin: TestPerson
  readonly user: TestPerson
  /** Somebody else, who must never be noticed. */
  readonly other: TestPerson
  /** Somebody new, by an address that nobody else has. */
  add(): Promise<TestPerson>
  close(): Promise<void>
}

export const testPassword = 'a fox in the snow'

const SignedIn = z.object({ data: z.object({ me: z.object({ id: z.uuid() }) }) })

/** The cookies that an answer sets, as a browser sends them back. */
export function cookiesOf(answer: Answer): string {
  const set = present(answer.headers['set-cookie'], `cookies of ${answer.status} ${answer.text}`)
  return set.map((cookie) => cookie.split(';')[0]).join('; ')
}

export async function openPeople(options: Parameters<typeof openServer>[0] = {}): Promise<People> {
  const server = await openServer({ works: false, accounts: {}, ...options })
  let made = 0

  async function enter(path: string): Promise<TestPerson> {
    made += 1
    const email = `person-${made}@example.com`
    const body = { name: `Person ${made}`, email, password: testPassword }
    const answer = await server.ask({ method: 'POST', path, body })
    const { id } = SignedIn.parse(answer.json()).data.me
    return { id, email, password: testPassword, headers: { cookie: cookiesOf(answer) } }
  }

  const add = () => enter('/api/auth/sign-up')
  const admin = await enter('/api/auth/setup')
  return { server, admin, user: await add(), other: await add(), add, close: () => server.close() }
}

/** The browser of somebody new. */
export async function openSignedIn({ server, add }: People): Promise<Browser> {
  const browser = openBrowser(server)
  const { email } = await add()
  await browser.post('/api/auth/sign-in', { email, password: testPassword })
  return browser
}
