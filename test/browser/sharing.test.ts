import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { routes, type Image, type Share } from '@easel/contract'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { probe } from '../../packages/server/src/media/probe.ts'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { seeNoObjection, seeNoObjectionInBothThemes } from './axe.ts'
import { makePictures } from './many-pictures.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { eventually, seePicture, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const many = 12
const owner: BrowserContextOptions = { permissions: ['clipboard-read', 'clipboard-write'] }
const withoutScript: BrowserContextOptions = { javaScriptEnabled: false }
const phone: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
/** What the console says of a page that answers so is what the page is for. */
const refused = (status: number) => new RegExp(`status of ${status}|: ${status}$`)

let openai: FakeOpenAi
let easel: ServedEasel

async function send(method: string, path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(easel.address + path, { method, headers, body: JSON.stringify(body) })
  expect(answer.ok, `${method} ${path}`).toBe(true)
  return answer.status === 204 ? null : await answer.json()
}

async function listImages(): Promise<readonly Image[]> {
  const answer = await fetch(`${easel.address}/api/images?limit=50`)
  return routes.listImages.response.parse(await answer.json()).data
}

async function share(body: unknown): Promise<Share> {
  return routes.createShare.response.parse(await send('POST', '/api/shares', body)).data
}

const addressOf = ({ url }: Share) => new URL(url, easel.address).href

beforeAll(async () => {
  openai = await startFakeOpenAi()
  easel = await serveEasel({ OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: openai.apiUrl })
  await makePictures(easel.address, openai, many)
})
afterAll(async () => {
  await easel.stop()
  await openai.close()
})

const firstTile = (page: Page): Locator => page.getByRole('grid').getByRole('link').first()
const large = (page: Page): Locator => page.getByRole('dialog', { name: 'Pictures' })
const missing = (page: Page): Locator => page.getByRole('heading', { name: 'Nothing here' })

it('SH4: one click makes a link that shows the picture without a script, and Undo ends it', async () => {
  const { page } = await visit(`${easel.address}/library`, owner)
  await firstTile(page).click()
  await viewer(page).getByRole('button', { name: 'Share', exact: true }).click()
  const toast = page.getByRole('alert').filter({ hasText: 'Link copied' })
  await toast.getByText('Anyone who has it can look.').waitFor()
  const address = await page.evaluate(() => navigator.clipboard.readText())
  expect(address).toMatch(/^http:.*\/s\/[\w-]{22,}$/)
  await seeNoObjection(page)

  const stranger = await visit(address, withoutScript)
  const picture = stranger.page.getByRole('main').getByRole('img')
  await seePicture(picture)
  expect(await stranger.page.content()).not.toContain('Picture 1 of many')
  const saving = stranger.page.waitForEvent('download')
  await stranger.page.getByRole('link', { name: 'Save picture' }).click()
  expect((await saving).suggestedFilename()).toMatch(/^picture.*\.png$/)

  await toast.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('The link leads nowhere now').waitFor()
  stranger.watch.tolerate(refused(404))
  await stranger.page.reload()
  await missing(stranger.page).waitFor()
})

it('SH21: an album is looked through by keys, and stands in both themes', async () => {
  const album = routes.createAlbum.response.parse(await send('POST', '/api/albums', { name: 'Coast' })).data
  const imageIds = (await listImages()).slice(0, many).map(({ id }) => id)
  await send('POST', `/api/albums/${album.id}/images`, { imageIds })
  const { page } = await visit(`${easel.address}/library?album=${album.id}`, owner)
  await page.getByRole('button', { name: 'Album actions' }).click()
  await page.getByRole('menuitem', { name: 'Share', exact: true }).click()
  await page.getByText('Anyone who has it can look.').waitFor()
  const address = await page.evaluate(() => navigator.clipboard.readText())

  const { page: shown } = await visit(address)
  await shown.getByRole('heading', { name: `${many} pictures` }).waitFor()
  const tiles = shown.getByRole('list').getByRole('link')
  await eventually(() => tiles.count()).toBe(many)
  await seePicture(tiles.first())
  await seeNoObjectionInBothThemes(shown)
  await tiles.first().focus()
  await shown.keyboard.press('Enter')
  await large(shown).getByText(`1 of ${many}`).waitFor()
  await shown.keyboard.press('ArrowRight')
  await large(shown).getByText(`2 of ${many}`).waitFor()
  await seeNoObjection(shown)
  await shown.keyboard.press('Escape')
  await large(shown).waitFor({ state: 'detached' })
  await eventually(() => shown.evaluate(() => document.activeElement?.getAttribute('data-open'))).toBe('1')
  expect(shown.url()).toBe(address)
})

/** Draws a finger over the middle of the page. */
async function swipeLeft(page: Page): Promise<void> {
  const session = await page.context().newCDPSession(page)
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y: 420 }] })
  await touch('touchStart', 330)
  for (let x = 310; x > 60; x -= 25) await touch('touchMove', x)
  await touch('touchEnd')
  await session.detach()
}

it('SH21: a selection is looked through by touch, and the way back closes the picture', async () => {
  const imageIds = (await listImages()).slice(0, 4).map(({ id }) => id)
  const link = await share({ target: { kind: 'images', imageIds }, title: 'For Ann', prompt: true })
  const { page } = await visit(addressOf(link), phone)
  await page.getByRole('heading', { name: 'For Ann' }).waitFor()
  const tile = page.getByRole('list').getByRole('link').first()
  await seePicture(tile)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await tile.tap()
  await large(page).getByText('1 of 4').waitFor()
  await swipeLeft(page)
  await large(page).getByText('2 of 4').waitFor()
  // Browsers take no tap right after a swipe.
  const story = large(page).getByRole('button', { name: 'How it was made' })
  await eventually(async () => {
    if ((await story.getAttribute('aria-expanded')) === 'false') await story.tap()
    return await story.getAttribute('aria-expanded')
  }).toBe('true')
  await large(page).getByRole('region', { name: 'How it was made' }).getByText('of many').waitFor()
  await seeNoObjection(page)
  await page.goBack()
  await large(page).waitFor({ state: 'detached' })
  await page.getByRole('heading', { name: 'For Ann' }).waitFor()
})

it('SH11: a link made with a password asks for it, also without a script', async () => {
  const { page } = await visit(`${easel.address}/library`, owner)
  await firstTile(page).click()
  await viewer(page).getByRole('button', { name: 'Links' }).click()
  await page.getByRole('button', { name: 'New link' }).click()
  await page.getByRole('form', { name: 'New link' }).getByLabel('Title').fill('Behind a door')
  await page.getByRole('switch', { name: 'Ask for a password' }).click()
  await page.getByRole('textbox', { name: 'Password' }).fill('quiet lake')
  await seeNoObjection(page)
  await page.getByRole('button', { name: 'Make link' }).click()
  await page.getByText('The link is copied: anyone who has it and knows the password can look.').waitFor()
  const address = await page.getByRole('textbox', { name: 'Link' }).inputValue()

  for (const options of [{}, withoutScript]) {
    const { page: door, watch } = await visit(address, options)
    watch.tolerate(refused(401))
    const password = door.getByLabel('Password', { exact: true })
    await password.fill('loud lake')
    await door.getByRole('button', { name: 'Show' }).click()
    await door.getByText('That is not the password.').waitFor()
    if (options !== withoutScript) await seeNoObjectionInBothThemes(door)
    await password.fill('quiet lake')
    await password.press('Enter')
    await door.getByRole('heading', { name: 'Behind a door' }).waitFor()
    await seePicture(door.getByRole('main').getByRole('img'))
    expect(new URL(door.url()).search).toBe('')
  }
})

it('SH4: all links stand in a list, where they are found, changed and revoked', async () => {
  const [image] = await listImages()
  const link = await share({ target: { kind: 'image', imageId: image?.id }, title: 'To be changed' })
  const { page } = await visit(`${easel.address}/shares`, owner)
  await page.getByRole('searchbox', { name: 'Find links' }).fill('be changed')
  const row = page.getByRole('list', { name: 'Shared links' }).getByRole('listitem')
  await eventually(() => row.count()).toBe(1)
  await seeNoObjectionInBothThemes(page)
  await page.getByRole('button', { name: 'Change link: To be changed' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('It be changed')
  await page.getByLabel('Visits at most').fill('3')
  await page.getByRole('button', { name: 'Save' }).click()
  await row.getByText('0 of 3 visits').waitFor()

  const stranger = await visit(addressOf(link))
  await stranger.page.getByRole('heading', { name: 'It be changed' }).waitFor()
  await page.getByRole('button', { name: 'Revoke link: It be changed' }).click()
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.getByText('The link leads nowhere now').waitFor()
  await page.getByText('Revoked', { exact: true }).first().click()
  await row.getByText(/revoked /).waitFor()
  stranger.watch.tolerate(refused(404))
  await stranger.page.reload()
  await missing(stranger.page).waitFor()
  await seeNoObjectionInBothThemes(stranger.page)
})

it('SH2: what is selected is shared as it was chosen, and what is far down comes as one scrolls', async () => {
  await makePictures(easel.address, openai, 100)
  const { page } = await visit(`${easel.address}/library`, owner)
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  const toolbar = page.getByRole('toolbar', { name: 'Selection' })
  // The server counts them first.
  const words = await toolbar.getByText(/^\d+ pictures$/).innerText()
  await toolbar.getByRole('button', { name: 'Share', exact: true }).click()
  await page.getByText('Anyone who has it can look.').waitFor()
  const address = await page.evaluate(() => navigator.clipboard.readText())

  const { page: shown } = await visit(address)
  await shown.getByRole('heading', { name: words }).waitFor()
  const tiles = shown.getByRole('list').getByRole('link')
  await eventually(() => tiles.count()).toBe(100)
  await tiles.last().scrollIntoViewIfNeeded()
  await eventually(() => tiles.count()).toBe(parseInt(words, 10))
  await shown.getByRole('link', { name: 'Show more' }).waitFor({ state: 'detached' })
  await seePicture(tiles.last())
  await tiles.last().click()
  await large(shown)
    .getByText(`${parseInt(words, 10)} of ${parseInt(words, 10)}`)
    .waitFor()
})

/** What a program that makes previews reads from a page. */
const metaOf = (text: string, name: string) => new RegExp(`"${name}" content="([^"]*)"`).exec(text)?.[1] ?? ''

/** As curl asks; where there is none the same is asked by hand. */
async function curl(
  address: string,
): Promise<{ readonly status: number; readonly type: string; readonly body: Buffer }> {
  const head = '%{stderr}%{http_code} %{content_type}'
  const options = { encoding: 'buffer', maxBuffer: 1e8 } as const
  try {
    const { stdout, stderr } = await promisify(execFile)('curl', ['-s', '-w', head, address], options)
    const [, status, type = ''] = /^(\d+) (.*)$/.exec(stderr.toString()) ?? []
    return { status: Number(status), type, body: stdout }
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error
    const answer = await fetch(address, { headers: { 'user-agent': 'curl/8.5.0', accept: '*/*' } })
    const type = answer.headers.get('content-type') ?? ''
    return { status: answer.status, type, body: Buffer.from(await answer.arrayBuffer()) }
  }
}

it('SH12, SH22: who makes a preview, who looks on a phone and who uses curl each get what they should', async () => {
  const [image] = await listImages()
  const link = await share({ target: { kind: 'image', imageId: image?.id }, title: 'For everybody' })
  const address = addressOf(link)
  const viewsOf = async () => {
    const answer = await fetch(`${easel.address}/api/shares/${link.id}`)
    return routes.getShare.response.parse(await answer.json()).data.views
  }
  // It runs no script, takes whole addresses alone, and wants a JPEG of the size that it was told.
  const asPreviewer = { 'user-agent': 'facebookexternalhit/1.1', accept: '*/*' }
  const read = await fetch(address, { headers: asPreviewer })
  const page = await read.text()
  expect([read.status, metaOf(page, 'og:title'), metaOf(page, 'og:url')]).toEqual([200, 'For everybody', address])
  expect(metaOf(page, 'twitter:card')).toBe('summary_large_image')
  const card = await fetch(metaOf(page, 'og:image'), { headers: asPreviewer })
  expect([card.status, card.headers.get('content-type')]).toEqual([200, metaOf(page, 'og:image:type')])
  const { width, height } = probe(Buffer.from(await card.arrayBuffer()))
  expect([width, height].map(String)).toEqual([metaOf(page, 'og:image:width'), metaOf(page, 'og:image:height')])
  expect([page.includes('of many'), await viewsOf()]).toEqual([false, 0])

  const { page: shown } = await visit(address, phone)
  await seePicture(shown.getByRole('main').getByRole('img'))
  expect(await shown.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await viewsOf()).toBe(1)

  const whole = await curl(address)
  expect([whole.status, whole.type, whole.body.includes('<img')]).toEqual([200, 'text/html; charset=utf-8', true])
  const file = await curl(new URL(link.fileUrl ?? '', easel.address).href)
  expect([file.status, file.type]).toEqual([200, image?.mimeType])
  expect(probe(file.body)).toMatchObject({ width: image?.width, height: image?.height })
  expect(await viewsOf()).toBe(2)
})
