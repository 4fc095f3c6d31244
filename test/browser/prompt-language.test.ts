// Prompts that vary, from the page that keeps their parts to the picture; and pictures made again and compared.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { cardOf, eventually, goTo, picturesIn, promptBox, seePicture, seeResult, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let easel: ServedEasel
beforeAll(async () => {
  easel = await serveEasel()
})
afterAll(() => easel.stop())

it('PL9, PL30: keeps a list, a template and a style, and draws with them, by keyboard alone', async () => {
  const { page, watch } = await visit(`${easel.address}/prompts`)
  watch.tolerate(/api\/prompts\/(?:parts|preview).*400|status of 400/)
  const keep = async (kind: string, name: string, text: string) => {
    await page.getByRole('button', { name: 'New', exact: true }).press('Enter')
    const item = page.getByRole('menuitem', { name: kind, exact: true })
    await item.press('Enter')
    const form = page.getByRole('form', { name: kind })
    await form.getByLabel('Name').fill(name)
    await form.getByLabel(kind === 'List' ? 'Lines' : 'Text').fill(text)
    await form.getByRole('button', { name: 'Save' }).press('Enter')
  }
  await keep('List', 'two words', 'red\n{blue')
  await page.getByText(/^Must be letters/).waitFor()
  const form = page.getByRole('form', { name: 'List' })
  await form.getByLabel('Name').fill('colour')
  await form.getByRole('button', { name: 'Save' }).press('Enter')
  await page.getByText(/Line 2: The brace/).waitFor()
  await form.getByLabel('Lines').fill('red\nred')
  await form.getByLabel('Name').press('Enter')
  await page
    .getByRole('list', { name: 'Lists' })
    .getByText(/^2 lines/)
    .waitFor()
  await keep('Template', 'portrait', 'portrait of {who}, {mood=calm}')
  await page.getByRole('list', { name: 'Templates' }).waitFor()
  await keep('Style', 'In oil', '{prompt}, oil on canvas')
  await page.getByRole('list', { name: 'Styles' }).waitFor()
  const file = { name: 'wild animals.txt', mimeType: 'text/plain', buffer: Buffer.from('fox\nhen\nowl') }
  await page.locator('input[type="file"]').setInputFiles(file)
  await page.getByRole('button', { name: 'wild-animals', exact: true }).waitFor()

  await goTo(page, 'Studio')
  const menu = page.getByRole('button', { name: 'Styles, templates and lists' })
  await menu.press('Enter')
  await page.getByRole('menuitemcheckbox', { name: 'In oil' }).press('Enter')
  await page.getByRole('menuitem', { name: 'portrait' }).press('Enter')
  await eventually(() => promptBox(page).inputValue()).toBe('__portrait(who=)__')
  await eventually(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Prompt')
  await page.keyboard.type('a __colour__ {fox|fox}')
  const drawn = 'portrait of a red fox, calm, oil on canvas'
  await page.getByText(drawn, { exact: true }).waitFor()
  await promptBox(page).press('Enter')
  const typed = '__portrait(who=a __colour__ {fox|fox})__'
  await seeResult(cardOf(page, typed))
  await cardOf(page, typed).getByText('What was drawn').press('Enter')
  await cardOf(page, typed).getByText(drawn, { exact: true }).waitFor()
  await picturesIn(cardOf(page, typed)).first().press('Enter')
  const details = viewer(page).getByRole('complementary', { name: 'Details' })
  await details.getByText(drawn, { exact: true }).waitFor()
  await details.getByText(typed, { exact: true }).waitFor()
})

it('PL11: says in words what is wrong with a prompt, before and when it is sent', async () => {
  const { page, watch } = await visit(easel.address)
  watch.tolerate(/api\/(?:prompts\/preview|generations).*400|status of 400/)
  await promptBox(page).fill('a {red|blue fox')
  await page.getByText(/The brace at character 3 is not closed/).waitFor()
  await promptBox(page).press('Enter')
  await eventually(() => page.getByText(/The brace at character 3 is not closed/).count()).toBe(2)
  expect(await page.getByRole('article', { name: 'a {red|blue fox' }).count()).toBe(0)
})

it('RG1, RG3, RG7: makes a picture again and varies it, shows where it came from, and compares', async () => {
  const { page } = await visit(easel.address)
  await promptBox(page).fill('a quiet lake')
  await promptBox(page).press('Enter')
  await seeResult(cardOf(page, 'a quiet lake'))
  await picturesIn(cardOf(page, 'a quiet lake')).first().click()
  await viewer(page).getByRole('button', { name: 'Same again' }).click()
  const children = viewer(page).getByRole('list', { name: 'Made from it' })
  await eventually(() => children.getByRole('button', { name: /^Show: / }).count()).toBe(1)
  await viewer(page).getByRole('button', { name: 'Vary' }).click()
  await eventually(() => children.getByRole('button', { name: /^Show: / }).count()).toBe(2)
  await children
    .getByRole('button', { name: /^Show: / })
    .first()
    .click()
  const parents = viewer(page).getByRole('list', { name: 'Made from', exact: true })
  await parents.getByRole('button', { name: /^Compare with: / }).click()

  const compare = page.getByRole('dialog', { name: 'Compare two pictures' })
  await seePicture(compare.getByRole('img').first())
  await compare.getByRole('rowheader', { name: 'Seed' }).waitFor()
  expect(await compare.getByRole('rowheader', { name: 'Prompt' }).count()).toBe(0)
  const slider = compare.getByRole('slider')
  await slider.focus()
  expect(await slider.getAttribute('aria-valuenow')).toBe('50')
  for (const key of ['ArrowRight', 'PageUp']) await slider.press(key)
  expect(await slider.getAttribute('aria-valuenow')).toBe('62')
  await slider.press('End')
  expect(await slider.getAttribute('aria-valuenow')).toBe('100')
  await page.keyboard.press('Escape')
  await compare.waitFor({ state: 'hidden' })
  await viewer(page).waitFor()
})

it('RG7: the slider follows a finger, for two that were selected', async () => {
  const { page } = await visit(`${easel.address}/library`, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  await page.getByRole('button', { name: 'Select', exact: true }).tap()
  const marks = page.getByRole('grid').getByRole('checkbox')
  await marks.nth(0).tap()
  await marks.nth(1).tap()
  await page.getByRole('button', { name: 'Compare' }).tap()
  const compare = page.getByRole('dialog', { name: 'Compare two pictures' })
  const picture = compare.getByRole('img').first()
  await seePicture(picture)
  const box = await picture.boundingBox()
  if (box === null) throw new Error('The picture has no place')
  await page.touchscreen.tap(box.x + box.width * 0.25, box.y + box.height / 2)
  await eventually(() => compare.getByRole('slider').getAttribute('aria-valuenow')).toBe('25')
})
