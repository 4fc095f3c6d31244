import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { progressSeen } from './progress-watch.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import {
  ask,
  cardOf,
  confirmButton,
  eventually,
  goTo,
  picturesIn,
  promptBox,
  seePicture,
  seeResult,
  viewer,
} from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

/** Deletes the picture of a card from the large view, and takes it back. */
async function deleteAndUndo(page: Page, prompt: string): Promise<void> {
  const card = cardOf(page, prompt)
  await picturesIn(card).click()
  await seePicture(viewer(page).getByRole('img').first())
  await viewer(page).getByRole('button', { name: 'Delete' }).click()
  await confirmButton(page).click()
  await viewer(page).waitFor({ state: 'hidden' })
  await eventually(() => picturesIn(card).count()).toBe(0)
  await page.getByRole('button', { name: 'Undo' }).click()
  await seeResult(card)
}

async function seeInLibrary(page: Page, pictures: number): Promise<void> {
  await goTo(page, 'Library')
  const tiles = page.getByRole('grid', { name: 'Library' }).getByRole('link')
  await eventually(() => tiles.count()).toBe(pictures)
  await seePicture(tiles.first())
}

describe('a fresh install, without any engine', () => {
  let easel: ServedEasel
  beforeAll(async () => {
    easel = await serveEasel()
  })
  afterAll(async () => {
    await easel.stop()
  })

  it('makes a picture of what is typed, by two actions, and keeps it', async () => {
    const { page } = await visit(easel.address)
    const prompt = 'A lighthouse on a cliff at dusk'
    // The first action: the box has the focus already. The second: Enter.
    await eventually(() => promptBox(page).evaluate((box) => box === document.activeElement)).toBe(true)
    await page.keyboard.type(prompt)
    await page.keyboard.press('Enter')
    const card = cardOf(page, prompt)
    await seeResult(card)

    const { values, words, previews } = await progressSeen(page)
    expect(values.length).toBeGreaterThan(2)
    expect(values).toEqual(values.toSorted((a, b) => a - b))
    expect(words.filter((word) => /^Step \d+ of \d+$/.test(word)).length).toBeGreaterThan(1)
    expect(previews).toBeGreaterThan(0)
    expect(await card.innerText()).toContain('not AI')

    await page.reload()
    await seeResult(card)
    await deleteAndUndo(page, prompt)
    await seeInLibrary(page, 1)
  })
})

describe('with an engine that shows previews', () => {
  let openai: FakeOpenAi
  let easel: ServedEasel
  beforeAll(async () => {
    openai = await startFakeOpenAi({ delayMs: 400 })
    easel = await serveEasel({ OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: openai.apiUrl })
  })
  afterAll(async () => {
    await easel.stop()
    await openai.close()
  })

  it('shows each preview, and then the picture, which stays', async () => {
    const { page } = await visit(easel.address)
    const prompt = 'A harbour in the rain'
    const card = await ask(page, prompt)
    await card.getByRole('progressbar').waitFor()
    await seeResult(card)
    expect((await progressSeen(page)).previews).toBe(2)
    expect(await card.getByRole('img', { name: prompt }).count()).toBe(1)
    expect(await card.getByRole('progressbar').count()).toBe(0)
    expect(openai.calls()).toBe(1)

    await page.reload()
    await seeResult(card)
    await deleteAndUndo(page, prompt)
    await seeInLibrary(page, 1)
    expect(openai.calls()).toBe(1)
  })
})
