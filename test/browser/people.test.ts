// Albums that people of one server see together. Rules in docs/spec/people.md.
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seeNoObjection, seeNoObjectionInBothThemes } from './axe.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, goTo, seePicture, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const password = 'seven swans at the weir'
const ada = { name: 'Ada Lovelace', email: 'ada@example.org', password }
const ben = { name: 'Ben Ng', email: 'ben@example.org', password }
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const refused = /status of 40[14]|: 40[14]$/

let easel: ServedEasel

beforeAll(async () => {
  easel = await serveEasel({ EASEL_AUTH: 'accounts', EASEL_SIGNUP: 'open', EASEL_BREACHED_PASSWORDS: 'off' })
  for (const [way, body] of [
    ['setup', ada],
    ['sign-up', ben],
  ] as const) {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${easel.address}/api/auth/${way}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    })
    expect(answer.ok, way).toBe(true)
  }
})
afterAll(async () => await easel.stop())

async function arrive(who: typeof ada, options?: BrowserContextOptions): Promise<Page> {
  const { page, watch } = await visit(`${easel.address}/sign-in`, options)
  watch.tolerate(refused)
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Password', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: /^You: / }).waitFor()
  return page
}

const tiles = (page: Page) => page.getByRole('grid').getByRole('button', { name: /^Open: / })

it('SP1, SP5, SP14: an album is shared, looked at, copied, and taken away under the eyes of who sees it', async () => {
  const page = await arrive(ada)
  await seeResult(await ask(page, 'A heron at the weir'))
  const albumId = await page.evaluate(async () => {
    const headers = { 'content-type': 'application/json' }
    const send = async (path: string, body: unknown) =>
      await (await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })).json()
    const { data } = await send('/api/albums', { name: 'Birds' })
    const images = (await (await fetch('/api/images')).json()).data
    await send(`/api/albums/${data.id}/images`, { imageIds: [images[0].id] })
    return String(data.id)
  })
  await page.goto(`${easel.address}/library?album=${albumId}`)
  await page.getByRole('button', { name: 'Album actions' }).click()
  await page.getByRole('menuitem', { name: 'People…' }).click()
  await page.getByLabel('E-mail address or name').fill('BEN@example.org')
  await page.keyboard.press('Enter')
  await page.getByRole('list', { name: 'Found' }).getByRole('button', { name: 'Add' }).click()
  await page.getByRole('list', { name: 'People' }).getByText('Ben Ng').waitFor()
  await seeNoObjection(page)

  const bens = await arrive(ben, phone)
  await bens.goto(`${easel.address}/library/albums`)
  await bens.getByRole('link', { name: 'Shared with me' }).click()
  await bens.getByRole('link', { name: /Birds/ }).click()
  await bens.getByRole('heading', { level: 1, name: 'Birds' }).waitFor()
  await seePicture(tiles(bens).first().getByRole('img'))
  await seeNoObjectionInBothThemes(bens)
  expect(await bens.content()).not.toContain('heron')
  await tiles(bens).first().click()
  const large = bens.getByRole('dialog', { name: 'Picture' })
  await large.getByRole('button', { name: 'Copy to my library' }).click()
  await bens.getByText('1 picture is in your library now').waitFor()
  await large.getByRole('button', { name: 'Details' }).click()
  await large.getByText('How it was made is not told.').waitFor()
  await large.getByRole('button', { name: 'Close' }).click()

  await page.getByRole('button', { name: 'Remove Ben Ng' }).click()
  await bens.getByRole('heading', { name: 'No such album for you' }).waitFor()
  await goTo(bens, 'Library')
  await bens.getByRole('grid').getByRole('link').first().waitFor()
})
