// Takes pictures of every screen, for the documentation and for looking:
//   node test/browser/screenshots.ts <folder> [part of the pictures' names]
import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startFakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { codeOf } from '../../packages/server/src/http/testing/authenticator-app.ts'
import { startFakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { connectionOf, submit, untilEnded } from '../faults/easel-client.ts'
import { launchChromium } from './chromium.ts'
import { serveEasel } from './served-easel.ts'

const sketches = [
  { prompt: 'A small boat on a quiet sea, heavy clouds', aspectRatio: '3:4', seed: 11 },
  { prompt: 'A village in deep snow at night, warm windows', aspectRatio: '4:3', seed: 5 },
  { prompt: 'A meadow of flowers below high mountains, morning', aspectRatio: '16:9', seed: 21 },
  { prompt: 'A city by a river at dusk, paper-cut style', aspectRatio: '1:1', seed: 8, n: 2 },
  { prompt: 'Autumn forest with a winding path', aspectRatio: '2:3', seed: 3, n: 3 },
  { prompt: 'A desert with tall rocks under a full moon', aspectRatio: '16:9', seed: 14 },
  { prompt: 'A lighthouse on a cliff at dusk, storm clouds, warm window light', aspectRatio: '3:2', seed: 7 },
  { prompt: 'A quiet mountain lake at sunrise, mist between the pines', aspectRatio: '3:2', seed: 2, n: 4 },
] as const

const nextPrompt = 'A wooden pier at the lake, first snow, a lantern in the fog'

const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}
const desktop: BrowserContextOptions = { viewport: { width: 1440, height: 900 } }
const looks = [
  { name: 'desktop-light', options: { ...desktop, colorScheme: 'light' } },
  { name: 'desktop-dark', options: { ...desktop, colorScheme: 'dark' } },
  { name: 'phone-light', options: { ...phone, colorScheme: 'light' } },
  { name: 'phone-dark', options: { ...phone, colorScheme: 'dark' } },
] as const satisfies readonly { name: string; options: BrowserContextOptions }[]

interface Shot {
  readonly name: string
  readonly address: string
  /** Brings the page to what is to be seen. */
  readonly arrange?: (page: Page) => Promise<void>
}

async function makeSketches(address: string): Promise<void> {
  const connectionId = await connectionOf(address, 'sketch')
  for (const request of sketches) {
    const { id } = await submit(address, { request: { ...request, connectionId } })
    await untilEnded(address, id)
  }
}

/** Until nothing is loading and every picture that is in sight has been drawn. */
async function settle(page: Page): Promise<void> {
  await page.waitForLoadState('load')
  await page.locator('h1').first().waitFor({ state: 'attached' })
  for (let quiet = 0; quiet < 3;) {
    await page.waitForTimeout(150)
    const pending = await page.evaluate(() => {
      const inSight = (image: HTMLImageElement): boolean => image.getBoundingClientRect().top < innerHeight
      return [...document.images].filter((image) => inSight(image) && !image.complete).length
    })
    quiet = pending === 0 ? quiet + 1 : 0
  }
}

const firstTile = (page: Page) => page.getByRole('grid').getByRole('link').first()

function shotsOf({ finished, empty, busy }: { finished: string; empty: string; busy: string }): readonly Shot[] {
  return [
    { name: 'studio-empty', address: empty },
    { name: 'studio-done', address: finished },
    {
      name: 'studio-done-further-down',
      address: finished,
      arrange: async (page) => await page.evaluate(() => scrollTo(0, 900)),
    },
    {
      name: 'studio-ready',
      address: finished,
      arrange: async (page) => await page.getByRole('textbox', { name: 'Prompt' }).fill(nextPrompt),
    },
    { name: 'studio-running', address: busy },
    {
      name: 'studio-failed',
      address: busy,
      arrange: async (page) => await page.getByRole('button', { name: 'Retry' }).last().scrollIntoViewIfNeeded(),
    },
    {
      name: 'studio-settings',
      address: finished,
      arrange: async (page) => {
        await page.getByRole('button', { name: /^(More|Picture settings)$/ }).click()
        await page.getByRole('slider', { name: 'Steps' }).waitFor()
        await page.waitForTimeout(400)
      },
    },
    {
      name: 'studio-models',
      address: busy,
      arrange: async (page) => {
        await page.getByRole('button', { name: /^Engine: / }).click()
        await page.getByRole('option').first().waitFor()
      },
    },
    { name: 'library', address: `${finished}/library` },
    { name: 'library-empty', address: `${empty}/library` },
    {
      name: 'viewer',
      address: `${finished}/library`,
      arrange: async (page) => {
        await firstTile(page).click()
        await page.getByRole('dialog', { name: 'Picture' }).waitFor()
      },
    },
    { name: 'engines', address: `${busy}/engines` },
    {
      name: 'engines-add',
      address: `${busy}/engines`,
      arrange: async (page) => {
        await page.getByRole('button', { name: 'Add engine' }).click()
        await page.getByRole('list', { name: 'Kinds of engine' }).waitFor()
      },
    },
    {
      name: 'engines-form',
      address: `${busy}/engines`,
      arrange: async (page) => {
        await page.getByRole('button', { name: 'Add engine' }).click()
        await page
          .getByRole('dialog')
          .getByRole('button', { name: /^OpenAI\b/ })
          .first()
          .click()
        await page.getByLabel(/^Key\b/).waitFor()
      },
    },
  ]
}

const password = 'seven swans at the weir'
const me = { name: 'Ada Lovelace', email: 'ada@example.org', password }
const somebody = { name: 'Benjamin Ng', email: 'benjamin@example.org', password }
/** With two-factor. */
const careful = { name: 'Theodora', email: 'theo@example.org', password }
const others = [
  somebody,
  careful,
  { name: 'Cleopatra Philopator of the Ptolemies, queen of both lands', email: 'cleo@example.org', password },
  { name: 'W'.repeat(60), email: `${'w'.repeat(60)}@example.org`, password },
]

async function typeSignIn(page: Page, { email }: typeof me): Promise<void> {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Signed in as the administrator of the Easel with accounts. */
async function signIn(page: Page): Promise<void> {
  await typeSignIn(page, me)
  await page.getByRole('button', { name: /^You: / }).waitFor()
}

/** As far as the recovery codes. */
async function turnTwoFactorOn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Turn on' }).click()
  await page.getByLabel('Your password').fill(password)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page
    .getByLabel('Code that the app shows')
    .fill(codeOf(await page.getByRole('dialog').locator('code').innerText()))
  await page.getByRole('dialog').getByRole('button', { name: 'Turn on' }).click()
  await page.getByRole('button', { name: 'I have kept them' }).waitFor()
}

const authenticator = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
} as const

type Part = (name: string, path: string, more?: (page: Page) => Promise<void>) => Shot

/** What only administrators see. */
function adminShotsOf(part: Part): readonly Shot[] {
  const about =
    (action: string) =>
    async (page: Page): Promise<void> => {
      await page.getByRole('button', { name: `Actions for ${somebody.name}` }).click()
      await page.getByRole('menuitem', { name: action }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).waitFor()
    }
  return [
    part('admin', '/admin', async (page) => await page.getByRole('heading', { name: 'Queue' }).waitFor()),
    part('admin-people', '/admin/people', async (page) => {
      await page.getByRole('button', { name: `Actions for ${somebody.name}` }).click()
      await page.getByRole('menuitem', { name: 'Keep out' }).waitFor()
    }),
    part('admin-limits', '/admin/people', about('Limits')),
    part('admin-removal', '/admin/people', about('Remove…')),
    part('admin-invitations', '/admin/invitations', async (page) => {
      if ((await page.getByRole('list', { name: 'Invitations' }).count()) === 1) return
      await page.getByLabel('E-mail (optional)').fill('cleo@example.org')
      await page.getByRole('button', { name: 'Make a link' }).click()
      await page.getByText(/#invitation=/).waitFor()
    }),
    part('admin-rules', '/admin/rules', async (page) => {
      await page.getByLabel('Pictures a day').first().fill('500')
      await page.getByText('Not saved yet.').waitFor()
    }),
    part(
      'admin-log',
      '/admin/log',
      async (page) => await page.getByRole('list', { name: 'Security events' }).waitFor(),
    ),
    part('engines-offer', '/engines', async (page) => {
      await page.getByRole('button', { name: /^Actions for/ }).click()
      await page.getByRole('menuitem', { name: 'Edit' }).click()
      await page.getByText('Offer to everybody').scrollIntoViewIfNeeded()
    }),
  ]
}

/** What is there only with accounts. */
function accountShotsOf({ fresh, accounts }: { fresh: string; accounts: string }): readonly Shot[] {
  const part = (name: string, path: string, more: (page: Page) => Promise<void> = async () => {}): Shot => ({
    name,
    address: `${accounts}/sign-in?to=${encodeURIComponent(path)}`,
    arrange: async (page) => {
      await signIn(page)
      await settle(page)
      await more(page)
    },
  })
  return [
    { name: 'set-up', address: `${fresh}/setup` },
    { name: 'sign-in', address: `${accounts}/sign-in` },
    { name: 'sign-up', address: `${accounts}/sign-up` },
    {
      name: 'sign-in-fault',
      address: `${accounts}/sign-in`,
      arrange: async (page) => {
        await page.getByLabel('E-mail').fill('ben@example.org')
        await page.getByLabel('Password', { exact: true }).fill('not the right one')
        await page.getByRole('button', { name: 'Sign in', exact: true }).click()
        await page.getByRole('alert').waitFor()
      },
    },
    { name: 'forgot-password', address: `${accounts}/forgot-password` },
    { name: 'link-not-whole', address: `${accounts}/reset-password` },
    { name: 'sign-in-single-sign-on-fault', address: `${accounts}/sign-in?sso=not-connected` },
    {
      name: 'second-factor',
      address: `${accounts}/sign-in`,
      arrange: async (page) => {
        await typeSignIn(page, careful)
        await page.getByRole('heading', { name: 'One more step' }).waitFor()
      },
    },
    { name: 'reset-password', address: `${accounts}/reset-password#token=abc` },
    {
      name: 'guest',
      address: `${accounts}/sign-in`,
      arrange: async (page) => {
        await page.getByRole('button', { name: 'Continue as guest' }).click()
        await page.getByText('Your pictures stay').waitFor()
      },
    },
    part('user-menu', '/', async (page) => {
      await page.getByRole('button', { name: /^You: / }).click()
      await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()
    }),
    part('account', '/settings/account'),
    part('account-further-down', '/settings/account', async (page) => await page.evaluate(() => scrollTo(0, 9999))),
    part('two-factor', '/settings/account', async (page) => {
      await page.getByRole('button', { name: 'Turn on' }).click()
      await page.getByLabel('Your password').fill(password)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByLabel('Code that the app shows').waitFor()
    }),
    part('passkey', '/settings/account', async (page) => {
      const cdp = await page.context().newCDPSession(page)
      await cdp.send('WebAuthn.enable')
      await cdp.send('WebAuthn.addVirtualAuthenticator', { options: authenticator })
      if ((await page.getByRole('list', { name: 'Passkeys' }).count()) === 0) {
        await page.getByLabel('Name of a new passkey').fill('My laptop')
        await page.getByRole('button', { name: 'Make a passkey' }).click()
      }
      await page.getByRole('button', { name: 'Rename the passkey My laptop' }).scrollIntoViewIfNeeded()
    }),
    part('delete-account', '/settings/account', async (page) => {
      await page.getByRole('button', { name: 'Delete my account' }).click()
      await page.getByRole('dialog').getByLabel('Your password').waitFor()
    }),
    {
      name: 'recovery-codes',
      address: `${accounts}/sign-up`,
      arrange: async (page) => {
        await page.getByLabel('Name').fill('Rita')
        await page.getByLabel('E-mail').fill(`rita-${randomUUID()}@example.org`)
        await page.getByLabel('Password', { exact: true }).fill(password)
        await page.getByRole('button', { name: 'Make an account' }).click()
        await page.getByRole('button', { name: /^You: / }).waitFor()
        await page.goto(`${accounts}/settings/account`)
        await turnTwoFactorOn(page)
      },
    },
    part('api-key', '/settings/keys', async (page) => {
      await page.getByRole('button', { name: 'Make a key' }).click()
      await page.getByRole('dialog').getByLabel('Name').fill('Backup script')
    }),
    part('usage', '/settings/data', async (page) => await page.getByText('Pictures today').waitFor()),
    ...adminShotsOf(part),
    part('old-pictures', '/', async (page) => {
      await page.evaluate(() => {
        const item = { id: '20260101120000', prompt: 'A fox', image: 'iVBORw0KGgo=', settings: { width: 1, height: 1 } }
        localStorage.setItem('ollama_image_history', JSON.stringify([item, item, item]))
      })
      await page.getByRole('link', { name: 'Library', exact: true }).click()
      await page.getByRole('button', { name: /^Bring in/ }).waitFor()
    }),
  ]
}

async function takeAll(browser: Browser, folder: string, shots: readonly Shot[]): Promise<void> {
  for (const { name: look, options } of looks) {
    for (const { name, address, arrange } of shots) {
      // A visitor of their own for each: what one typed is not to stand in the next picture.
      const context = await browser.newContext({ ...options, reducedMotion: 'reduce' })
      const page = await context.newPage()
      await page.goto(address)
      await settle(page)
      await arrange?.(page)
      await settle(page)
      await page.screenshot({ path: join(folder, `${name}-${look}.png`), animations: 'disabled' })
      await context.close()
    }
  }
}

/** An Easel in which one generation runs, one waits, and others have failed or been refused. */
async function serveBusyEasel() {
  const ollama = await startFakeOllama({ steps: 40, stepDelayMs: 10_000 })
  const openai = await startFakeOpenAi({ failure: 'server-error' })
  const easel = await serveEasel({
    OLLAMA_HOST: ollama.baseUrl,
    OPENAI_API_KEY: 'sk-test-0123456789',
    OPENAI_BASE_URL: openai.apiUrl,
  })
  const { address } = easel
  const [paid, own] = [await connectionOf(address, 'openai'), await connectionOf(address, 'ollama')]
  const broken = await submit(address, { request: { prompt: 'A red bicycle against a blue wall', connectionId: paid } })
  await untilEnded(address, broken.id)
  openai.behave({ failure: 'blocked' })
  const refused = await submit(address, {
    request: { prompt: 'Something that the engine declines', connectionId: paid },
  })
  await untilEnded(address, refused.id)
  for (const prompt of ['A fox asleep under a birch, first frost', 'The same fox, awake']) {
    await submit(address, { request: { prompt, connectionId: own } })
  }
  return {
    address,
    async stop() {
      await easel.kill()
      await easel.stop()
      await Promise.all([ollama.close(), openai.close()])
    },
  }
}

const folder = process.argv[2]
if (folder === undefined) throw new Error('Name the folder that the pictures go into')
await mkdir(folder, { recursive: true })
const browser = await launchChromium()
if (browser === null) throw new Error('There is no Chromium on this machine')
const [finished, empty, busy] = [await serveEasel(), await serveEasel(), await serveBusyEasel()]
await makeSketches(finished.address)
const settings = {
  EASEL_AUTH: 'accounts',
  EASEL_SIGNUP: 'open',
  EASEL_GUESTS: 'on',
  EASEL_BREACHED_PASSWORDS: 'off',
  // Every picture is taken after signing in anew.
  EASEL_RATE_SIGN_IN: '1000',
}
const [fresh, accounts] = [await serveEasel(settings), await serveEasel(settings)]
const come = async (way: 'setup' | 'sign-up', person: typeof me): Promise<void> => {
  const answer = await fetch(`${accounts.address}/api/auth/${way}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(person),
  })
  if (!answer.ok) throw new Error(`${way} of ${person.name}: ${await answer.text()}`)
}
await come('setup', me)
for (const person of others) await come('sign-up', person)
// By the name that browsers allow passkeys for.
const people = accounts.address.replace('127.0.0.1', 'localhost')
const preparing = await browser.newPage()
await preparing.goto(`${people}/sign-in?to=/settings/account`)
await typeSignIn(preparing, careful)
await turnTwoFactorOn(preparing)
await preparing.close()
const wanted = process.argv[3] === undefined ? null : new RegExp(process.argv[3])
const shots = [
  ...shotsOf({ finished: finished.address, empty: empty.address, busy: busy.address }),
  ...accountShotsOf({ fresh: fresh.address, accounts: people }),
].filter(({ name }) => wanted === null || wanted.test(name))
await takeAll(browser, folder, shots)
await browser.close()
await Promise.all([finished, empty, busy, fresh, accounts].map((easel) => easel.stop()))
