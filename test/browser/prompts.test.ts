import { afterAll, beforeAll, expect, it } from 'vitest'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, cardOf, eventually, picturesIn, promptBox, seePicture, seeResult, viewer } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let ollama: FakeOllama
let easel: ServedEasel

beforeAll(async () => {
  ollama = await startFakeOllama({ steps: 2 })
  easel = await serveEasel({ OLLAMA_HOST: ollama.baseUrl })
})
afterAll(async () => {
  await easel.stop()
  await ollama.close()
})

it('makes one generation of a double Enter, and of a double click', async () => {
  const { page } = await visit(easel.address)
  const calls = ollama.calls()
  await promptBox(page).pressSequentially('Only one fox')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Enter')
  await seeResult(cardOf(page, 'Only one fox'))
  await promptBox(page).fill('Only one hare')
  await page.getByRole('button', { name: 'Generate', exact: true }).dblclick()
  await seeResult(cardOf(page, 'Only one hare'))
  await eventually(() => page.getByRole('article').count()).toBe(2)
  expect(ollama.calls()).toBe(calls + 2)
})

it('shows what was asked for while the list of earlier pictures was still on its way', async () => {
  const { page } = await visit('about:blank')
  const submitted = Promise.withResolvers<void>()
  await page.route('**/api/generations?limit=*', async (route) => {
    await submitted.promise
    await route.continue()
  })
  page.on('request', (request) => {
    if (request.method() === 'POST') submitted.resolve()
  })
  await page.goto(easel.address)
  await promptBox(page).fill('An early bird')
  await promptBox(page).press('Enter')
  await seeResult(cardOf(page, 'An early bird'))
  // Those made before are there too.
  await eventually(() => page.getByRole('article').count()).toBeGreaterThan(1)
})

it('keeps lines apart by Shift+Enter and does not submit what is composed by an input method', async () => {
  const { page, context } = await visit(easel.address)
  await promptBox(page).pressSequentially('A field')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('of rye')
  expect(await promptBox(page).inputValue()).toBe('A field\nof rye')
  const session = await context.newCDPSession(page)
  await session.send('Input.imeSetComposition', { text: 'ライ', selectionStart: 2, selectionEnd: 2 })
  const calls = ollama.calls()
  await page.keyboard.press('Enter')
  await session.send('Input.insertText', { text: 'ライ麦' })
  expect(await promptBox(page).inputValue()).toContain('A field\nof rye')
  expect(ollama.calls()).toBe(calls)
})

it.each([
  ['emoji', '🦊🌲👩‍🚀 in a 🏳️‍🌈 forest'],
  ['Arabic', 'منارة على جرف عند الغسق'],
  ['Hebrew with Latin', 'חתול red חתול'],
  [
    'markup',
    '<script>globalThis.hacked = true</script><img src=x onerror="globalThis.hacked = true"><b>bold</b> &amp;',
  ],
  ['combining marks', `Z${'̷̸̴'.repeat(60)}algo`],
])('shows a prompt of %s as it was typed', async (_kind, prompt) => {
  const { page } = await visit(easel.address)
  const card = await ask(page, prompt)
  await seeResult(card)
  expect(await card.getByRole('paragraph').first().innerText()).toBe(prompt)
  await picturesIn(card).click()
  await seePicture(viewer(page).getByRole('img', { name: prompt, exact: true }))
  await viewer(page).getByText(prompt, { exact: true }).waitFor()
  expect(await page.evaluate(() => 'hacked' in globalThis)).toBe(false)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
})

it.each([
  ['words', 'lorem ipsum dolor '.repeat(280).slice(0, 5000).trim()],
  ['one long word', 'W'.repeat(5000)],
])('lays out 5,000 characters of %s', async (_kind, prompt) => {
  const { page } = await visit(easel.address)
  const card = await ask(page, prompt)
  await seeResult(card)
  const { width, height } = { width: 1440, height: 900 }
  for (const part of [page.getByRole('form', { name: 'New picture' }), card]) {
    const box = await part.boundingBox()
    expect(box?.width).toBeLessThan(width)
    expect(box?.height).toBeLessThan(height)
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  // Its picture has not been pushed out of sight.
  await page.evaluate(() => scrollTo(0, 0))
  expect((await picturesIn(card).boundingBox())?.y).toBeLessThan(height)
  await picturesIn(card).click()
  await seePicture(viewer(page).getByRole('img').first())
  const image = await viewer(page).getByRole('img').first().boundingBox()
  expect(image?.width).toBeGreaterThan(300)
})
