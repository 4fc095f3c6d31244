// Who is in the pictures, and how they come in.
import type { Page } from 'playwright-core'
import { codeOf } from '../../../packages/server/src/http/testing/authenticator-app.ts'
import type { Shot } from './shot.ts'

export const password = 'seven swans at the weir'
export const me = { name: 'Ada Lovelace', email: 'ada@example.org', password }
export const somebody = { name: 'Benjamin Ng', email: 'benjamin@example.org', password }
/** With two-factor. */
export const careful = { name: 'Theodora', email: 'theo@example.org', password }
export const others = [
  somebody,
  careful,
  { name: 'Cleopatra Philopator of the Ptolemies, queen of both lands', email: 'cleo@example.org', password },
  { name: 'W'.repeat(60), email: `${'w'.repeat(60)}@example.org`, password },
]

export async function typeSignIn(page: Page, { email }: typeof me): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** As far as the recovery codes. */
export async function turnTwoFactorOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByLabel('Your password').fill(password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page
    .getByLabel('Code that the app shows')
    .fill(codeOf(await page.getByRole('dialog').locator('code').innerText()))
  await page.getByRole('dialog').getByRole('button', { name: 'Turn on' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).waitFor()
}

/** A page of the Easel with accounts, as its administrator sees it. */
export const signedIn = (
  name: string,
  path: string,
  arrange: (page: Page) => Promise<void> = async () => {},
): Shot => ({
  name,
  stage: 'accounts',
  path,
  as: 'admin',
  arrange,
})
