import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seeNoObjectionInBothThemes } from './axe.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, eventually, goTo, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const password = 'seven swans at the weir'
const ada = { name: 'Ada Lovelace', email: 'ada@example.org' }
const ben = { name: 'Ben Ng', email: 'ben@example.org' }

let easel: ServedEasel
let local: ServedEasel

beforeAll(async () => {
  easel = await serveEasel({ EASEL_AUTH: 'accounts', EASEL_SIGNUP: 'invite', EASEL_BREACHED_PASSWORDS: 'off' })
  const answer = await fetch(`${easel.address}/api/auth/setup`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...ada, password }),
  })
  expect(answer.ok).toBe(true)
  local = await serveEasel()
})
afterAll(async () => await Promise.all([easel.stop(), local.stop()]))

const you = (page: Page): Locator => page.getByRole('button', { name: /^You: / })
const heading = (page: Page, name: string): Locator => page.getByRole('heading', { level: 1, name })
const personOf = (page: Page, name: string): Locator =>
  page.getByRole('list', { name: 'People' }).getByRole('listitem').filter({ hasText: name })

async function fillSignIn(page: Page, { email }: { readonly email: string }): Promise<void> {
  await heading(page, 'Sign in').waitFor()
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Ada's page, on one part of the administration, which she finds as people do. */
async function administer(part: string) {
  const visitor = await visit(`${easel.address}/sign-in`)
  const { page } = visitor
  await fillSignIn(page, ada)
  await you(page).click()
  await page.getByRole('menuitem', { name: 'Administration' }).click()
  await page.getByRole('heading', { name: 'Queue' }).waitFor()
  await goToPart(page, part)
  return visitor
}

async function goToPart(page: Page, part: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Administration' }).getByRole('link', { name: part, exact: true }).click()
}

/** The link that somebody is sent. */
async function invite(page: Page, email: string): Promise<string> {
  await page.getByLabel('E-mail (optional)').fill(email)
  await page.getByRole('button', { name: 'Make a link' }).click()
  return (await page.getByText(/#invitation=/).textContent()) ?? ''
}

/** A page of somebody who has come by a link. */
async function join(link: string, { name, email }: typeof ben) {
  const visitor = await visit(link)
  const { page } = visitor
  await heading(page, 'Make an account').waitFor()
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Make an account' }).click()
  await you(page).waitFor()
  return visitor
}

async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

async function save(page: Page): Promise<void> {
  await page.getByRole('form', { name: 'Rules' }).getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved. It holds from now on.').first().waitFor()
}

it('AD2 AD3 AD5: invites somebody, limits them, keeps them out, lets them in and removes them, and the log tells it', async () => {
  const { page } = await administer('Invitations')
  await page.getByText('Nobody has been invited yet').waitFor()
  const link = await invite(page, ben.email)
  await page.getByRole('list', { name: 'Invitations' }).getByText(ben.email).waitFor()

  const theirs = await join(link, ben)
  theirs.watch.tolerate(/status of 40[13]|: 40[13]$/)
  await seeResult(await ask(theirs.page, 'A crane of his own'))

  await goToPart(page, 'People')
  await personOf(page, ben.name).getByText('1 picture').waitFor()
  expect(await personOf(page, ada.name).getByText('You', { exact: true }).count()).toBe(1)
  expect(await page.content()).not.toContain('crane')

  await choose(page, ben.name, 'Limits')
  const limits = page.getByRole('dialog', { name: `Limits of ${ben.name}` })
  await limits.getByLabel('Pictures a day', { exact: true }).fill('1')
  await limits.getByRole('button', { name: 'Save' }).click()
  await limits.waitFor({ state: 'hidden' })
  await theirs.page.getByRole('textbox', { name: 'Prompt' }).fill('One too many')
  await theirs.page.keyboard.press('Enter')
  await theirs.page.getByText('You may ask for 1 image a day.').first().waitFor()

  await choose(page, ben.name, 'Keep out')
  await personOf(page, ben.name).getByText('Kept out', { exact: true }).waitFor()
  await heading(theirs.page, 'Sign in').waitFor()
  await fillSignIn(theirs.page, ben)
  await theirs.page.getByRole('alert').waitFor()

  await choose(page, ben.name, 'Let in again')
  await personOf(page, ben.name).getByText('Kept out', { exact: true }).waitFor({ state: 'hidden' })
  await fillSignIn(theirs.page, ben)
  await you(theirs.page).waitFor()

  await choose(page, ben.name, 'Remove…')
  const removal = page.getByRole('dialog', { name: `Remove ${ben.name}?` })
  const remove = removal.getByRole('button', { name: 'Remove' })
  await removal.getByText('Erase them').click()
  expect(await remove.isDisabled()).toBe(true)
  await removal.getByLabel(/^Type/).fill(ben.name)
  await remove.click()
  await heading(theirs.page, 'Sign in').waitFor()
  await personOf(page, ben.name).waitFor({ state: 'detached' })

  await goToPart(page, 'Security log')
  const log = page.getByRole('list', { name: 'Security events' })
  const told = ['Invitation made', 'Account made', 'Limits changed', 'Kept out', 'Let in again', 'Removed']
  for (const words of told) await log.getByText(words, { exact: true }).first().waitFor()
  await page.getByRole('combobox', { name: 'Kind of event' }).click()
  await page.getByRole('option', { name: 'Limits changed' }).click()
  await eventually(() => log.getByRole('listitem').count()).toBe(1)
  await log.getByText('limits: pictures a day 1').waitFor()
})

it('AD7: changes who may come in, from that moment on', async () => {
  const { page } = await administer('Rules')
  const stranger = await visit(`${easel.address}/sign-up`)
  await heading(stranger.page, 'By invitation').waitFor()

  const policy = page.getByRole('combobox', { name: 'Who may make an account' })
  await policy.click()
  await page.getByRole('option', { name: 'Everybody' }).click()
  await save(page)
  await stranger.page.reload()
  await heading(stranger.page, 'Make an account').waitFor()

  await policy.click()
  await page.getByRole('option', { name: 'Nobody' }).click()
  await save(page)
  await stranger.page.goto(`${easel.address}/sign-in`)
  await heading(stranger.page, 'Sign in').waitFor()
  expect(await stranger.page.getByRole('link', { name: 'Make an account' }).count()).toBe(0)
  await page.reload()
  await eventually(() => policy.inputValue()).toBe('Nobody')
  await goToPart(page, 'Invitations')
  await page.getByText('Nobody may make an account now').waitFor()

  await goToPart(page, 'Rules')
  await policy.click()
  await page.getByRole('option', { name: 'Whoever has an invitation' }).click()
  await page.getByRole('switch', { name: 'Visitors may work as guests' }).check({ force: true })
  await save(page)
  await stranger.page.reload()
  await stranger.page.getByRole('button', { name: 'Continue as guest' }).waitFor()
})

it('CN19 CN20: offers an engine to everybody, who can neither change nor test it', async () => {
  const { page } = await administer('Invitations')
  const link = await invite(page, 'cleo@example.org')
  await goTo(page, 'Engines')
  await page.getByRole('button', { name: 'Add engine' }).click()
  await page
    .getByRole('dialog')
    .getByRole('button', { name: /^Easel sketcher/ })
    .first()
    .click()
  const form = page.getByRole('form', { name: 'Engine' })
  await form.getByLabel('Name').fill('House sketcher')
  await form.getByRole('switch', { name: /Offer to everybody/ }).check({ force: true })
  await form.getByRole('button', { name: 'Add engine' }).click()
  const mine = page.getByRole('region', { name: 'House sketcher' })
  await mine.getByText('Offered to everybody').waitFor()
  expect(await mine.getByRole('button', { name: 'Test' }).count()).toBe(1)

  const theirs = await join(link, { name: 'Cleo', email: 'cleo@example.org' })
  await goTo(theirs.page, 'Engines')
  const shared = theirs.page.getByRole('region', { name: 'House sketcher' })
  await shared.getByText('Shared by an administrator').waitFor()
  expect(await shared.getByRole('button').allTextContents()).toEqual(['Make default'])
  await shared.getByRole('button').click()
  await shared.getByText('Default', { exact: true }).waitFor()
  await theirs.page.goto(`${easel.address}/admin`)
  await heading(theirs.page, 'This is for administrators').waitFor()
  await you(theirs.page).click()
  expect(await theirs.page.getByRole('menuitem', { name: 'Administration' }).count()).toBe(0)

  await page.getByRole('button', { name: 'Actions for House sketcher' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await form.getByRole('switch', { name: /Offer to everybody/ }).uncheck({ force: true })
  await form.getByRole('button', { name: 'Save' }).click()
  await mine.getByText('Offered to everybody').waitFor({ state: 'hidden' })
  await theirs.page.goto(`${easel.address}/engines`)
  await theirs.page.getByText('Shared by an administrator').first().waitFor()
  expect(await shared.count()).toBe(0)
})

it('says without accounts that there is nobody to look after', async () => {
  const { page } = await visit(`${local.address}/admin/people`)
  await heading(page, 'You have this Easel to yourself').waitFor()
})

const looks: readonly (readonly [part: string, look: (page: Page) => Promise<void>])[] = [
  ['Overview', async (page) => await page.getByRole('heading', { name: 'Queue' }).waitFor()],
  ['People', async (page) => await personOf(page, ada.name).waitFor()],
  ['Invitations', async (page) => void (await invite(page, 'dora@example.org'))],
  ['Rules', async (page) => await page.getByRole('heading', { name: 'Accounts' }).waitFor()],
  [
    'Security log',
    async (page) => await page.getByRole('list', { name: 'Security events' }).getByText('Easel set up').waitFor(),
  ],
  [
    'People',
    async (page) => {
      await choose(page, ada.name, 'Limits')
      await page.getByRole('dialog').getByLabel('Pictures a day', { exact: true }).waitFor()
    },
  ],
]

it('has nothing that axe objects to, in light and dark, on any of its parts', async () => {
  const { page } = await administer('Overview')
  for (const [part, look] of looks) {
    await goToPart(page, part)
    await look(page)
    await seeNoObjectionInBothThemes(page, part)
  }
})
