import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seeNoObjection } from './axe.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, eventually, goTo, seePicture, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const password = 'seven swans at the weir'
const people = {
  ada: { name: 'Ada Lovelace', email: 'ada@example.org' },
  ben: { name: 'Ben Ng', email: 'ben@example.org' },
} as const
type Person = keyof typeof people

/** What browsers say of answers that are part of a test. */
const refused = /api\/auth\/.*40[01]|status of 40[01]/
const unreachable =
  /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_FAILED|FetchEvent/

let easel: ServedEasel

beforeAll(async () => {
  easel = await serveEasel({
    EASEL_AUTH: 'accounts',
    EASEL_SIGNUP: 'open',
    EASEL_GUESTS: 'on',
    EASEL_BREACHED_PASSWORDS: 'off',
    EASEL_GUEST_DAYS: '7',
  })
})
afterAll(async () => await easel.stop())

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name })
/** In the Studio and the Library alike. */
const newestPicture = (page: Page) => page.getByRole('link', { name: /^Open: / }).first()
const you = (page: Page) => page.getByRole('button', { name: /^You: / })

async function fillPerson(page: Page, who: Person): Promise<void> {
  await page.getByLabel('Name').fill(people[who].name)
  await page.getByLabel('E-mail').fill(people[who].email)
  await page.getByLabel('Password', { exact: true }).fill(password)
}

async function signIn(page: Page, who: Person): Promise<void> {
  await page.getByLabel('E-mail').fill(people[who].email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await you(page).waitFor()
}

async function signOut(page: Page): Promise<void> {
  await you(page).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await heading(page, 'Sign in').waitFor()
}

/** Opens the page as somebody, who is made first if need be. */
async function arrive(who: Person) {
  const visitor = await visit(easel.address)
  const { page } = visitor
  await page.getByRole('heading', { level: 1 }).waitFor()
  if (await heading(page, 'Welcome to Easel').isVisible()) {
    await fillPerson(page, 'ada')
    await page.getByRole('button', { name: 'Set up Easel' }).click()
    await you(page).waitFor()
    if (who === 'ada') return visitor
    await signOut(page)
  }
  if (made.has(who)) await signIn(page, who)
  else {
    await page.getByRole('link', { name: 'Make an account' }).click()
    await fillPerson(page, who)
    await page.getByRole('button', { name: 'Make an account' }).click()
    await you(page).waitFor()
  }
  made.add(who)
  return visitor
}
const made = new Set<Person>(['ada'])

/** What the browser keeps, but for what is of no person. */
async function kept(page: Page): Promise<string> {
  return await page.evaluate(async () => {
    const texts: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
    for (const name of await caches.keys()) {
      const cache = await caches.open(name)
      for (const request of await cache.keys()) {
        texts.push(name, request.url)
        if (request.url.endsWith('.json')) texts.push((await (await cache.match(request))?.text()) ?? '')
      }
    }
    return texts.join('\n')
  })
}

it('sets up the first administrator, who makes a picture, signs out and in again, and is back where they were', async () => {
  const { page } = await visit(`${easel.address}/library`)
  await heading(page, 'Welcome to Easel').waitFor()
  await seeNoObjection(page)
  await fillPerson(page, 'ada')
  await page.getByRole('button', { name: 'Set up Easel' }).click()
  await you(page).waitFor()
  await seeResult(await ask(page, 'A heron of mine'))

  await signOut(page)
  await seeNoObjection(page)
  await page.goto(`${easel.address}/library?trash=true`)
  await heading(page, 'Sign in').waitFor()
  await signIn(page, 'ada')
  await heading(page, 'Trash').waitFor()
  await goTo(page, 'Library')
  await seePicture(newestPicture(page))
})

it('says kindly at its place what is wrong, and is led to no other website', async () => {
  await arrive('ada')
  const { page, watch } = await visit(`${easel.address}/sign-in?to=//evil.example/x`)
  watch.tolerate(refused)
  await heading(page, 'Sign in').waitFor()
  await page.getByLabel('E-mail').fill(people.ada.email)
  await page.getByLabel('Password', { exact: true }).fill('not the right one')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('alert').waitFor()
  expect(await page.getByLabel('E-mail').inputValue()).toBe(people.ada.email)

  await page.getByRole('link', { name: 'Make an account' }).click()
  await page.getByLabel('Name').fill('Short')
  await page.getByLabel('E-mail').fill('short@example.org')
  await page.getByLabel('Password', { exact: true }).fill('short')
  await page.getByRole('button', { name: 'Make an account' }).click()
  await page.getByText('Must have at least 10 characters').waitFor()
  await seeNoObjection(page)

  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page, 'ada')
  expect(new URL(page.url()).origin).toBe(easel.address)
})

it('shows a second person in a second browser nothing of the first, not live and not by address', async () => {
  const ada = await arrive('ada')
  await seeResult(await ask(ada.page, 'A heron of nobody else'))
  const address = await newestPicture(ada.page).locator('img').getAttribute('src')
  const ben = await arrive('ben')
  ben.watch.tolerate(/api\/images\/.*404|status of 404/)
  await ben.page.getByText('What would you like to see?').waitFor()
  await seeResult(await ask(ada.page, 'Another heron'))
  expect(await ben.page.getByRole('article').count()).toBe(0)
  await goTo(ben.page, 'Library')
  await ben.page.getByText('No pictures yet').waitFor()
  const status = await ben.page.evaluate(async (url) => (await fetch(url)).status, address ?? '')
  expect(status).toBe(404)
  await seeResult(await ask((await arrive('ben')).page, 'A tower'))
  await seePicture(newestPicture(ben.page))

  ada.watch.tolerate(/api\/images\/.*401|status of 401/)
  await signOut(ada.page)
  await heading(ada.page, 'Sign in').waitFor()
  expect(await ada.page.evaluate(async (url) => (await fetch(url)).status, address ?? '')).toBe(401)
  await signIn(ada.page, 'ada')
  await goTo(ada.page, 'Library')
  await seePicture(newestPicture(ada.page))
})

it('lets a guest work, says how long the pictures stay, and keeps them in the account that they make', async () => {
  await arrive('ada')
  const { page } = await visit(easel.address)
  await page.getByRole('button', { name: 'Continue as guest' }).click()
  await page.getByText('Your pictures stay for 7 days.').waitFor()
  await seeResult(await ask(page, 'A guest of the heron'))
  await seeNoObjection(page)
  await page.getByRole('link', { name: 'Keep them: make an account' }).click()
  await page.getByLabel('Name').fill('Guinevere')
  await page.getByLabel('E-mail').fill('gwen@example.org')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Make an account' }).click()
  await page.getByRole('button', { name: 'You: Guinevere' }).waitFor()
  await seePicture(newestPicture(page))
  expect(await page.getByText('Your pictures stay for').count()).toBe(0)
})

it('makes an API key that is shown once, and revokes it', async () => {
  const { page } = await arrive('ada')
  await you(page).click()
  await page.getByRole('menuitem', { name: 'API keys' }).click()
  await page.getByRole('button', { name: 'Make a key' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name').fill('A script')
  await seeNoObjection(page)
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  const key = (await dialog.getByText(/^easel_/).innerText()).trim()
  const ask = async () =>
    (await fetch(`${easel.address}/api/images`, { headers: { authorization: `Bearer ${key}` } })).status
  expect(await ask()).toBe(200)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await page.getByText('A script').waitFor()
  await page.reload()
  await page.getByText('A script').waitFor()
  expect(await page.content()).not.toContain(key)
  expect(await kept(page)).not.toContain(key)
  await page.getByRole('button', { name: 'Revoke A script' }).click()
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.getByText('There are none yet.').waitFor()
  expect(await ask()).toBe(401)
})

it('shows the account without a fault of accessibility, and changes the name', async () => {
  const { page } = await arrive('ada')
  await page.goto(`${easel.address}/settings/account`)
  await page.getByText('This device').first().waitFor()
  await seeNoObjection(page)
  await page.getByLabel('Name', { exact: true }).fill('Ada King')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'You: Ada King' }).waitFor()
  await page.getByRole('link', { name: 'Usage and data' }).click()
  await page.getByText('Pictures today').waitFor()
  await seeNoObjection(page)
})

it('forgets everything in every tab when somebody signs out', async () => {
  const { page, context } = await arrive('ada')
  await seeResult(await ask(page, 'A heron that goes'))
  await goTo(page, 'Library')
  await seePicture(newestPicture(page))
  await eventually(() => kept(page)).toMatch(/easel-visit-.*\/thumbnail/s)
  const other = await context.newPage()
  await other.goto(easel.address)
  await you(other).waitFor()
  await signOut(page)
  await heading(other, 'Sign in').waitFor()
  const left = await kept(page)
  expect(left).not.toContain('heron')
  expect(left).not.toContain('easel-visit-')
  await page.goBack()
  await heading(page, 'Sign in').waitFor()
  expect(await page.content()).not.toContain('heron')
})

it('shows the pictures of the last visit while the server is away, and comes back by itself', async () => {
  const { page, watch } = await arrive('ada')
  watch.tolerate(unreachable)
  await seeResult(await ask(page, 'A heron in the fog'))
  await goTo(page, 'Library')
  const picture = newestPicture(page)
  await seePicture(picture)
  await eventually(() => kept(page)).toMatch(/A heron in the fog/)
  await eventually(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true)
  await eventually(async () => (await kept(page)).match(/\/thumbnail/g)?.length ?? 0).toBeGreaterThan(0)
  await easel.kill()
  await page.reload()
  await page.getByText('This is from your last visit').waitFor()
  await seePicture(picture)
  await easel.startAgain()
  await page.getByText('The server is away.').waitFor({ state: 'hidden' })
  await goTo(page, 'Studio')
  await seeResult(await ask(page, 'A heron in the sun'))
})

it('brings in what an older page left in this browser, and says why something is not in', async () => {
  const { page, watch } = await arrive('ben')
  watch.tolerate(/api\/images.*4\d\d|status of 4\d\d/)
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
  await page.evaluate((image) => {
    const settings = { width: 1, height: 1 }
    const items = [
      { id: '20260101120000', prompt: 'An old fox', image, settings },
      { id: '20260101120001', prompt: 'No picture at all', image: btoa('this is only text'), settings },
    ]
    localStorage.setItem('ollama_image_history', JSON.stringify(items))
  }, png)
  await goTo(page, 'Library')
  await page.getByRole('button', { name: 'Bring in 2 pictures from this browser' }).click()
  await page.getByText('1 of 2 pictures are in').waitFor()
  await page.getByText(/^No picture at all: /).waitFor()
  expect(await page.getByRole('button', { name: 'Remove the originals' }).count()).toBe(0)
  await seePicture(page.getByRole('link', { name: 'Open: An old fox' }))

  await page.evaluate(() => {
    const [fox] = JSON.parse(localStorage.getItem('ollama_image_history') ?? '[]')
    localStorage.setItem('ollama_image_history', JSON.stringify([fox]))
  })
  await page.reload()
  await page.getByRole('button', { name: 'Bring in 1 picture from this browser' }).click()
  await page.getByRole('button', { name: 'Remove the originals' }).click()
  expect(await page.evaluate(() => localStorage.getItem('ollama_image_history'))).toBeNull()
  expect(await page.getByRole('link', { name: 'Open: An old fox' }).count()).toBe(1)
})
