// An album published at an address of its owner's choosing, from the switch of the administrator to the feed. Rules SH30 … in docs/spec/sharing.md.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { seeNoObjection, seeNoObjectionInBothThemes } from './axe.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, eventually, seePicture, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const ada = { name: 'Ada Lovelace', email: 'ada@example.org', password: 'seven swans at the weir' }
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const refused = /status of 40[14]|: 40[14]$/

let easel: ServedEasel

beforeAll(async () => {
  easel = await serveEasel({ EASEL_AUTH: 'accounts', EASEL_BREACHED_PASSWORDS: 'off' })
  const headers = { 'content-type': 'application/json' }
  const sent = { method: 'POST', headers, body: JSON.stringify(ada) }
  expect((await fetch(`${easel.address}/api/auth/setup`, sent)).ok).toBe(true)
})
afterAll(async () => await easel.stop())

async function setGallery(page: Page, on: boolean): Promise<void> {
  await page.goto(`${easel.address}/admin/rules`)
  const rule = page.getByRole('switch', { name: 'Users may publish albums at addresses of their choosing' })
  await rule.setChecked(on, { force: true })
  await seeNoObjection(page)
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByText('Saved. It holds from now on.').waitFor()
}

/** An album of one picture, open on the page. */
async function openAlbum(page: Page): Promise<void> {
  await page.goto(easel.address)
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
}

it('SH30, SH32, SH33: an album is published, looked at, followed by its feed, and gone with the gallery', async () => {
  const { page, watch } = await visit(`${easel.address}/sign-in`)
  watch.tolerate(refused)
  await page.getByLabel('E-mail').fill(ada.email)
  await page.getByLabel('Password', { exact: true }).fill(ada.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: /^You: / }).waitFor()
  await setGallery(page, true)
  await openAlbum(page)
  await page.getByRole('button', { name: 'Album actions' }).click()
  await page.getByRole('menuitem', { name: 'Links…' }).click()
  await page.getByRole('button', { name: 'New link' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('Birds of the weir')
  await page.getByRole('switch', { name: 'Publish in the gallery' }).check({ force: true })
  // Spaces and capitals are none of an address.
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill('Birds Of The Weir')
  await seeNoObjection(page)
  await page.getByRole('button', { name: 'Make link' }).click()
  const link = page.getByRole('textbox', { name: 'Link' })
  await eventually(() => link.inputValue()).toBe(`${easel.address}/g/birds-of-the-weir`)

  const stranger = await visit(await link.inputValue(), phone)
  const { page: shown } = stranger
  await shown.getByRole('heading', { name: 'Birds of the weir' }).waitFor()
  await seePicture(shown.getByRole('list').getByRole('link').first())
  await seeNoObjectionInBothThemes(shown)
  expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)

  const feedUrl = await shown.locator('link[type="application/rss+xml"]').getAttribute('href')
  const feed = await shown.evaluate(async (url) => {
    const answer = await fetch(url)
    const xml = new DOMParser().parseFromString(await answer.text(), 'application/xml')
    const textOf = (name: string) => xml.querySelector(name)?.textContent ?? ''
    const enclosure = xml.querySelector('item > enclosure')
    const picture = await fetch(enclosure?.getAttribute('url') ?? '')
    return {
      type: answer.headers.get('content-type'),
      fault: textOf('parsererror'),
      title: textOf('channel > title'),
      link: textOf('channel > link'),
      items: xml.querySelectorAll('item').length,
      picture: [picture.status, picture.headers.get('content-type'), enclosure?.getAttribute('type')],
    }
  }, feedUrl ?? '')
  const address = `${easel.address}/g/birds-of-the-weir`
  expect(feed).toMatchObject({ type: 'application/rss+xml; charset=utf-8', fault: '', title: 'Birds of the weir' })
  expect(feed).toMatchObject({ link: address, items: 1, picture: [200, feed.picture[2], feed.picture[1]] })
  expect(await shown.content()).not.toContain('heron')

  await setGallery(page, false)
  stranger.watch.tolerate(refused)
  await shown.reload()
  await shown.getByRole('heading', { name: 'Nothing here' }).waitFor()
  await page.goto(`${easel.address}/shares`)
  await page.getByRole('list', { name: 'Shared links' }).getByText('Gallery is off').waitFor()
})
