// A text model at work: the prompt of the Studio refined, a picture of the library described.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { eventually, goTo, picturesIn, promptBox, seeResult, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()
const refined = 'A lantern, at golden hour, in fine detail'

let openai: FakeOpenAi
let easel: ServedEasel

beforeAll(async () => {
  openai = await startFakeOpenAi()
  easel = await serveEasel({ OPENAI_API_KEY: 'sk-0123456789abcdef', OPENAI_BASE_URL: openai.apiUrl })
})
afterAll(async () => {
  await easel.stop()
  await openai.close()
})

it('WR18: refines a prompt, takes that back, and describes a picture for those who cannot see it', async () => {
  const { page, watch } = await visit(easel.address)
  const refine = page.getByRole('button', { name: 'Refine', exact: true })
  await promptBox(page).fill('A lantern')
  await page.getByRole('button', { name: /^Engine: gpt-image/i }).waitFor()
  expect(await refine.count()).toBe(0)

  await goTo(page, 'Engines')
  const form = page.getByRole('form', { name: 'Text model' })
  await form.getByRole('combobox', { name: 'Engine' }).click()
  await page.getByRole('option', { name: 'OpenAI' }).click()
  await eventually(() => form.getByLabel('Model').getAttribute('placeholder')).toBe('gpt-5')
  await form.getByRole('button', { name: 'Save' }).click()
  await eventually(() => form.getByLabel('Model').inputValue()).toBe('gpt-5')

  await goTo(page, 'Studio')
  await refine.click()
  await eventually(() => promptBox(page).inputValue()).toBe(refined)
  await page.getByText('Refined from “A lantern”').waitFor()
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  expect(await promptBox(page).inputValue()).toBe('A lantern')
  await refine.click()
  await eventually(() => promptBox(page).inputValue()).toBe(refined)
  await promptBox(page).press('Enter')
  const card = page.getByRole('article', { name: 'A lantern', exact: true }).first()
  await seeResult(card)
  await card.getByText('The prompt was refined').click()
  await card.getByText(refined).waitFor()
  expect(
    JSON.stringify(
      openai.requests
        .filter(({ path }) => path === '/v1/images/generations')
        .at(-1)
        ?.json(),
    ),
  ).toContain('golden hour')

  await picturesIn(card).first().click()
  const dialog = viewer(page)
  await dialog.getByRole('button', { name: 'Describe', exact: true }).click()
  await dialog.getByText('Stripes in two colours, from left to right.').waitFor()
  await dialog.getByRole('img', { name: 'Stripes in two colours, from left to right.' }).waitFor()
  await dialog.getByRole('button', { name: 'Describe again' }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await goTo(page, 'Library')
  await page.getByRole('link', { name: /Stripes in two colours/ }).waitFor()

  // A model that refuses says so, and the words stay.
  openai.behave({ failure: 'refused' })
  watch.tolerate(/api\/prompts\/refine.*422|status of 422/)
  await goTo(page, 'Studio')
  await promptBox(page).fill('A lantern that stays dark')
  await refine.click()
  await page.getByRole('alert').getByText('I cannot help with that.').waitFor()
  expect(await promptBox(page).inputValue()).toBe('A lantern that stays dark')
})
