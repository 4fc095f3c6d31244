import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, eventually, goTo, promptBox, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

const key = 'sk-very-secret-0123456789abcdef-WXYZ'

let openai: FakeOpenAi
let easel: ServedEasel

beforeAll(async () => {
  openai = await startFakeOpenAi({ revisedPrompt: 'A lantern, seen from afar' })
  easel = await serveEasel()
})
afterAll(async () => {
  await easel.stop()
  await openai.close()
})

/** Collects every answer that the page gets, but for the event stream, which has no end. */
function recordAnswers(page: Page) {
  const bodies: Promise<string>[] = []
  page.on('response', (response) => {
    if (response.headers()['content-type']?.startsWith('text/event-stream') === true) return
    // A body that is gone because the page moved on was not read by the page either.
    bodies.push(
      response.text().then(
        (text) => `${response.url()}\n${text}`,
        () => '',
      ),
    )
  })
  return async (): Promise<readonly string[]> => await Promise.all(bodies)
}

it('adds an engine with a key, tests it, makes it the default and draws with it; the key is never seen again', async () => {
  const { page, watch } = await visit(easel.address)
  const answers = recordAnswers(page)
  await goTo(page, 'Engines')
  const engines = page.getByRole('list', { name: 'Engines' })
  await engines.getByText('Draws by rules, not AI').waitFor()

  await page.getByRole('button', { name: 'Add engine' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /^OpenAI\b(?!.compatible)/ }).click()
  await dialog.getByLabel('Name').fill('My OpenAI')
  await dialog.getByLabel(/^Key\b/).fill(key)
  await dialog.getByLabel('Address').fill(openai.apiUrl)
  await dialog.getByRole('button', { name: 'Add engine' }).click()
  await dialog.waitFor({ state: 'hidden' })

  const card = page.getByRole('region', { name: 'My OpenAI' })
  await card.waitFor()
  await card.getByRole('button', { name: 'Test' }).click()
  await card.getByRole('status').waitFor()
  expect(await card.getByRole('status').innerText()).toMatch(/\d .*models/)
  expect(await card.innerText()).toContain('…WXYZ')
  await card.getByRole('button', { name: 'Actions for My OpenAI' }).click()
  await page.getByRole('menuitem', { name: 'Make default' }).click()
  await card.getByText('Default', { exact: true }).waitFor()

  await goTo(page, 'Studio')
  await page.getByRole('button', { name: /^Engine: gpt-image/i }).waitFor()
  const picture = await ask(page, 'A lantern')
  await seeResult(picture)
  await picture.getByText('The engine rewrote the prompt').click()
  await picture.getByText('A lantern, seen from afar').waitFor()
  expect(openai.requests.at(-1)?.headers.authorization).toBe(`Bearer ${key}`)

  // The engine repeats the key in its refusal, as the real one does.
  openai.behave({ failure: 'unauthorized' })
  await goTo(page, 'Engines')
  await card.getByRole('button', { name: 'Test' }).click()
  await eventually(() => card.getByRole('status').innerText()).toMatch(/Incorrect API key/)
  await goTo(page, 'Studio')
  watch.tolerate(/api\/generations.*502|status of 502/)
  await promptBox(page).fill('A lantern that stays dark')
  await promptBox(page).press('Enter')
  const form = page.getByRole('form', { name: 'New picture' })
  await form.getByRole('alert').waitFor()
  expect(await form.getByRole('alert').innerText()).toMatch(/Incorrect API key/)
  expect(await promptBox(page).inputValue()).toBe('A lantern that stays dark')

  for (const text of [...(await answers()), await page.content()]) expect(text).not.toContain(key)
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain(key)
})

it('says at the field what is wrong with it, and leaves nothing half-made', async () => {
  const { page, watch } = await visit(`${easel.address}/engines`)
  watch.tolerate(/api\/connections.*40\d|status of 40\d/)
  await page.getByRole('button', { name: 'Add engine' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /^OpenAI\b(?!.compatible)/ }).click()
  const before = await page.getByRole('list', { name: 'Engines' }).getByRole('region').count()
  await dialog.getByLabel('Name').fill('Broken')
  await dialog.getByLabel(/^Key\b/).fill('schlüssel mit leerzeichen')
  await dialog.getByRole('button', { name: 'Add engine' }).click()
  await dialog.getByText(/printable ASCII/).waitFor()
  expect(await dialog.getByLabel('Name').inputValue()).toBe('Broken')
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  expect(await page.getByRole('list', { name: 'Engines' }).getByRole('region').count()).toBe(before)
})
