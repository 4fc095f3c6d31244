// Contract C: signing in for clients that keep a bearer token. Rules in docs/spec/accounts.md (AC40 …).
import { SignIn, SignUp } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { readMe } from '#auth/me.ts'
import { ensureOwner } from '#auth/owner.ts'
import type { SignInResult } from '#auth/sign-in.ts'
import { EaselError, present } from '#base/errors.ts'
import type { AppPorts } from '../../app.ts'
import { clientOf } from '../../client.ts'
import { access } from '../../plugins/access.ts'
import { openToAllOrigins } from '../../plugins/open-cors.ts'
import { wordSignInErrors } from './errors.ts'

const Login = SignIn.pick({ email: true, password: true })
const Register = z.object({ username: SignUp.shape.name, ...Login.shape })
/** In local mode nothing of it is looked at. */
const Anything = z.unknown()

/** What local mode gives for a token; it takes any, and none. */
const localToken = 'local'

type Ports = Pick<AppPorts, 'db' | 'accounts' | 'publicUrl'>

async function userOf({ db, accounts }: Ports, userId: string) {
  const { id, name, email } = await readMe(db, userId, accounts === null ? 'local' : 'accounts')
  return { id, username: name, email: email ?? '' }
}

async function answerOf(ports: Ports, { userId, token }: SignInResult) {
  if (userId === null) {
    throw new EaselError('unauthorized', 'This account takes a second factor: use an API key here.')
  }
  return { success: true, token: present(token, 'token'), user: await userOf(ports, userId) }
}

async function answerLocally(ports: Ports) {
  return { success: true, token: localToken, user: await userOf(ports, await ensureOwner(ports.db)) }
}

export async function registerSignIn(app: FastifyInstance, ports: Ports): Promise<void> {
  const { accounts, publicUrl } = ports
  await app.register(async (scope) => {
    wordSignInErrors(scope)
    // A client from anywhere may sign in here, so the browser gets no cookie and brings none: only the token counts.
    const open = (limit: 'sign-in' | 'sign-up', body: z.ZodType) => ({
      ...access('open', { limit }),
      schema: { hide: true, body: accounts === null ? Anything : body },
    })
    scope.post('/api/auth/register', open('sign-up', Register), async (request) => {
      if (accounts === null) return await answerLocally(ports)
      const { username, email, password } = Register.parse(request.body)
      const client = { ...clientOf(request, publicUrl), cookie: null }
      return await answerOf(ports, await accounts.signUp(client, { name: username, email, password }, null))
    })
    scope.post('/api/auth/login', open('sign-in', Login), async (request) => {
      if (accounts === null) return await answerLocally(ports)
      const client = { ...clientOf(request, publicUrl), cookie: null }
      const { email, password } = Login.parse(request.body)
      return await answerOf(ports, await accounts.signIn(client, { email, password, remember: true }, null))
    })
    scope.post('/api/auth/verify', { ...access('open'), schema: { hide: true } }, async (request) => {
      const { caller } = request
      if (accounts !== null && clientOf(request, publicUrl).bearer === null) {
        throw new EaselError('unauthorized', 'No authentication token provided')
      }
      if (caller === null) throw new EaselError('unauthorized', 'Invalid token')
      return { success: true, valid: true, user: await userOf(ports, caller.userId) }
    })
    openToAllOrigins(scope, ['/api/auth/register', '/api/auth/login', '/api/auth/verify'])
  })
}
