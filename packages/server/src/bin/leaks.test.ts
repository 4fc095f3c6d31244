// No secret in clear, wherever one looks: the whole program is driven through success and failure, and everything it leaves behind,
// says and answers is searched.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { Secret, TOTP } from 'otpauth'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { migrate } from '#db/migrate.ts'
import { openPglite } from '#db/pglite.ts'
import { startIssuer, type TestIssuer } from '#http/testing/issuer.ts'
import { askRunningServer } from './control-socket.ts'
import { filesBelow, formsOf, foundIn } from './testing/leak-search.ts'
import { openClient, startProgram, type Heard } from './testing/leak-run.ts'
import { leaks, startLeakyEngine } from './testing/leaky-engine.ts'
import { databaseTemplate } from './testing.ts'

const publicUrl = 'http://pictures.example'
const random = (prefix: string) => `${prefix}${randomBytes(24).toString('base64url')}`

const secrets = new Map<string, string>()
/** Remembers what must not be found. */
function keep(name: string, value: string): string {
  secrets.set(name, value)
  return value
}

const heard: Heard[] = []
const mails: string[] = []
let folder: string
let engine: Awaited<ReturnType<typeof startLeakyEngine>>
let issuer: TestIssuer
let smtp: SMTPServer
let smtpFails = false
let program: Awaited<ReturnType<typeof startProgram>>
let client: ReturnType<typeof openClient>
const canary = `a fox named ${random('')}`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'easel-leaks-'))
  engine = await startLeakyEngine()
  issuer = await startIssuer()
  issuer.claims = { sub: 'bob', email: 'bob@example.com', email_verified: true, name: 'Bob' }
  const mailPassword = keep('SMTP password', random('smtp'))
  smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ password }, _session, done) {
      const echo = `no: ${password} ${Buffer.from(`\u0000easel\u0000${password}`).toString('base64')}`
      done(smtpFails ? new Error(echo) : null, { user: 'easel' })
    },
    onData(stream, _session, done) {
      const parts: Buffer[] = []
      stream.on('data', (part: Buffer) => void parts.push(part))
      stream.on('end', () => {
        mails.push(Buffer.concat(parts).toString())
        done()
      })
    },
  })
  await new Promise<void>((resolve) => {
    smtp.listen(0, '127.0.0.1', resolve)
  })
  const address = smtp.server.address()
  const mailPort = typeof address === 'object' ? address?.port : 0
  program = await startProgram({
    EASEL_DATA: folder,
    EASEL_PORT: '0',
    EASEL_AUTH: 'accounts',
    EASEL_SIGNUP: 'open',
    EASEL_GUESTS: 'on',
    EASEL_LOG: 'debug',
    EASEL_MIN_FREE_MB: '0',
    EASEL_DATABASE_TEMPLATE: await databaseTemplate(),
    EASEL_PUBLIC_URL: publicUrl,
    EASEL_BREACHED_PASSWORDS: 'off',
    EASEL_RATE_SIGN_IN: '1000',
    EASEL_SECRET: keep('EASEL_SECRET', random('instance')),
    EASEL_OIDC_ISSUER: issuer.url,
    EASEL_OIDC_CLIENT_ID: 'easel',
    EASEL_OIDC_CLIENT_SECRET: keep('OIDC client secret', random('oidc')),
    SMTP_URL: `smtp://easel:${mailPassword}@127.0.0.1:${mailPort}`,
    EASEL_MAIL_FROM: 'easel@example.com',
    OPENAI_API_KEY: keep('key of the environment', random('sk-proj-')),
    OPENAI_BASE_URL: `${engine.baseUrl}/v1`,
  })
  client = openClient(program.baseUrl, publicUrl, heard)
}, 180_000)
afterAll(async () => {
  await program.stop()
  await engine.close()
  await issuer.stop()
  await new Promise<void>((resolve) => {
    smtp.close(resolve)
  })
  await rm(folder, { recursive: true, force: true })
})

const cookieName = 'easel.session_token'
const post = (path: string, body: unknown, more: object = {}) => client.ask(path, { method: 'POST', body, ...more })

/** What the cookie holds is a secret, as it is and decoded; the answer that set it is the one that may have it. */
function keepSession(name: string): void {
  const value = client.jar.get(cookieName) ?? ''
  expect(value).toContain('.')
  keep(name, decodeURIComponent(value))
}

async function signIn(email: string, password: string, name: string): Promise<void> {
  const reveals = [name]
  const told = await post('/api/auth/sign-in', { email, password }, { reveals })
  expect(told.status, told.body.toString()).toBe(200)
  keepSession(name)
}

async function generate(connectionId: string, model?: string): Promise<void> {
  const told = await post('/api/generations', { prompt: canary, connectionId, model })
  if (told.status !== 202) return
  const { id } = told.json()
  await vi.waitUntil(
    async () => ['succeeded', 'failed'].includes((await client.ask(`/api/generations/${id}`)).json().state),
    { timeout: 20_000, interval: 100 },
  )
}

async function driveAccounts(): Promise<void> {
  const [first, second, third] = ['first', 'second', 'third'].map((name) =>
    keep(`${name} password`, random('Pass word ')),
  )
  const email = 'ada@example.com'
  const setUp = { name: 'Ada', email, password: first, code: program.setUpCode }
  const reveals = ['session of the set-up']
  expect((await post('/api/auth/setup', setUp, { reveals })).status).toBe(200)
  keepSession('session of the set-up')
  await post('/api/auth/setup', setUp)
  await post('/api/auth/sign-in', { email, password: keep('wrong password', random('Wrong ')) })
  await post('/api/auth/sign-in', `{"email": "${email}", "password": "${first}`)
  await post('/api/auth/sign-up', {
    name: 'Eve',
    email,
    password: keep('password of a sign-up that failed', random('Eve ')),
  })
  await post('/api/me/password', { current: second, password: first })
  expect(
    (await post('/api/me/password', { current: first, password: second }, { reveals: ['session after'] })).status,
  ).toBeLessThan(300)
  await signIn(email, second ?? '', 'session with the second password')

  await post('/api/auth/forgot-password', { email })
  await vi.waitUntil(() => mails.length > 0, { timeout: 20_000 })
  const letter = (mails[0] ?? '').replaceAll('=\r\n', '').replaceAll('=3D', '=')
  const token = keep('reset token', /#token=([\w-]+)/.exec(letter)?.[1] ?? '')
  expect(token.length).toBeGreaterThan(20)
  expect((await post('/api/auth/reset-password', { token, password: third })).status).toBeLessThan(300)
  smtpFails = true
  await post('/api/auth/forgot-password', { email })
  await vi.waitUntil(() => program.said().includes('mail could not be sent'), { timeout: 20_000 })
  await signIn(email, third ?? '', 'session with the third password')
}

async function driveFactors(): Promise<void> {
  const password = secrets.get('third password') ?? ''
  const names = ['TOTP secret', ...Array.from({ length: 10 }, (_, at) => `recovery code ${at}`)]
  const told = await post('/api/me/two-factor/enable', { password }, { reveals: names })
  expect(told.status, told.body.toString()).toBe(200)
  const { uri, recoveryCodes } = told.json().data
  const secret = keep('TOTP secret', new URL(uri).searchParams.get('secret') ?? '')
  for (const [at, code] of recoveryCodes.entries()) keep(`recovery code ${at}`, code)
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate()
  // What the secret decodes to is what a server computes with.
  keep('TOTP secret, decoded', Buffer.from(Secret.fromBase32(secret).bytes).toString('latin1'))
  const reveals = ['session with two-factor']
  expect((await post('/api/me/two-factor/verify', { code }, { reveals })).status).toBe(204)
  keepSession('session with two-factor')
  client.jar.clear()
  await post('/api/auth/sign-in', { email: 'ada@example.com', password })
  await post('/api/auth/two-factor/verify', { recoveryCode: 'wrong-codes' })
  const used = await post(
    '/api/auth/two-factor/verify',
    { recoveryCode: recoveryCodes[0] },
    { reveals: ['last session'] },
  )
  expect(used.status, used.body.toString()).toBe(200)
  keepSession('last session')
}

async function driveConnections(): Promise<void> {
  const first = keep('key of a connection', random('sk-proj-'))
  const second = keep('another key of it', random('AbC'))
  const body = { name: 'Leaky', provider: 'openai', baseUrl: `${engine.baseUrl}/v1`, key: first, shared: true }
  const { id } = (await post('/api/connections', body)).json().data
  await post('/api/connections', `{"name": "x", "key": ${first}}`)
  await post('/api/connections', { ...body, key: `${second}\n` })
  await post('/api/connections', { ...body, provider: 'nonesuch' })
  await post('/api/connections', { ...body, key: 'x', settings: { nonesuch: first, organization: [second] } })
  for (const key of [first, second]) {
    await client.ask(`/api/connections/${id}`, { method: 'PATCH', body: { key } })
    engine.turn('none')
    await generate(id)
    for (const leak of leaks) {
      engine.turn(leak)
      await client.ask(`/api/connections/${id}/models?refresh=true`)
      await post(`/api/connections/${id}/test`, undefined)
      await post('/api/images/generate', { prompt: canary, profileId: id })
      await generate(id, 'gpt-image-2')
    }
  }
  engine.turn('401')
  for (const { id: each } of (await client.ask('/api/connections')).json().data) {
    await client.ask(`/api/connections/${each}/models?refresh=true`)
  }
  for (const path of ['/api/profiles?imageCapable=true', '/api/providers', '/api/admin/overview', '/api/admin/audit']) {
    await client.ask(path)
  }
  engine.turn('none')
}

async function driveApiKeys(): Promise<void> {
  const reveals = ['API key']
  const told = await post('/api/me/keys', { name: 'Script', scopes: ['read', 'generate'] }, { reveals })
  const key = keep('API key', /easel_[\w-]{43}/.exec(told.body.toString())?.[0] ?? '')
  const { id } = (await client.ask('/api/me/keys')).json().data[0]
  const headers = { authorization: `Bearer ${key}`, cookie: '' }
  expect((await client.ask('/api/me', { headers })).status).toBe(200)
  await client.ask('/api/connections', { method: 'POST', body: {}, headers })
  await client.ask(`/api/me/keys/${id}`, { method: 'DELETE' })
  expect((await client.ask('/api/me', { headers })).status).toBe(401)
}

async function driveWebhooks(): Promise<void> {
  const [first, second] = ['secret of a webhook', 'renewed secret of it'] as const
  const url = `${engine.baseUrl}/hook`
  const made = await post('/api/webhooks', { name: 'Hook', url, events: ['image.added'] }, { reveals: [first] })
  const { id, secret } = made.json().data
  keep(first, secret.slice('whsec_'.length))
  const renewed = await post(`/api/webhooks/${id}/secret`, undefined, { reveals: [second] })
  keep(second, renewed.json().data.secret.slice('whsec_'.length))
  await post(`/api/webhooks/${id}/test`, undefined)
  const log = async () => (await client.ask(`/api/webhooks/${id}/deliveries`)).json().data
  await vi.waitUntil(async () => (await log())[0].state !== 'waiting', { timeout: 20_000, interval: 100 })
  await client.ask('/api/webhooks')
}

async function driveSingleSignOn(): Promise<void> {
  const ada = new Map(client.jar)
  client.jar.clear()
  const round = async () => {
    const begun = await client.ask('/api/auth/oidc')
    const agreed = await fetch(begun.headers.location ?? '', { redirect: 'manual' })
    const back = new URL(agreed.headers.get('location') ?? '')
    return await client.ask(back.pathname + back.search, { reveals: ['session of single sign-on'] })
  }
  issuer.onToken = (answer) => {
    answer.statusCode = 401
    answer.body = { error: 'invalid_client', error_description: secrets.get('OIDC client secret') ?? '' }
  }
  await round()
  issuer.onToken = (answer) => {
    const { id_token: token } = typeof answer.body === 'object' ? answer.body : {}
    if (typeof token === 'string') keep('ID token', token)
  }
  await round()
  keepSession('session of single sign-on')
  client.jar.clear()
  for (const [name, value] of ada) client.jar.set(name, value)
}

/** Without its signature the token that is in the table lets nobody in. */
async function checkBareTokens(): Promise<void> {
  for (const [name, value] of secrets) {
    if (!name.includes('session')) continue
    const bare = value.slice(0, value.lastIndexOf('.'))
    const ways = [{ cookie: `${cookieName}=${bare}` }, { cookie: '', authorization: `Bearer ${bare}` }]
    for (const headers of ways) expect((await client.ask('/api/me', { headers })).status).toBe(401)
  }
}

async function dump(): Promise<string> {
  const database = await openPglite(folder)
  try {
    await migrate(database)
    const { rows: tables } = await sql<{ name: string }>`
      select format('%I.%I', table_schema, table_name) as name from information_schema.tables
      where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`.execute(database.db)
    const parts: string[] = []
    for (const { name } of tables) {
      const { rows } = await sql<{ row: string }>`select to_jsonb(t)::text as row from ${sql.raw(name)} t`.execute(
        database.db,
      )
      parts.push(name, ...rows.map(({ row }) => row))
    }
    return parts.join('\n')
  } finally {
    await database.close()
  }
}

describe('secrets', { timeout: 300_000 }, () => {
  it('KY9: are in no file, no table, no log, no answer, no event and no export', async () => {
    await driveAccounts()
    const stopListening = await client.listen('/api/events')
    await driveApiKeys()
    await driveWebhooks()
    await driveConnections()
    await driveFactors()
    await driveSingleSignOn()
    const newSecret = keep('new EASEL_SECRET', random('instance'))
    expect(await askRunningServer(folder, 'keys-rotate', { newSecret })).toContain('EASEL_SECRET')
    const archive = await client.ask('/api/me/export')
    expect(archive.body.includes(canary), 'the export').toBe(true)
    await checkBareTokens()
    expect(stopListening(), 'events').toBeGreaterThan(1000)
    await program.stop()

    const forms = new Map([...secrets].map(([name, value]) => [name, formsOf(value)]))
    for (const [name, value] of secrets) expect(value.length, name).toBeGreaterThan(8)
    const known = new Map([['canary', formsOf(canary)]])
    const table = Buffer.from(await dump())
    // What is searched in is what was left: a thing that must be there is found.
    expect(foundIn(table, known), 'the tables').toEqual(['canary'])
    expect(foundIn(table, forms), 'the tables').toEqual([])
    let seen = 0
    for await (const { path, bytes } of filesBelow(folder)) {
      seen += foundIn(bytes, known).length
      expect(foundIn(bytes, forms), path).toEqual([])
    }
    expect(seen, 'files with the prompt').toBeGreaterThan(2)
    expect(program.said().length).toBeGreaterThan(1000)
    expect(foundIn(program.said(), forms), 'what it said').toEqual([])
    for (const { what, bytes, reveals } of heard) {
      expect(
        foundIn(bytes, forms).filter((name) => !reveals.includes(name)),
        what,
      ).toEqual([])
    }
    expect(heard.length).toBeGreaterThan(100)
  })

  it('KY9: the search finds a secret in every form', () => {
    const secret = 'sk-a secret/with?odd=characters'
    const forms = new Map([['it', formsOf(secret)]])
    const around = (bytes: Buffer) => Buffer.concat([randomBytes(7), bytes, randomBytes(5)])
    const shifted = (by: number) => Buffer.from(Buffer.from(`${'x'.repeat(by)}${secret} and more`).toString('base64'))
    const hidden = [
      Buffer.from(secret),
      Buffer.from(secret, 'utf16le'),
      Buffer.from(secret, 'utf16le').swap16(),
      Buffer.from(encodeURIComponent(secret)),
      Buffer.from(JSON.stringify({ secret })),
      Buffer.from(Buffer.from(secret).toString('hex')),
      ...[0, 1, 2, 3, 4].map(shifted),
    ]
    for (const [at, bytes] of hidden.entries()) expect(foundIn(around(bytes), forms), String(at)).toEqual(['it'])
    expect(foundIn(around(Buffer.from('sk-another secret/with?odd=characters')), forms)).toEqual([])
  })
})
