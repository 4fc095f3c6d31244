import { readFile } from 'node:fs/promises'
import { routes, type Image } from '@easel/contract'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { probe } from '../../packages/server/src/media/probe.ts'
import { readMetadata } from '../../packages/server/src/media/read-metadata.ts'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { unpack } from '../../packages/server/src/transfer/zip/testing.ts'
import { seeNoObjection } from './axe.ts'
import { makePictures } from './many-pictures.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { eventually, seePicture, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let openai: FakeOpenAi
let easel: ServedEasel
/** The newest first. */
let pictures: readonly Image[]

const send = (method: string, path: string, body: unknown) =>
  fetch(easel.address + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

async function listImages(query: string): Promise<readonly Image[]> {
  const answer = await fetch(`${easel.address}/api/images?${query}`)
  return routes.listImages.response.parse(await answer.json()).data
}

beforeAll(async () => {
  openai = await startFakeOpenAi()
  easel = await serveEasel({ OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: openai.apiUrl })
  await makePictures(easel.address, openai, 12)
})
afterAll(async () => {
  await easel.stop()
  await openai.close()
})
// Every test finds the twelve as they were made.
beforeEach(async () => {
  pictures = await listImages('limit=50')
})

const picture = (index: number): Image => {
  const found = pictures[index]
  if (found === undefined) throw new Error(`There is no picture ${index}`)
  return found
}

const grid = (page: Page): Locator => page.getByRole('grid')
const tiles = (page: Page): Locator => grid(page).getByRole('link')
const searchBox = (page: Page): Locator => page.getByRole('searchbox', { name: 'Search' })
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

it('finds by words and filters, says how many, and keeps the search in the address', async () => {
  await send('PATCH', `/api/images/${picture(0).id}`, { notes: 'A swan at the weir' })
  await send('PATCH', `/api/images/${picture(1).id}`, { notes: 'Two swans asleep', favourite: true })
  const { page } = await visit(`${easel.address}/library`)
  await seePicture(tiles(page).first())
  await page.keyboard.press('/')
  await page.keyboard.type('swan')
  await page.getByText('2 pictures', { exact: true }).waitFor()
  await eventually(() => tiles(page).count()).toBe(2)
  expect(new URL(page.url()).search).toBe('?q=swan')

  await searchBox(page).fill('swan is:favourite')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove filter: Favourites' }).waitFor()
  expect(await searchBox(page).inputValue()).toBe('swan')
  await page.getByText('1 picture', { exact: true }).waitFor()
  await page.reload()
  await eventually(() => tiles(page).getAttribute('href')).toContain(picture(1).id)
  await seeNoObjection(page)

  await page.getByRole('button', { name: 'Remove filter: Favourites' }).click()
  await page.getByText('Best match', { exact: true }).click()
  await eventually(() => new URL(page.url()).search).toBe('?q=swan&sort=rank')
  await eventually(() => tiles(page).count()).toBe(2)
  // The viewer goes through what was found, and leads back to it.
  await tiles(page).first().click()
  await viewer(page).waitFor()
  await page.keyboard.press('Escape')
  await eventually(() => new URL(page.url()).search).toBe('?q=swan&sort=rank')
  await page.getByRole('button', { name: 'Clear search' }).click()
  await eventually(() => tiles(page).count()).toBe(12)
})

it('LB21: names what of a search cannot be understood, under the box', async () => {
  const { page } = await visit(`${easel.address}/library`, phone)
  await searchBox(page).fill('seed:x')
  await page.getByText('seed:x must be a whole number').waitFor()
  await seeNoObjection(page)
  await searchBox(page).fill('no such thing')
  await page.getByText('Nothing found').waitFor()
  await page.getByRole('button', { name: 'Clear search' }).tap()
  await page.getByRole('button', { name: 'Filter' }).tap()
  await page.getByRole('menuitem', { name: /^Uploaded/ }).tap()
  await page.getByText('Nothing found').waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
})

async function getImage(id: string): Promise<Image> {
  const answer = await fetch(`${easel.address}/api/images/${id}`)
  return routes.getImage.response.parse(await answer.json()).data
}

it('keeps heart, stars, words, tags and albums of a picture, by keys and by hand', async () => {
  const { id } = picture(3)
  await send('POST', `/api/images/${picture(4).id}/tags`, { tags: [{ tagType: 'LABEL', tagId: 'waterfall' }] })
  const { page } = await visit(`${easel.address}/library`)
  await grid(page).locator(`a[href^="/library/${id}"]`).click()
  await viewer(page).waitFor()
  await page.keyboard.press('f')
  await page.keyboard.press('4')
  await eventually(async () => {
    const { favourite, rating } = await getImage(id)
    return { favourite, rating }
  }).toEqual({ favourite: true, rating: 4 })
  const details = viewer(page).getByRole('complementary', { name: 'Details' })
  // The answer to the heart knows nothing of the stars yet.
  await eventually(() => details.getByRole('button', { name: '4 stars' }).getAttribute('aria-pressed')).toBe('true')
  await page.keyboard.press('0')
  await eventually(async () => (await getImage(id)).rating).toBe(0)

  await details.getByLabel('Title').fill('By the river f5')
  await page.keyboard.press('Enter')
  await details.getByLabel('Notes').fill('For the wall')
  // Offered from what another picture has.
  await details.getByRole('combobox', { name: 'Add a tag' }).fill('water')
  await page.getByRole('option', { name: 'waterfall' }).click()
  await details.getByRole('link', { name: 'waterfall' }).waitFor()
  await details.getByRole('combobox', { name: 'Add a tag' }).fill('character: 42')
  await page.keyboard.press('Enter')
  await details.getByRole('link', { name: 'character: 42' }).waitFor()
  await eventually(async () => {
    const { title, notes, tags, favourite } = await getImage(id)
    return { title, notes, tags: tags.map(({ tagType, tagId }) => `${tagType} ${tagId}`).toSorted(), favourite }
  }).toEqual({
    title: 'By the river f5',
    notes: 'For the wall',
    tags: ['CHARACTER 42', 'LABEL waterfall'],
    favourite: true,
  })
  await details.getByRole('button', { name: 'Remove tag: waterfall' }).click()
  await details.getByRole('link', { name: 'waterfall' }).waitFor({ state: 'detached' })

  await details.getByRole('button', { name: 'Add to album' }).click()
  await page.getByRole('menuitem', { name: 'New album…' }).click()
  await page.getByRole('dialog', { name: 'New album' }).getByRole('textbox', { name: 'Name' }).fill('Rivers')
  await page.keyboard.press('Enter')
  await details.getByRole('list', { name: 'Albums' }).getByText('Rivers').waitFor()
  await page.getByRole('dialog', { name: 'New album' }).waitFor({ state: 'hidden' })
  await seeNoObjection(page)
  expect((await listImages('q=in:Rivers')).map((image) => image.id)).toEqual([id])

  await details.getByRole('link', { name: 'character: 42' }).click()
  await eventually(() => tiles(page).count()).toBe(1)
  expect(await tiles(page).getAttribute('aria-label')).toMatch(/, favourite$/)
})

const bar = (page: Page): Locator => page.getByRole('toolbar', { name: 'Selection' })
const tagged = async (tag: string): Promise<number> => (await listImages(`tagId=${tag}`)).length

it('LB31: selects by mark, range and search, acts on all of it, and takes it back', async () => {
  const { page } = await visit(`${easel.address}/library`)
  await seePicture(tiles(page).first())
  await tiles(page).nth(1).hover()
  await page
    .getByRole('checkbox', { name: /^Select: / })
    .nth(1)
    .check()
  await tiles(page)
    .nth(4)
    .click({ modifiers: ['Shift'] })
  await bar(page).getByText('4 pictures', { exact: true }).waitFor()
  // By the keyboard: one more.
  await tiles(page).nth(4).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Space')
  await bar(page).getByText('5 pictures', { exact: true }).waitFor()
  await seeNoObjection(page)

  await bar(page).getByRole('button', { name: 'Tags' }).click()
  const dialog = page.getByRole('dialog', { name: 'Tags of 5 pictures' })
  await dialog.getByRole('combobox', { name: 'Tag' }).fill('chosen')
  await page.keyboard.press('Enter')
  await dialog.getByRole('list', { name: 'Chosen tags' }).getByText('chosen').waitFor()
  await seeNoObjection(page)
  await dialog.getByRole('button', { name: 'Add tags' }).click()
  await page.getByText('5 pictures tagged', { exact: true }).waitFor()
  expect(await tagged('chosen')).toBe(5)
  await page.keyboard.press('Escape')
  await bar(page).waitFor({ state: 'hidden' })

  await page.goto(`${easel.address}/library?q=tag:chosen`)
  await eventually(() => tiles(page).count()).toBe(5)
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await bar(page).getByRole('button', { name: 'All found' }).click()
  await bar(page).getByText('5 pictures', { exact: true }).waitFor()
  await bar(page).getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('5 pictures moved to the trash', { exact: true }).waitFor()
  await page.getByText('Nothing found').waitFor()
  expect(await tagged('chosen')).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await eventually(() => tiles(page).count()).toBe(5)
  expect(await tagged('chosen')).toBe(5)
})

it('selects by finger, and puts what is selected into an album', async () => {
  const { page } = await visit(`${easel.address}/library`, phone)
  await seePicture(tiles(page).first())
  await page.getByRole('button', { name: 'Select', exact: true }).tap()
  await tiles(page).nth(0).tap()
  await tiles(page).nth(2).tap()
  await bar(page).getByText('2 pictures', { exact: true }).waitFor()
  await seeNoObjection(page)
  await bar(page).getByRole('button', { name: 'Add to album' }).tap()
  await page.getByRole('menuitem', { name: 'New album…' }).tap()
  await page.getByRole('dialog', { name: 'New album' }).getByRole('textbox', { name: 'Name' }).fill('By finger')
  await page.getByRole('button', { name: 'Make it' }).tap()
  await page.getByText('2 pictures added to the album', { exact: true }).waitFor()
  expect((await listImages('q=in:%22By%20finger%22')).map(({ id }) => id).toSorted()).toEqual(
    [picture(0).id, picture(2).id].toSorted(),
  )
})

const order = (page: Page): Promise<(string | undefined)[]> =>
  tiles(page).evaluateAll((links) =>
    links.map((link) => link.getAttribute('href')?.replace(/^.*\/library\/([^?]*).*$/, '$1')),
  )

it('LB14: keeps albums with covers, in the order that people give them, and searches beside them', async () => {
  const [first, second, third] = [picture(0).id, picture(1).id, picture(2).id]
  const { page } = await visit(`${easel.address}/library`)
  await page.getByRole('link', { name: 'Albums', exact: true }).click()
  await page.getByRole('button', { name: 'New album' }).click()
  await page.getByRole('dialog', { name: 'New album' }).getByRole('textbox', { name: 'Name' }).fill('In order')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'In order' }).waitFor()
  await page.getByText('Nothing in this album yet').waitFor()
  const album = new URL(page.url()).searchParams.get('album') ?? ''
  await send('POST', `/api/albums/${album}/images`, { imageIds: [first, second, third] })
  await eventually(() => order(page)).toEqual([first, second, third])
  await seeNoObjection(page)

  await tiles(page)
    .nth(2)
    .dragTo(tiles(page).nth(0), { targetPosition: { x: 10, y: 50 } })
  await eventually(() => order(page)).toEqual([third, first, second])
  await tiles(page).nth(0).focus()
  await page.keyboard.press('Alt+ArrowRight')
  await eventually(() => order(page)).toEqual([first, third, second])
  const stored = async () => (await listImages(`album=${album}&sort=album`)).map(({ id }) => id)
  await eventually(stored).toEqual([first, third, second])
  await page.reload()
  await eventually(() => order(page)).toEqual([first, third, second])

  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await tiles(page).nth(1).click()
  await bar(page).getByRole('button', { name: 'Make it the cover' }).click()
  await page.getByText('This is the cover now').waitFor()
  await tiles(page).nth(1).click()
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await tiles(page).nth(0).click()
  await bar(page).getByRole('button', { name: 'Take out of this album' }).click()
  await eventually(() => order(page)).toEqual([third, second])

  await page.getByRole('button', { name: 'Album actions' }).click()
  await page.getByRole('menuitem', { name: 'Rename' }).click()
  await page.getByRole('dialog', { name: 'Rename album' }).getByRole('textbox', { name: 'Name' }).fill('Reordered')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Reordered' }).waitFor()

  await page.goto(`${easel.address}/library?q=picture`)
  await page.getByRole('button', { name: 'Save search' }).click()
  await page.getByRole('dialog', { name: 'Save search' }).getByRole('textbox', { name: 'Name' }).fill('All of them')
  await page.keyboard.press('Enter')
  await page.getByText('Saved with your albums').waitFor()
  await page.getByRole('link', { name: 'Albums', exact: true }).click()
  const cover = page.getByRole('list', { name: 'Albums' }).getByRole('link', { name: /Reordered/ })
  await seePicture(cover)
  expect(await cover.locator('img').getAttribute('src')).toContain(third)
  await page.getByRole('link', { name: 'All of them' }).waitFor()
  await seeNoObjection(page)
  await page.getByRole('button', { name: 'Delete search: All of them' }).click()
  await page.getByRole('link', { name: 'All of them' }).waitFor({ state: 'detached' })

  await cover.click()
  await page.getByRole('button', { name: 'Album actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete album' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete album' }).click()
  await page.getByRole('heading', { name: 'Albums', exact: true }).waitFor()
  await cover.waitFor({ state: 'detached' })
  expect((await listImages('limit=50')).length).toBe(12)
})

it('LB6, LB32: empties the trash for good, and clears the library only for who types it', async () => {
  const { page, watch } = await visit(`${easel.address}/library?trash=true`)
  // A picture may be asked for at the very moment at which it is erased.
  watch.tolerate(/thumbnail\?trash=true(: 404|\))/)
  await page.getByText('Pictures stay here for 30 days and are erased then.').waitFor()
  await page.getByRole('button', { name: 'Clear the library…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Clear the library?' })
  const clear = dialog.getByRole('button', { name: 'Clear the library' })
  await dialog.getByRole('textbox').fill('delete')
  expect(await clear.isDisabled()).toBe(true)
  await seeNoObjection(page)
  await dialog.getByRole('textbox').fill('delete everything')
  await clear.click()
  await page.getByText('12 pictures moved to the trash', { exact: true }).waitFor()
  await eventually(() => tiles(page).count()).toBe(12)
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await tiles(page).nth(0).click()
  await tiles(page)
    .nth(3)
    .click({ modifiers: ['Shift'] })
  await bar(page).getByRole('button', { name: 'Restore' }).click()
  await page.getByText('4 pictures restored', { exact: true }).waitFor()
  await eventually(() => tiles(page).count()).toBe(8)

  await tiles(page).nth(0).focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Delete')
  const question = page.getByRole('dialog', { name: 'Delete 1 picture for good?' })
  await question.getByRole('button', { name: 'Delete for good' }).click()
  await page.getByText('1 picture deleted for good', { exact: true }).first().waitFor()
  await eventually(() => tiles(page).count()).toBe(7)
  await seeNoObjection(page)

  await page.getByRole('button', { name: 'Empty trash' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete for good' }).click()
  await page.getByText('7 pictures deleted for good', { exact: true }).first().waitFor()
  await page.getByText('The trash is empty').waitFor()
  expect(await listImages('limit=50')).toHaveLength(4)
})

it('TR60, TR65: downloads what is selected as one zip, and a picture in another format, by the browser itself', async () => {
  const { page } = await visit(`${easel.address}/library`, phone)
  await seePicture(tiles(page).first())
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Download' }).click()
  const dialog = page.getByRole('dialog', { name: `Download ${pictures.length} pictures` })
  await dialog.getByLabel('Add a JSON file').check()
  await seeNoObjection(page)
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download' }).click(),
  ])
  const names = (await unpack(await readFile(await zip.path()))).map(({ entry }) => entry.fileName)
  expect(names.length).toBe(2 * pictures.length)
  expect(names).toContain(`${picture(0).generationPrompt}.png.json`)
  expect(zip.suggestedFilename()).toMatch(/^easel-pictures-[-0-9]{10}\.zip$/)
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'End selecting' }).click()

  await tiles(page).first().click()
  await viewer(page).getByRole('button', { name: 'Download' }).click()
  await page.getByRole('menuitem', { name: 'Another format or size…' }).click()
  const form = page.getByRole('dialog', { name: 'Download this picture' })
  await form.getByText('WebP', { exact: true }).click()
  await form.getByLabel('Longest side in pixels').fill('32')
  await form.getByLabel('Keep the prompt').uncheck()
  const [made] = await Promise.all([
    page.waitForEvent('download'),
    form.getByRole('button', { name: 'Download' }).click(),
  ])
  const bytes = await readFile(await made.path())
  expect(probe(bytes)).toMatchObject({ mimeType: 'image/webp' })
  expect(Math.max(probe(bytes).width, probe(bytes).height)).toBeLessThanOrEqual(32)
  expect(readMetadata(bytes).parameters).toBeNull()
  await form.waitFor({ state: 'hidden' })
  await viewer(page).waitFor()
})
