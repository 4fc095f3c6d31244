// One's own account: name, sessions, password.
import { routes } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import { changeName, readMe } from '#auth/me.ts'
import { listSessions } from '#auth/sessions.ts'
import type { Quotas } from '#library/quotas.ts'
import { clientAddress } from '../client-address.ts'
import { clientOf } from '../client.ts'
import { serve } from '../serve.ts'
import { inAccountsMode, type AccountRoutePorts } from './sessions.ts'

const sent = 'If there is an account with this address, a link is on its way to it.'
const noMail = 'This server sends no mail. Its administrator can give you a link: easel users reset.'

function registerPasswords(app: FastifyInstance, { accounts, publicUrl }: AccountRoutePorts): void {
  serve(app, routes.changePassword, async ({ request, caller, body }) => {
    await inAccountsMode(accounts).changePassword(caller, body, clientAddress(request))
    return undefined
  })
  serve(app, routes.forgotPassword, async ({ request, body }) => {
    const mode = inAccountsMode(accounts)
    await mode.forgotPassword(clientOf(request, publicUrl), body.email)
    return { data: { mail: mode.sendsMail, message: mode.sendsMail ? sent : noMail } }
  })
  serve(app, routes.resetPassword, async ({ request, body }) => {
    await inAccountsMode(accounts).useResetToken(clientOf(request, publicUrl), body)
    return undefined
  })
}

export function registerAccount(app: FastifyInstance, ports: AccountRoutePorts & { readonly quotas: Quotas }): void {
  const { db, accounts, quotas } = ports
  const mode = accounts === null ? 'local' : 'accounts'
  serve(app, routes.getMe, async ({ caller }) => ({ data: await readMe(db, caller.userId, mode) }))
  serve(app, routes.getUsage, async ({ caller }) => ({ data: await quotas.usage(caller.userId) }))
  serve(app, routes.updateMe, async ({ request, caller, body }) => {
    await changeName(db, caller.userId, { name: body.name, address: clientAddress(request) })
    return { data: await readMe(db, caller.userId, mode) }
  })
  serve(app, routes.listSessions, async ({ caller }) => ({
    data: (await listSessions(db, caller.userId)).map(({ createdAt, usedAt, expiresAt, ...session }) => ({
      ...session,
      current: session.id === caller.credentialId,
      createdAt: createdAt.toISOString(),
      usedAt: usedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    })),
  }))
  serve(app, routes.endSession, async ({ request, caller, params }) => {
    await inAccountsMode(accounts).endSession(caller, params.id, clientAddress(request))
    return undefined
  })
  registerPasswords(app, ports)
}
