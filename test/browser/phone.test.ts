import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import type { BrowserContextOptions, Locator, Page } from 'playwright-core'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import {
  ask,
  cardOf,
  confirmButton,
  eventually,
  picturesIn,
  promptBox,
  seePicture,
  seeResult,
  viewer,
} from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
}
/** In CSS pixels: what a finger hits. */
const fingertip = 44

const quick = { steps: 2 }

let ollama: FakeOllama
let easel: ServedEasel

beforeAll(async () => {
  ollama = await startFakeOllama(quick)
  easel = await serveEasel({ OLLAMA_HOST: ollama.baseUrl })
})
afterAll(async () => {
  await easel.stop()
  await ollama.close()
})

/** Taps it, if a finger can. */
async function tap(target: Locator): Promise<void> {
  const shorterSide = async (): Promise<number> => {
    const box = await target.boundingBox()
    return Math.min(box?.width ?? 0, box?.height ?? 0)
  }
  await eventually(shorterSide).toBeGreaterThanOrEqual(fingertip)
  await target.tap()
}

const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)

it('does the whole job by touch, without scrolling sideways', async () => {
  const { page } = await visit(easel.address, phone)
  expect(await overflow(page)).toBe(0)
  const prompt = 'A ferry that fits into a pocket, under a sky of many small clouds'
  await promptBox(page).tap()
  await page.keyboard.insertText(prompt)
  await tap(page.getByRole('button', { name: 'Generate', exact: true }))
  const card = cardOf(page, prompt)
  await seeResult(card)
  expect(await overflow(page)).toBe(0)

  await tap(picturesIn(card))
  await seePicture(viewer(page).getByRole('img').first())
  expect(await overflow(page)).toBe(0)
  const picture = await viewer(page).getByRole('img').first().boundingBox()
  expect(picture?.width).toBeGreaterThan(350)
  await tap(viewer(page).getByRole('button', { name: 'Details' }))
  await viewer(page).getByRole('complementary', { name: 'Details' }).waitFor()
  await tap(viewer(page).getByRole('button', { name: 'Details' }))
  await tap(viewer(page).getByRole('button', { name: 'Delete' }))
  await tap(confirmButton(page))
  await viewer(page).waitFor({ state: 'hidden' })
  await tap(page.getByRole('button', { name: 'Undo' }))
  await seeResult(card)

  await tap(page.getByRole('link', { name: 'Library', exact: true }))
  const tile = page.getByRole('grid', { name: 'Library' }).getByRole('link')
  await seePicture(tile)
  expect(await overflow(page)).toBe(0)
  await tap(tile)
  await seePicture(viewer(page).getByRole('img').first())
  await tap(viewer(page).getByRole('button', { name: 'Close' }))
  await viewer(page).waitFor({ state: 'hidden' })
})

it('keeps the prompt box in reach, however far one scrolls', async () => {
  const { page } = await visit(easel.address, phone)
  for (const prompt of ['A tall ladder', 'A taller ladder']) await seeResult(await ask(page, prompt))
  const room = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)
  expect(room).toBeGreaterThan(200)
  for (const top of [0, room / 2, room]) {
    await page.evaluate((to) => scrollTo(0, to), top)
    const box = await promptBox(page).boundingBox()
    expect(box?.y).toBeGreaterThan(422)
    await promptBox(page).tap()
    await eventually(() => promptBox(page).evaluate((element) => element === document.activeElement)).toBe(true)
    await promptBox(page).blur()
  }
})

it('cancels by touch', async () => {
  ollama.behave({ steps: 100, stepDelayMs: 200 })
  onTestFinished(() => ollama.behave(quick))
  const { page } = await visit(easel.address, phone)
  const card = await ask(page, 'A ferry that turns back')
  await card.getByText(/^Step \d/).waitFor()
  await tap(card.getByRole('button', { name: 'Cancel' }))
  await card.getByText('Cancelled', { exact: true }).waitFor()
})

it('has targets for fingers on every screen', async () => {
  const { page } = await visit(easel.address, phone)
  for (const path of ['/', '/library', '/engines']) {
    await page.goto(easel.address + path)
    await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
    await eventually(() => page.locator('main [aria-busy="true"]').count()).toBe(0)
    expect(await overflow(page)).toBe(0)
    const small = await page
      .getByRole('button')
      .or(page.getByRole('link'))
      .evaluateAll(
        (targets, least) =>
          targets.flatMap((target) => {
            const { width, height } = target.getBoundingClientRect()
            // In a sentence a link is as high as its line.
            const hidden = width <= 1 || height <= 1 || target.closest('p') !== null || target.matches('[href="#main"]')
            return hidden || (height >= least && width >= least)
              ? []
              : [`${target.textContent || target.ariaLabel}: ${width} × ${height}`]
          }),
        fingertip,
      )
    expect(small, path).toEqual([])
  }
})

it('has its settings in a sheet that fits', async () => {
  const { page } = await visit(easel.address, phone)
  await tap(page.getByRole('button', { name: 'Picture settings' }))
  const sheet = page.getByRole('dialog')
  await sheet.getByRole('slider', { name: 'Steps' }).waitFor()
  expect(await overflow(page)).toBe(0)
  const box = await sheet.boundingBox()
  expect(box?.width).toBeLessThanOrEqual(390)
  await tap(sheet.getByRole('button', { name: 'Close' }))
  await sheet.waitFor({ state: 'hidden' })
})
