import { randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { careful, password, signedIn, turnTwoFactorOn, typeSignIn } from './cast.ts'
import type { Shot } from './shot.ts'

const authenticator = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
} as const

/** One that is on and leads to nobody, and one that is off. */
async function haveWebhooks(page: Page): Promise<void> {
  const add = page.getByRole('button', { name: 'Add a webhook' })
  await add.waitFor()
  if ((await page.getByRole('list', { name: 'Webhooks' }).count()) === 0) {
    for (const name of ['Printer', 'Chat of the studio']) {
      await add.click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill(name)
      await dialog.getByLabel('Address').fill('http://127.0.0.1:9/hooks/easel?room=studio')
      await dialog.getByRole('button', { name: 'Add', exact: true }).click()
      await page.getByRole('button', { name: 'Done' }).click()
    }
    await page.getByRole('button', { name: 'Actions for Chat of the studio' }).click()
    await page.getByRole('menuitem', { name: 'Switch off' }).click()
  }
  await page.getByText('Off', { exact: true }).waitFor()
}

/** What is there only with accounts. */
export const accountShots: readonly Shot[] = [
  { name: 'set-up', stage: 'fresh', path: '/setup' },
  { name: 'sign-in', stage: 'accounts', path: '/sign-in' },
  { name: 'sign-up', stage: 'accounts', path: '/sign-up' },
  {
    name: 'sign-in-fault',
    stage: 'accounts',
    path: '/sign-in',
    arrange: async (page) => {
      await page.getByLabel('E-mail').fill('ben@example.org')
      await page.getByLabel('Password', { exact: true }).fill('not the right one')
      await page.getByRole('button', { name: 'Sign in', exact: true }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  { name: 'forgot-password', stage: 'accounts', path: '/forgot-password' },
  { name: 'link-not-whole', stage: 'accounts', path: '/reset-password' },
  { name: 'sign-in-single-sign-on-fault', stage: 'accounts', path: '/sign-in?sso=not-connected' },
  {
    name: 'second-factor',
    stage: 'accounts',
    path: '/sign-in',
    arrange: async (page) => {
      await typeSignIn(page, careful)
      await page.getByRole('heading', { name: 'One more step' }).waitFor()
    },
  },
  { name: 'reset-password', stage: 'accounts', path: '/reset-password#token=abc' },
  {
    name: 'guest',
    stage: 'accounts',
    path: '/sign-in',
    arrange: async (page) => {
      await page.getByRole('button', { name: 'Continue as guest' }).click()
      await page.getByText('Your pictures stay').waitFor()
    },
  },
  signedIn('user-menu', '/', async (page) => {
    await page.getByRole('button', { name: /^You: / }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
  }),
  signedIn('account', '/settings/account'),
  signedIn('account-further-down', '/settings/account', async (page) => await page.evaluate(() => scrollTo(0, 9999))),
  signedIn('two-factor', '/settings/account', async (page) => {
    await page.getByRole('button', { name: 'Turn on' }).click()
    await page.getByLabel('Your password').fill(password)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByLabel('Code that the app shows').waitFor()
  }),
  signedIn('passkey', '/settings/account', async (page) => {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('WebAuthn.enable')
    await cdp.send('WebAuthn.addVirtualAuthenticator', { options: authenticator })
    if ((await page.getByRole('list', { name: 'Passkeys' }).count()) === 0) {
      await page.getByLabel('Name of a new passkey').fill('My laptop')
      await page.getByRole('button', { name: 'Make a passkey' }).click()
    }
    await page.getByRole('button', { name: 'Rename the passkey My laptop' }).scrollIntoViewIfNeeded()
  }),
  signedIn('delete-account', '/settings/account', async (page) => {
    await page.getByRole('button', { name: 'Delete my account' }).click()
    await page.getByRole('dialog').getByLabel('Your password').waitFor()
  }),
  {
    name: 'recovery-codes',
    stage: 'accounts',
    path: '/sign-up',
    arrange: async (page) => {
      await page.getByLabel('Name').fill('Rita')
      await page.getByLabel('E-mail').fill(`rita-${randomUUID()}@example.org`)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Make an account' }).click()
      await page.getByRole('button', { name: /^You: / }).waitFor()
      await page.goto(new URL('/settings/account', page.url()).href)
      await turnTwoFactorOn(page)
    },
  },
  signedIn('api-key', '/settings/keys', async (page) => {
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Backup script')
  }),
  signedIn('api-keys', '/settings/keys', async (page) => {
    if ((await page.getByRole('list', { name: 'API keys' }).count()) === 0) {
      await page.getByRole('button', { name: 'Make a key' }).click()
      await page.getByRole('dialog').getByLabel('Name').fill('Nightly export')
      await page.getByRole('button', { name: 'Make the key' }).click()
      await page.getByRole('button', { name: 'Done' }).click()
    }
    await page.getByRole('list', { name: 'API keys' }).waitFor()
  }),
  signedIn('webhooks', '/settings/webhooks', haveWebhooks),
  signedIn('webhook-new', '/settings/webhooks', async (page) => {
    await page.getByRole('button', { name: 'Add a webhook' }).click()
    await page.getByRole('dialog').getByLabel('Name').fill('Chat of the studio')
  }),
  signedIn('webhook-secret', '/settings/webhooks', async (page) => {
    await haveWebhooks(page)
    await page.getByRole('button', { name: 'Actions for Printer' }).click()
    await page.getByRole('menuitem', { name: 'Renew the secret' }).click()
    await page.getByRole('button', { name: 'Renew', exact: true }).click()
    await page.getByRole('button', { name: 'Copy' }).waitFor()
  }),
  signedIn('webhook-deliveries', '/settings/webhooks', async (page) => {
    await haveWebhooks(page)
    await page.getByRole('button', { name: 'Actions for Printer' }).click()
    await page.getByRole('menuitem', { name: 'Send a test' }).click()
    await page.getByRole('dialog').getByText('Failed').first().waitFor()
  }),
  { name: 'keys-and-data-alone', stage: 'finished', path: '/settings/data' },
  signedIn('usage', '/settings/data', async (page) => await page.getByText('Pictures today').waitFor()),
  {
    name: 'guest-engines',
    stage: 'accounts',
    path: '/sign-in?to=%2Fengines',
    arrange: async (page) => {
      await page.getByRole('button', { name: 'Continue as guest' }).click()
      await page.getByText('Your pictures stay').waitFor()
    },
  },
  { name: 'sign-up-invited', stage: 'accounts', path: '/sign-up#invitation=abc' },
  signedIn('old-pictures', '/', async (page) => {
    await page.evaluate(() => {
      const item = { id: '20260101120000', prompt: 'A fox', image: 'iVBORw0KGgo=', settings: { width: 1, height: 1 } }
      localStorage.setItem('ollama_image_history', JSON.stringify([item, item, item]))
    })
    await page.getByRole('link', { name: 'Library', exact: true }).click()
    await page.getByRole('button', { name: /^Bring in/ }).waitFor()
  }),
]
