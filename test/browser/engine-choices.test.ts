// What a person decides about engines: a fallback, prices, default models; and what is said of a model that was switched off.
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Page } from 'playwright-core'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, goTo, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let first: FakeOpenAi
let second: FakeOpenAi
let easel: ServedEasel

beforeAll(async () => {
  first = await startFakeOpenAi({ models: ['gpt-image-2', 'dall-e-3'] })
  second = await startFakeOpenAi({ models: ['gpt-image-1.5'] })
  easel = await serveEasel()
})
afterAll(async () => {
  await easel.stop()
  await first.close()
  await second.close()
})

async function addEngine(page: Page, name: string, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Add engine' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: /^OpenAI\b(?!.compatible)/ }).click()
  await dialog.getByLabel('Name').fill(name)
  await dialog.getByLabel(/^Key\b/).fill('sk-of-the-browser-0123456789')
  await dialog.getByLabel('Address').fill(address)
  await dialog.getByRole('button', { name: 'Add engine' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await page.getByRole('region', { name, exact: true }).waitFor()
}

it('a fallback, a price list and default models are set on the page, and hold', async () => {
  const { page } = await visit(easel.address)
  await goTo(page, 'Engines')
  await addEngine(page, 'Second', second.apiUrl)
  await addEngine(page, 'First', first.apiUrl)

  const card = page.getByRole('region', { name: 'First', exact: true })
  await card.getByText('Models', { exact: true }).click()
  const models = card.getByRole('list', { name: 'Models of First' })
  await models.getByText('dall-e-3 was retired on 12 May 2026. Take gpt-image-2 instead.').waitFor()
  expect(await models.innerText()).toMatch(/any size to 3840 px · 16 source pictures · mask/)

  await card.getByRole('button', { name: 'Actions for First' }).click()
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('combobox', { name: 'Fallback' }).click()
  await page.getByRole('option', { name: 'Second' }).click()
  await dialog.getByRole('button', { name: 'Add a price' }).click()
  const price = dialog.getByRole('group', { name: 'Price 1' })
  await price.getByLabel('Model').fill('gpt-image-2')
  await price.getByLabel('Dollars').fill('0.035')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.waitFor({ state: 'hidden' })
  await card.getByText('Fallback: Second').waitFor()
  await models.getByText('$0.035').waitFor()

  await page.getByRole('combobox', { name: 'Everything' }).click()
  await page.getByRole('group', { name: 'First' }).getByRole('option', { name: 'gpt-image-2', exact: true }).click()
  await card.getByText('Default', { exact: true }).waitFor()

  await goTo(page, 'Studio')
  await page.getByText('About $0.035').waitFor()
  first.behave({ failure: 'insufficient-quota', models: ['gpt-image-2', 'dall-e-3'] })
  const made = await ask(page, 'A lantern that the second one draws')
  await seeResult(made)
  await made.getByText('Second instead of First').waitFor()
  await made.getByText(/The model gpt-image-2 became gpt-image-1\.5/).waitFor()
  await made.getByText('Second · gpt-image-1.5').waitFor()
  expect([first.calls(), second.calls()]).toEqual([1, 1])
})

it('whoever picks a model that was switched off is told which to take instead', async () => {
  const { page } = await visit(easel.address)
  await page.getByRole('button', { name: /^Engine: / }).click()
  const option = page.getByRole('option', { name: /dall-e-3/ })
  await option.waitFor()
  expect(await option.innerText()).toContain('Take gpt-image-2 instead')
  await option.click()
  await page.getByRole('button', { name: 'Engine: dall-e-3' }).waitFor()
  const form = page.getByRole('form', { name: 'New picture' })
  await form.getByText('dall-e-3 was retired on 12 May 2026. Take gpt-image-2 instead.').waitFor()
})
