import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { routes } from '@easel/contract'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { makePictures } from './many-pictures.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { confirmButton, eventually, goTo, seePicture, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

/** More than one page of the list that the Library loads by. */
const pictures = 110

let openai: FakeOpenAi
let easel: ServedEasel

beforeAll(async () => {
  openai = await startFakeOpenAi()
  easel = await serveEasel({ OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: openai.apiUrl })
  await makePictures(easel.address, openai, pictures)
})
afterAll(async () => {
  await easel.stop()
  await openai.close()
})

const grid = (page: Page): Locator => page.getByRole('grid', { name: 'Library' })
const tiles = (page: Page): Locator => grid(page).getByRole('link')

const shownInViewer = async (page: Page): Promise<string> => page.url().replace(/^.*\/library\/([^?]*).*$/, '$1')

async function listImages(query: string) {
  const answer = await fetch(`${easel.address}/api/images?${query}`)
  return routes.listImages.response.parse(await answer.json()).data
}

it('shows every picture: what lies further down comes while one scrolls', async () => {
  const { page } = await visit(easel.address)
  const asked: string[] = []
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/images') asked.push(request.url())
  })
  await goTo(page, 'Library')
  await seePicture(tiles(page).first())
  const seen = new Set<string>()
  const look = async (): Promise<number> => {
    for (const address of await tiles(page).evaluateAll((links) => links.map((link) => link.getAttribute('href')))) {
      if (address !== null) seen.add(address)
    }
    await page.mouse.wheel(0, 500)
    return seen.size
  }
  await page.mouse.move(700, 450)
  await eventually(look).toBe(pictures)
  expect(asked).toHaveLength(2)
  // Only what is near the window is in the page.
  expect(await tiles(page).count()).toBeLessThan(pictures)
  await seePicture(tiles(page).last())
})

it('goes through the pictures by arrows and closes by Esc, back at the same place', async () => {
  const { page } = await visit(`${easel.address}/library`)
  const [first, second] = await listImages('limit=2')
  await tiles(page).first().click()
  await viewer(page).waitFor()
  expect(await shownInViewer(page)).toBe(first?.id)
  await page.keyboard.press('ArrowRight')
  await eventually(() => shownInViewer(page)).toBe(second?.id)
  await seePicture(viewer(page).getByRole('img', { name: second?.generationPrompt ?? '' }))
  await page.keyboard.press('ArrowLeft')
  await eventually(() => shownInViewer(page)).toBe(first?.id)
  await page.keyboard.press('ArrowLeft')
  expect(await shownInViewer(page)).toBe(first?.id)
  await page.keyboard.press('Escape')
  await viewer(page).waitFor({ state: 'hidden' })
  expect(new URL(page.url()).pathname).toBe('/library')
  await eventually(() =>
    tiles(page)
      .first()
      .evaluate((tile) => tile === document.activeElement),
  ).toBe(true)
})

it('opens a picture by its address, and Back leaves it', async () => {
  const [image] = await listImages('limit=1')
  const { page } = await visit(`${easel.address}/library`)
  await tiles(page).first().click()
  await viewer(page).waitFor()
  await page.reload()
  await seePicture(viewer(page).getByRole('img', { name: image?.generationPrompt ?? '' }))
  await page.goBack()
  await viewer(page).waitFor({ state: 'hidden' })
  await seePicture(tiles(page).first())
})

it('TR65: downloads the stored bytes, unchanged, by the keyboard alone, under a name that says what it shows', async () => {
  const [image] = await listImages('limit=1')
  const { page } = await visit(`${easel.address}/library`)
  await tiles(page).first().click()
  await viewer(page).getByRole('button', { name: 'Download' }).focus()
  await page.keyboard.press('Enter')
  const original = page.getByRole('menuitem', { name: 'Original' })
  await eventually(() => original.evaluate((item) => item === document.activeElement)).toBe(true)
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')])
  const bytes = await readFile(await download.path())
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(image?.sha256)
  expect(download.suggestedFilename()).toBe(`${image?.generationPrompt}.png`)
})

it('keeps what is deleted in the trash, and brings it back to its place', async () => {
  const [, image] = await listImages('limit=2')
  const { page } = await visit(`${easel.address}/library`)
  const tile = grid(page).locator(`a[href="/library/${image?.id}"]`)
  await seePicture(tile)
  await tile.focus()
  await page.keyboard.press('Delete')
  await confirmButton(page).click()
  await tile.waitFor({ state: 'detached' })
  // The tile goes before the server has answered.
  await eventually(async () => (await listImages('limit=200&trash=true')).map(({ id }) => id)).toEqual([image?.id])

  await page.getByRole('link', { name: 'Trash', exact: true }).click()
  const trashed = page.getByRole('grid', { name: 'Trash' })
  await seePicture(trashed.getByRole('link'))
  await trashed.getByRole('link').click()
  await seePicture(viewer(page).getByRole('img', { name: image?.generationPrompt ?? '' }))
  await page.keyboard.press('Escape')
  await viewer(page).waitFor({ state: 'hidden' })
  await trashed.getByRole('button', { name: 'Restore' }).click()
  await page.getByText('The trash is empty').waitFor()
  await goTo(page, 'Library')
  await seePicture(tile)
  await eventually(async () => (await listImages('limit=2')).map(({ id }) => id)).toContain(image?.id)
  expect(await tiles(page).nth(1).getAttribute('href')).toBe(`/library/${image?.id}`)
})
