// What guards an account: second factors, passkeys, a forgotten password, single sign-on, and the way out.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { codeOf } from '../../packages/server/src/http/testing/authenticator-app.ts'
import { startIssuer, type TestIssuer } from '../../packages/server/src/http/testing/issuer.ts'
import { startMailServer, type TestMailServer } from '../../packages/server/src/http/testing/mail-server.ts'
import { seeNoObjectionInBothThemes } from './axe.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, eventually, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const password = 'seven swans at the weir'
const newPassword = 'eight swans on the lake'
/** What browsers say of answers that are part of a test. */
const refused = /api\/(auth|me).*40[0134]|status of 40[0134]/
const common = {
  EASEL_AUTH: 'accounts',
  EASEL_SIGNUP: 'open',
  EASEL_BREACHED_PASSWORDS: 'off',
  // Every test signs in a few times.
  EASEL_RATE_SIGN_IN: '1000',
}

let plain: ServedEasel
let connected: ServedEasel
let mailServer: TestMailServer
let issuer: TestIssuer
/** By the name that browsers allow passkeys for. */
let home: string
/** Of the Easel with mail and single sign-on. */
let office: string

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

beforeAll(async () => {
  mailServer = await startMailServer()
  issuer = await startIssuer()
  plain = await serveEasel(common)
  home = `http://localhost:${new URL(plain.address).port}`
  const port = await freePort()
  office = `http://localhost:${port}`
  connected = await serveEasel({
    ...common,
    EASEL_PORT: String(port),
    EASEL_PUBLIC_URL: office,
    SMTP_URL: mailServer.url,
    EASEL_MAIL_FROM: 'easel@example.org',
    EASEL_OIDC_ISSUER: issuer.url,
    EASEL_OIDC_CLIENT_ID: 'easel',
    EASEL_OIDC_CLIENT_SECRET: 'between the two',
    EASEL_OIDC_NAME: 'Sign in with Example',
  })
  for (const { address } of [plain, connected]) await come(address, 'setup', 'ada')
})
afterAll(async () => {
  await Promise.all([plain.stop(), connected.stop()])
  await Promise.all([mailServer.stop(), issuer.stop()])
})

const emailOf = (name: string) => `${name}@example.org`

/** Makes an account, beside the browser. */
async function come(address: string, way: 'setup' | 'sign-up', name: string): Promise<void> {
  const answer = await fetch(`${address}/api/auth/${way}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, email: emailOf(name), password }),
  })
  if (!answer.ok) throw new Error(`${way}: ${await answer.text()}`)
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name })
const you = (page: Page) => page.getByRole('button', { name: /^You: / })
const section = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true })
const dialogOf = (page: Page, name: string): Locator => page.getByRole('dialog', { name })

async function typeSignIn(page: Page, name: string, word = password): Promise<void> {
  await page.getByLabel('E-mail').fill(emailOf(name))
  await page.getByLabel('Password', { exact: true }).fill(word)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function signOut(page: Page): Promise<void> {
  await you(page).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await heading(page, 'Sign in').waitFor()
}

/** Somebody new, at the page of their account. */
async function openAccount(address: string, name: string) {
  await come(address, 'sign-up', name)
  const visitor = await visit(`${address}/sign-in?to=/settings/account`)
  visitor.watch.tolerate(refused)
  await typeSignIn(visitor.page, name)
  await section(visitor.page, 'Profile').waitFor()
  return visitor
}

it('turns two-factor on, asks for the code, takes each recovery code once, and turns it off', async () => {
  const { page, context } = await openAccount(home, 'theo')
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const factor = section(page, 'Two-factor sign-in')
  await factor.getByRole('button', { name: 'Turn on' }).click()
  const first = dialogOf(page, 'Turn two-factor on')
  await first.getByLabel('Your password').fill('not the right one')
  await first.getByRole('button', { name: 'Continue' }).click()
  await first.getByText(/not right/i).waitFor()
  await seeNoObjectionInBothThemes(page)
  await first.getByLabel('Your password').fill(password)
  await first.getByRole('button', { name: 'Continue' }).click()

  const scan = dialogOf(page, 'Scan this with your app')
  const qr = scan.getByRole('img', { name: 'QR code for your authenticator app' })
  await eventually(() => qr.evaluate((image) => image instanceof HTMLImageElement && image.naturalWidth > 0)).toBe(true)
  const secret = await scan.locator('code').innerText()
  await scan.getByLabel('Code that the app shows').fill('000000')
  await scan.getByRole('button', { name: 'Turn on' }).click()
  await scan.getByText(/not right/i).waitFor()
  await seeNoObjectionInBothThemes(page)
  await scan.getByLabel('Code that the app shows').fill(codeOf(secret))
  await scan.getByRole('button', { name: 'Turn on' }).click()

  const recovery = dialogOf(page, 'Keep these recovery codes')
  await recovery.getByText('They are not shown again.').waitFor()
  await seeNoObjectionInBothThemes(page)
  const codes = await recovery.locator('code span').allInnerTexts()
  expect(new Set(codes).size).toBe(10)
  await recovery.getByRole('button', { name: 'Copy' }).click()
  await eventually(() => page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n'))
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    recovery.getByRole('button', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('easel-recovery-codes.txt')
  expect(await readFile(await download.path(), 'utf8')).toBe(`${codes.join('\n')}\n`)
  await recovery.getByRole('button', { name: 'I have kept them' }).click()
  await factor.getByText(/^On: /).waitFor()
  await page.reload()
  await factor.getByText(/^On: /).waitFor()
  expect(await page.content()).not.toContain(codes[0])

  await signOut(page)
  await typeSignIn(page, 'theo')
  await heading(page, 'One more step').waitFor()
  await page.getByLabel('Code', { exact: true }).fill('000000')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText(/not right/i).waitFor()
  await seeNoObjectionInBothThemes(page)
  const useRecovery = async () => {
    await page.getByRole('button', { name: 'Use a recovery code' }).click()
    await page.getByLabel('Recovery code').fill(codes[0] ?? '')
    await page.getByRole('button', { name: 'Continue' }).click()
  }
  await useRecovery()
  await you(page).waitFor()
  await signOut(page)
  await typeSignIn(page, 'theo')
  await useRecovery()
  await page.getByText(/was used already/).waitFor()
  await seeNoObjectionInBothThemes(page)
  await page.getByRole('button', { name: 'Use the authenticator app' }).click()
  await page.getByLabel('Code', { exact: true }).fill(codeOf(secret, 1))
  await page.getByRole('button', { name: 'Continue' }).click()
  await you(page).waitFor()

  await page.goto(`${home}/settings/account`)
  await factor.getByRole('button', { name: 'Turn off' }).click()
  const last = dialogOf(page, 'Turn two-factor off?')
  await last.getByLabel('Your password').fill(password)
  await last.getByRole('button', { name: 'Turn off' }).click()
  await factor.getByRole('button', { name: 'Turn on' }).waitFor()
  await signOut(page)
  await typeSignIn(page, 'theo')
  await you(page).waitFor()
})

it('makes a passkey, signs in with it, renames it and removes it', async () => {
  const { page, context } = await openAccount(home, 'pia')
  const session = await context.newCDPSession(page)
  await session.send('WebAuthn.enable')
  await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const passkeys = section(page, 'Passkeys')
  await passkeys.getByLabel('Name of a new passkey').fill('Laptop')
  await passkeys.getByRole('button', { name: 'Make a passkey' }).click()
  await passkeys.getByRole('listitem').filter({ hasText: 'Laptop' }).waitFor()
  await seeNoObjectionInBothThemes(page)

  await signOut(page)
  await seeNoObjectionInBothThemes(page)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('button', { name: 'You: pia' }).waitFor()

  await page.goto(`${home}/settings/account`)
  await passkeys.getByRole('button', { name: 'Rename the passkey Laptop' }).click()
  const renaming = dialogOf(page, 'Rename the passkey')
  await renaming.getByLabel('Name').fill('The old laptop')
  await seeNoObjectionInBothThemes(page)
  await renaming.getByRole('button', { name: 'Rename' }).click()
  await passkeys.getByRole('button', { name: 'Remove the passkey The old laptop' }).click()
  const removing = dialogOf(page, 'Remove “The old laptop”?')
  await removing.waitFor()
  await seeNoObjectionInBothThemes(page)
  await removing.getByRole('button', { name: 'Remove' }).click()
  await passkeys.getByRole('list').waitFor({ state: 'detached' })

  await signOut(page)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByRole('alert').waitFor()
  await seeNoObjectionInBothThemes(page)
})

it('says whom to ask about a forgotten password where there is no mail', async () => {
  const { page } = await visit(`${home}/sign-in`)
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  await page.getByText('Ask an administrator: they can give you a link that sets a new password.').waitFor()
  expect(await page.getByRole('textbox').count()).toBe(0)
  await seeNoObjectionInBothThemes(page)
  await page.getByRole('link', { name: 'Back to signing in' }).click()
  await heading(page, 'Sign in').waitFor()
})

it('sets a new password by the link of a mail, once, and every device is signed out', async () => {
  const elsewhere = await openAccount(office, 'mia')
  const { page, watch } = await visit(`${office}/sign-in`)
  watch.tolerate(refused)
  await page.getByRole('link', { name: 'Forgot password?' }).click()
  // The page of signing in has such a field, too.
  await heading(page, 'Forgot your password?').waitFor()
  await page.getByLabel('E-mail').fill(emailOf('mia'))
  await seeNoObjectionInBothThemes(page)
  await page.getByRole('button', { name: 'Send the link' }).click()
  await heading(page, 'Look at your mail').waitFor()
  await seeNoObjectionInBothThemes(page)
  await eventually(() => mailServer.mails.length).toBe(1)
  const link = /http:\S+#token=[\w-]+/.exec(mailServer.mails[0] ?? '')?.[0] ?? ''
  expect(link.startsWith(`${office}/reset-password#`)).toBe(true)

  await page.goto(link)
  await heading(page, 'Choose a new password').waitFor()
  await eventually(() => page.url()).toBe(`${office}/reset-password`)
  const field = page.getByRole('textbox', { name: 'New password' })
  const change = page.getByRole('button', { name: 'Change the password' })
  await field.fill('short')
  await change.click()
  await page.getByText('Must have at least 10 characters').waitFor()
  await seeNoObjectionInBothThemes(page)
  await field.fill(newPassword)
  await change.click()
  await heading(page, 'Your password is changed').waitFor()
  await seeNoObjectionInBothThemes(page)

  await elsewhere.page.goto(`${office}/settings/account`)
  await heading(elsewhere.page, 'Sign in').waitFor()
  await typeSignIn(elsewhere.page, 'mia')
  await elsewhere.page.getByRole('alert').waitFor()
  await typeSignIn(elsewhere.page, 'mia', newPassword)
  await section(elsewhere.page, 'Profile').waitFor()

  await page.goto('about:blank')
  await page.goto(link)
  await field.fill('nine swans in the sky')
  await change.click()
  await page.getByRole('alert').waitFor()
  await seeNoObjectionInBothThemes(page)
  await page.goto('about:blank')
  await page.goto(`${office}/reset-password`)
  await heading(page, 'This link is not whole').waitFor()
  await seeNoObjectionInBothThemes(page)
})

it('deletes the account after its address was typed and its password given', async () => {
  const { page } = await openAccount(home, 'dora')
  await page.goto(home)
  await seeResult(await ask(page, 'A picture that goes'))
  await page.goto(`${home}/settings/account`)
  await page.getByRole('button', { name: 'Delete my account' }).click()
  const dialog = dialogOf(page, 'Delete your account?')
  const act = dialog.getByRole('button', { name: 'Delete everything' })
  await seeNoObjectionInBothThemes(page)
  expect(await act.isDisabled()).toBe(true)
  await dialog.getByLabel(/^Type “/).fill(emailOf('dora'))
  await dialog.getByLabel('Your password').fill('not the right one')
  await act.click()
  await dialog.getByText(/not right/i).waitFor()
  await seeNoObjectionInBothThemes(page)
  await dialog.getByLabel('Your password').fill(password)
  await act.click()
  await heading(page, 'Sign in').waitFor()
  await typeSignIn(page, 'dora')
  await page.getByRole('alert').waitFor()
})

it('comes in by single sign-on, says why not, and connects the two', async () => {
  issuer.claims = { sub: 'ann', email: emailOf('ann'), email_verified: true, name: 'Ann of the office' }
  const { page, watch } = await visit(`${office}/sign-in`)
  watch.tolerate(refused)
  const way = page.getByRole('link', { name: 'Sign in with Example' })
  await way.waitFor()
  await seeNoObjectionInBothThemes(page)
  await way.click()
  await page.getByRole('button', { name: 'You: Ann of the office' }).waitFor()
  await signOut(page)

  issuer.claims = { sub: 'otto', email: emailOf('otto'), email_verified: true, name: 'Otto' }
  await come(office, 'sign-up', 'otto')
  await way.click()
  await page.getByText('There is an account with your e-mail address.').waitFor()
  await seeNoObjectionInBothThemes(page)
  await typeSignIn(page, 'otto')
  await you(page).waitFor()
  await page.goto(`${office}/settings/account`)
  const connection = section(page, 'Single sign-on')
  await connection.getByText('Not connected to this account.').waitFor()
  await seeNoObjectionInBothThemes(page)
  await connection.getByRole('button', { name: 'Connect: Sign in with Example' }).click()
  await connection.getByText('Connected to this account.', { exact: true }).waitFor()
  await signOut(page)
  await way.click()
  await page.getByRole('button', { name: 'You: otto' }).waitFor()
})
