// What is kept about many pictures at once: tags themselves, saved searches, hearts and stars, and the way to a day.
import { routes, type CountedTag, type Image } from '@easel/contract'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { seeNoObjection } from './axe.ts'
import { makePictures } from './many-pictures.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { eventually, seePicture } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let openai: FakeOpenAi
let easel: ServedEasel
let pictures: readonly Image[]

async function listImages(query: string): Promise<readonly Image[]> {
  const answer = await fetch(`${easel.address}/api/images?${query}`)
  return routes.listImages.response.parse(await answer.json()).data
}

async function send(path: string, body: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(easel.address + path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.ok, path).toBe(true)
}

async function tags(): Promise<Record<string, number>> {
  const answer = await fetch(`${easel.address}/api/tags`)
  const all: readonly CountedTag[] = routes.listTags.response.parse(await answer.json()).data
  return Object.fromEntries(all.map(({ tagId, images }) => [tagId, images]))
}

beforeAll(async () => {
  openai = await startFakeOpenAi()
  easel = await serveEasel({ OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: openai.apiUrl })
  await makePictures(easel.address, openai, 4)
  pictures = await listImages('limit=50')
  for (const [at, names] of [['swan'], ['swan', 'weir'], ['wier'], ['old']].entries()) {
    await send(`/api/images/${pictures[at]?.id}/tags`, {
      tags: names.map((tagId) => ({ tagType: 'LABEL', tagId })),
    })
  }
})
afterAll(async () => {
  await easel.stop()
  await openai.close()
})

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }
const tiles = (page: Page): Locator => page.getByRole('grid').getByRole('link')
const rows = (page: Page): Locator => page.getByRole('list', { name: 'Tags' }).getByRole('listitem')
const bar = (page: Page): Locator => page.getByRole('toolbar', { name: 'Selection' })

it('LB12, LB13: shows all tags with their counts, finds, renames, merges and deletes them', async () => {
  const { page } = await visit(`${easel.address}/library`)
  await page.getByRole('link', { name: 'Tags', exact: true }).click()
  await page.getByRole('heading', { name: 'Tags' }).waitFor()
  await eventually(() => rows(page).count()).toBe(4)
  await rows(page).filter({ hasText: 'swan' }).getByText('2 pictures').waitFor()
  await seeNoObjection(page)

  await page.getByRole('searchbox', { name: 'Find a tag' }).fill('ol')
  await eventually(() => rows(page).count()).toBe(1)
  // By the keyboard alone.
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Rename' }).waitFor()
  await page.keyboard.press('Enter')
  const name = page.getByRole('dialog', { name: 'Rename tag' }).getByRole('textbox', { name: 'Name' })
  await name.fill('older')
  await seeNoObjection(page)
  await page.keyboard.press('Enter')
  await page.getByText('Renamed to older').waitFor()
  await page.getByRole('searchbox', { name: 'Find a tag' }).fill('nothing of the kind')
  await page.getByText('No such tag').waitFor()
  await page.getByRole('searchbox', { name: 'Find a tag' }).fill('')
  await eventually(tags).toEqual({ swan: 2, weir: 1, wier: 1, older: 1 })

  await page.getByRole('button', { name: 'Actions of wier' }).click()
  await page.getByRole('menuitem', { name: 'Merge into…' }).click()
  await page.getByRole('combobox', { name: 'Other tag' }).fill('we')
  await page.getByRole('option', { name: 'weir' }).click()
  const question = page.getByRole('dialog', { name: 'Merge wier into weir?' })
  await question.getByText('Its 1 picture will have the tag weir, and wier is gone.').waitFor()
  await question.getByRole('button', { name: 'Merge' }).click()
  await page.getByText('Merged into weir').waitFor()
  await eventually(tags).toEqual({ swan: 2, weir: 2, older: 1 })

  // A name that is there already is a merger, and asked about.
  await page.getByRole('button', { name: 'Actions of older' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await name.fill('swan')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Merge older into swan?' }).getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Actions of older' }).click()
  await page.getByRole('menuitem', { name: 'Delete tag' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete tag' }).click()
  await eventually(() => rows(page).count()).toBe(2)
  expect(await tags()).toEqual({ swan: 2, weir: 2 })
  await page.getByRole('link', { name: 'weir' }).click()
  await eventually(() => tiles(page).count()).toBe(2)
})

it('does the same by finger', async () => {
  const { page } = await visit(`${easel.address}/library/tags`, phone)
  await page.getByRole('button', { name: 'Actions of swan' }).tap()
  await page.getByRole('menuitem', { name: 'Rename' }).tap()
  await page.getByRole('dialog', { name: 'Rename tag' }).getByRole('textbox', { name: 'Name' }).fill('heron')
  await page.getByRole('button', { name: 'Rename' }).tap()
  await page.getByText('Renamed to heron').waitFor()
  await seeNoObjection(page)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  expect(await tags()).toEqual({ heron: 2, weir: 2 })
})

for (const [name, options] of [
  ['desktop', {}],
  ['phone', phone],
] as const) {
  it(`LB31: gives hearts and stars to all that is selected, and takes them back (${name})`, async () => {
    const { page } = await visit(`${easel.address}/library`, options)
    await seePicture(tiles(page).first())
    await page.getByRole('button', { name: 'Select', exact: true }).click()
    await bar(page).getByRole('button', { name: 'All', exact: true }).click()
    await bar(page).getByRole('button', { name: 'Favourite and stars' }).click()
    await page.getByRole('menuitem', { name: '4 stars' }).click()
    await page.getByText('4 pictures rated', { exact: true }).waitFor()
    expect((await listImages('rating=4')).length).toBe(4)
    await page.getByRole('button', { name: 'Undo' }).click()
    await eventually(async () => (await listImages('rating=1')).length).toBe(0)
    await bar(page).getByRole('button', { name: 'Favourite and stars' }).click()
    await page.getByRole('menuitem', { name: 'Favourite', exact: true }).click()
    await eventually(async () => (await listImages('favourite=true')).length).toBe(4)
    await bar(page).getByRole('button', { name: 'Favourite and stars' }).click()
    await page.getByRole('menuitem', { name: 'No favourite' }).click()
    await eventually(async () => (await listImages('favourite=true')).length).toBe(0)
    await seeNoObjection(page)
  })

  it(`goes to a day and back (${name})`, async () => {
    const { page } = await visit(`${easel.address}/library`, options)
    await seePicture(tiles(page).first())
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      page.viewportSize()?.width ?? 0,
    )
    await page.getByRole('button', { name: 'Go to date' }).click()
    const dialog = page.getByRole('dialog', { name: 'Go to date' })
    await dialog.getByRole('button', { name: /, 4 pictures$/ }).waitFor()
    await seeNoObjection(page)
    await dialog.getByLabel('Day').fill('2020-02-29')
    await page.keyboard.press('Enter')
    await page.getByText('Nothing that old').waitFor()
    expect(new URL(page.url()).search).toBe('?at=2020-02-29')
    await page.getByRole('link', { name: 'Newest' }).click()
    await eventually(() => tiles(page).count()).toBe(4)
    await page.getByRole('button', { name: 'Go to date' }).click()
    await dialog.getByRole('button', { name: /, 4 pictures$/ }).click()
    await page.getByText(/^From .* back$/).waitFor()
    await eventually(() => tiles(page).count()).toBe(4)
    await seeNoObjection(page)
  })

  it(`LB15: changes name and words of a saved search (${name})`, async () => {
    await send('/api/searches', { name: `Mine ${name}`, query: { q: 'tag:weir', favourite: false } })
    await send('/api/searches', { name: `Été ${name}`, query: { q: 'tag:heron' } })
    const { page, watch } = await visit(`${easel.address}/library/albums`, options)
    watch.tolerate(/\b409\b/)
    await page.getByRole('button', { name: `Edit search: Mine ${name}` }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit search' })
    await dialog.getByRole('textbox', { name: 'Search for' }).fill('seed:x')
    await dialog.getByText('seed:x must be a whole number').waitFor()
    expect(await dialog.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)
    await dialog.getByRole('textbox', { name: 'Search for' }).fill('tag:heron')
    await dialog.getByRole('textbox', { name: 'Name' }).fill(`ÉTÉ ${name}`)
    await page.keyboard.press('Enter')
    await dialog.getByText('Another saved search of yours has this name.').waitFor()
    await seeNoObjection(page)
    await dialog.getByRole('textbox', { name: 'Name' }).fill(`Herons ${name}`)
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'hidden' })
    await page.getByRole('link', { name: `Herons ${name}` }).click()
    await eventually(() => tiles(page).count()).toBe(2)
  })
}
