import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { countWithoutThumbnail } from '../faults/easel-client.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { cardOf, confirmButton, eventually, picturesIn, promptBox, seePicture, seeResult, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let ollama: FakeOllama
let easel: ServedEasel

beforeAll(async () => {
  ollama = await startFakeOllama({ stepDelayMs: 30 })
  easel = await serveEasel({ OLLAMA_HOST: ollama.baseUrl })
})
afterAll(async () => {
  await easel.stop()
  await ollama.close()
})

/** Stops of Tab that a screen may have before what one is after. */
const mostStops = 60

const hasFocus = (element: Locator): Promise<boolean> => element.evaluate((one) => one === document.activeElement)

/** What has the focus and does not show it: a ring, or in a field of text the caret. */
async function hiddenFocus(page: Page): Promise<string | null> {
  return await page.evaluate(() => {
    const { activeElement } = document
    if (activeElement === null || activeElement === document.body) return null
    const { outlineStyle, outlineWidth } = getComputedStyle(activeElement)
    const ring = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
    const box = activeElement.getBoundingClientRect()
    const inSight = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight
    if (inSight && (ring || activeElement.matches('textarea, input[type="text"]'))) return null
    return activeElement.outerHTML.slice(0, 200)
  })
}

/** Presses Tab until the element has the focus; the focus can be seen wherever it goes. */
async function tabTo(page: Page, element: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await element.waitFor()
  for (let stops = 0; stops < mostStops; stops++) {
    if (await hasFocus(element)) return
    await page.keyboard.press(key)
    await eventually(() => hiddenFocus(page)).toBe(null)
  }
  throw new Error(`Tab does not reach ${await element.evaluate((one) => one.outerHTML.slice(0, 300))}`)
}

it('does the whole job without a mouse', async () => {
  const { page } = await visit(easel.address)
  await eventually(() => hasFocus(promptBox(page))).toBe(true)
  const prompt = 'A stairway of keys'
  await page.keyboard.type(prompt)
  await page.keyboard.press('Enter')
  const card = cardOf(page, prompt)
  await seeResult(card)
  // The page asks for a picture again when it hears of the thumbnail; in the trash there is none by that address.
  await eventually(() => countWithoutThumbnail(easel.address)).toBe(0)

  await tabTo(page, picturesIn(card))
  await page.keyboard.press('Enter')
  await seePicture(viewer(page).getByRole('img').first())
  await eventually(() => page.evaluate(() => document.activeElement?.closest('[aria-label="Picture"]') !== null)).toBe(
    true,
  )
  await page.keyboard.press('Escape')
  await viewer(page).waitFor({ state: 'hidden' })
  await eventually(() => hasFocus(picturesIn(card))).toBe(true)

  await page.keyboard.press('Enter')
  await viewer(page).waitFor()
  await page.keyboard.press('Delete')
  await eventually(() => hasFocus(confirmButton(page))).toBe(true)
  expect(await hiddenFocus(page)).toBe(null)
  await page.keyboard.press('Enter')
  await viewer(page).waitFor({ state: 'hidden' })

  await tabTo(page, page.getByRole('button', { name: 'Undo' }))
  await page.keyboard.press('Enter')
  await seeResult(card)

  await tabTo(page, page.getByRole('link', { name: 'Library', exact: true }))
  await page.keyboard.press('Enter')
  const tile = page.getByRole('grid', { name: 'Library' }).getByRole('link')
  await seePicture(tile)
  await tabTo(page, tile)
  await page.keyboard.press('Enter')
  await viewer(page).waitFor()
  await page.keyboard.press('Escape')
  await viewer(page).waitFor({ state: 'hidden' })
  await eventually(() => hasFocus(tile)).toBe(true)
})

it('goes everywhere by its shortcuts, which are letters again in the prompt', async () => {
  const { page } = await visit(easel.address)
  await eventually(() => hasFocus(promptBox(page))).toBe(true)
  await page.keyboard.type('gl/?')
  expect(await promptBox(page).inputValue()).toBe('gl/?')
  await page.keyboard.press('Escape')
  await page.keyboard.press('g')
  await page.keyboard.press('l')
  await page.getByRole('heading', { name: 'Library' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('e')
  await page.getByRole('heading', { name: 'Engines' }).waitFor()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'hidden' })
  await page.keyboard.press('/')
  await eventually(() => hasFocus(promptBox(page))).toBe(true)
})

it('reaches everything on every screen by Tab, never trapped, and always shows where it is', async () => {
  const { page } = await visit(easel.address)
  for (const path of ['/', '/library', '/engines']) {
    await page.goto(easel.address + path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.blur() : null))
    await tabTo(page, page.getByRole('button', { name: 'Settings', exact: true }))
    const last = page
      .locator('main')
      .getByRole('button', { disabled: false })
      .or(page.locator('main').getByRole('link'))
      .last()
    await tabTo(page, last)
    await tabTo(page, page.getByRole('link', { name: 'Studio', exact: true }), 'Shift+Tab')
  }
})
