import type { Page } from 'playwright-core'
import { afterAll, beforeAll, it } from 'vitest'
import { connectionOf, submit, untilEnded } from '../faults/easel-client.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { seeNoObjectionInBothThemes } from './axe.ts'
import { makePictures } from './many-pictures.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { cardOf, goTo, questionBeforeTrash, seePicture, seeResult, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let ollama: FakeOllama
let openai: FakeOpenAi
let easel: ServedEasel
let empty: ServedEasel

beforeAll(async () => {
  ollama = await startFakeOllama()
  openai = await startFakeOpenAi()
  easel = await serveEasel({
    OLLAMA_HOST: ollama.baseUrl,
    OPENAI_API_KEY: 'sk-test-0123456789',
    OPENAI_BASE_URL: openai.apiUrl,
  })
  empty = await serveEasel()
  const { address } = easel
  await makePictures(address, openai, 12)
  openai.behave({ failure: 'server-error' })
  const failing = await connectionOf(address, 'openai')
  const failed = await submit(address, { request: { prompt: 'One that fails', connectionId: failing } })
  await untilEnded(address, failed.id)
  const drawing = await connectionOf(address, 'ollama')
  ollama.behave({ steps: 1000, stepDelayMs: 500 })
  await submit(address, { request: { prompt: 'One that runs', connectionId: drawing } })
  await submit(address, { request: { prompt: 'One that waits', connectionId: drawing } })
})
afterAll(async () => {
  await easel.kill()
  await Promise.all([easel.stop(), empty.stop()])
  await ollama.close()
  await openai.close()
})

type Looks = readonly (readonly [screen: string, look: (page: Page) => Promise<void>])[]

/** One after the other on one page, each from where the one before it ended. */
const withPictures: Looks = [
  [
    'Studio with pictures, one that runs and one that failed',
    async (page) => {
      await cardOf(page, 'One that runs')
        .getByText(/^Step|^Working/)
        .waitFor()
      await cardOf(page, 'One that fails').getByRole('alert').waitFor()
      await seeResult(cardOf(page, 'Picture 1 of many'))
    },
  ],
  [
    'Studio with all its settings',
    async (page) => {
      await page.getByRole('button', { name: 'More', exact: true }).click()
      await page.getByRole('slider', { name: 'Steps' }).waitFor()
    },
  ],
  [
    'the list of models',
    async (page) => {
      await page.getByRole('button', { name: /^Engine: / }).click()
      await page.getByRole('option').first().waitFor()
    },
  ],
  [
    'Library',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('option').first().waitFor({ state: 'hidden' })
      await goTo(page, 'Library')
      await seePicture(page.getByRole('grid').getByRole('link').first())
    },
  ],
  [
    'viewer',
    async (page) => {
      await page.getByRole('grid').getByRole('link').first().click()
      await seePicture(viewer(page).getByRole('img').first())
    },
  ],
  [
    'question before a picture goes',
    async (page) => {
      await page.keyboard.press('Escape')
      await viewer(page).waitFor({ state: 'hidden' })
      await page.getByRole('grid').getByRole('link').first().focus()
      await page.keyboard.press('Delete')
      await questionBeforeTrash(page).waitFor()
    },
  ],
  [
    'Engines',
    async (page) => {
      await page.keyboard.press('Escape')
      await questionBeforeTrash(page).waitFor({ state: 'hidden' })
      await goTo(page, 'Engines')
      await page.getByRole('region', { name: 'OpenAI' }).waitFor()
    },
  ],
  [
    'Settings',
    async (page) => {
      await page.getByRole('button', { name: 'Settings', exact: true }).click()
      await page.getByRole('dialog', { name: 'Settings' }).waitFor()
    },
  ],
  [
    'the form of an engine',
    async (page) => {
      await page.keyboard.press('Escape')
      await page.getByRole('dialog', { name: 'Settings' }).waitFor({ state: 'hidden' })
      await page.getByRole('button', { name: 'Add engine' }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^OpenAI\b/ })
        .first()
        .click()
      await page.getByRole('dialog').getByLabel('Name').waitFor()
    },
  ],
]

const withoutPictures: Looks = [
  ['Studio without pictures', async (page) => await page.getByText('What would you like to see?').waitFor()],
  [
    'Library without pictures',
    async (page) => {
      await goTo(page, 'Library')
      await page.getByText('No pictures yet').waitFor()
    },
  ],
]

const everyScreen: readonly (readonly [string, () => string, Looks])[] = [
  ['with pictures', () => easel.address, withPictures],
  ['without pictures', () => empty.address, withoutPictures],
]

it.each(everyScreen)('has nothing that axe objects to, in light and dark: %s', async (_name, address, looks) => {
  const { page } = await visit(address(), { reducedMotion: 'reduce' })
  for (const [screen, look] of looks) {
    await look(page)
    await seeNoObjectionInBothThemes(page, screen)
  }
})
