// Pictures come in by the page: chosen, dropped, pasted, from a folder, an archive and an address, and made.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { routes, type Image } from '@easel/contract'
import { bytesOf, entryOf, noFaults } from '../../packages/server/src/transfer/zip/testing.ts'
import { createZip } from '../../packages/server/src/transfer/zip/zip.ts'
import { a1111Text, pngWith, textChunk } from '../../packages/server/src/transfer/told/testing.ts'
import { seeNoObjection } from './axe.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { eventually, seePicture } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true }

let easel: ServedEasel
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-add-'))
  easel = await serveEasel()
})
afterAll(async () => {
  await easel.stop()
  rmSync(folder, { recursive: true, force: true })
})

const told = (prompt: string) =>
  pngWith(prompt, textChunk('parameters', a1111Text({ prompt, negativePrompt: 'blurry', seed: 7, model: 'sdxl' })))

async function library(query = ''): Promise<Image[]> {
  const answer = await fetch(`${easel.address}/api/images?limit=200${query}`)
  return routes.listImages.response.parse(await answer.json()).data
}

const prompts = async (query: string) =>
  (await library(query)).map((image) => image.generationPrompt ?? '').toSorted((a, b) => (a < b ? -1 : 1))

const dialog = (page: Page): Locator => page.getByRole('dialog', { name: 'Add images' })
const button = (page: Page, name: string | RegExp): Locator => dialog(page).getByRole('button', { name })

async function open(page: Page, tab: 'Generate' | 'Upload' | 'Import'): Promise<void> {
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await dialog(page).getByRole('tab', { name: tab }).click()
}

async function tag(page: Page, words: string): Promise<void> {
  await dialog(page).getByRole('combobox', { name: 'Tags for all of them' }).fill(words)
  await page.keyboard.press('Enter')
  await button(page, `Not ${words}`).waitFor()
}

async function choose(page: Page, name: string, files: string | { name: string; mimeType: string; buffer: Buffer }[]) {
  const chooser = page.waitForEvent('filechooser')
  await button(page, name).click()
  await (await chooser).setFiles(files)
}

/** What is no picture, or cannot be fetched. */
const refused = /api\/images.*400|400 \(Bad Request\)/

const png = (name: string, buffer: Buffer) => ({ name, mimeType: 'image/png', buffer })

it('TR38: uploads what is chosen, dropped and pasted, with tags, after showing it', async () => {
  const { page } = await visit(`${easel.address}/library`)
  await open(page, 'Upload')
  await choose(page, 'Choose pictures', [png('chosen.png', told('chosen fox')), png('not-this.png', told('no'))])
  await seePicture(dialog(page).getByRole('img', { name: 'chosen.png' }))
  await button(page, 'Not not-this.png').click()

  for (const type of ['drop', 'paste'] as const) {
    const bytes = told(`${type} fox`).toString('base64')
    await page.evaluate(
      ({ kind, base64 }) => {
        const data = new DataTransfer()
        const content = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
        data.items.add(new File([content], `${kind}.png`, { type: 'image/png' }))
        const init = { bubbles: true, cancelable: true }
        const event =
          kind === 'drop'
            ? new DragEvent('drop', { ...init, dataTransfer: data })
            : new ClipboardEvent('paste', { ...init, clipboardData: data })
        document.body.dispatchEvent(event)
      },
      { kind: type, base64: bytes },
    )
    await dialog(page)
      .getByRole('img', { name: `${type}.png` })
      .waitFor()
  }
  await tag(page, 'snow')
  await seeNoObjection(page)
  await button(page, 'Add 3 pictures').click()
  await dialog(page).getByRole('heading', { name: '3 pictures added' }).waitFor()
  await button(page, 'Done').click()
  await eventually(() => prompts('&q=tag:snow')).toEqual(['chosen fox', 'drop fox', 'paste fox'])
  expect((await library('&q=tag:snow')).map(({ source }) => source)).toEqual(['upload', 'upload', 'upload'])
  await eventually(() => page.getByRole('grid').getByRole('link').count()).toBe(3)
})

it('TR38: imports an archive, and says what was taken, was there and was not taken, by keyboard on a phone', async () => {
  const entries = [
    entryOf('a/one.png', told('one of the archive')),
    entryOf('a/copy of one.png', told('one of the archive')),
    entryOf('a/half.png', pngWith('half', textChunk('prompt', '{"3": '))),
    entryOf('a/cut.png', told('cut').subarray(0, -20)),
    entryOf('notes.txt', 'hello'),
  ]
  const zip = await createZip(async function* () {
    yield* entries
  }, noFaults)
  const buffer = await bytesOf(zip.read())
  const archive = [{ name: 'old.zip', mimeType: 'application/zip', buffer }]
  const { page, watch } = await visit(`${easel.address}/library`, phone)
  watch.tolerate(refused)
  await open(page, 'Import')
  await choose(page, 'Choose files or a zip', archive)
  await dialog(page).getByText('4 pictures, ').waitFor()
  await seeNoObjection(page)
  await tag(page, 'archive')
  await button(page, 'Import 4 pictures').click()
  await dialog(page).getByRole('heading', { name: '2 pictures added' }).waitFor()
  const report = dialog(page).getByRole('list', { name: 'What was not added, and why' })
  for (const words of ['notes.txt', 'It is no picture.', 'a/cut.png', 'a/half.png', 'without the words in its file']) {
    await report.getByText(words).first().waitFor()
  }
  await seeNoObjection(page)
  expect(await library('&q=tag:archive')).toHaveLength(2)
  // A second time nothing is there to be done.
  await button(page, 'Add more').focus()
  await page.keyboard.press('Enter')
  await choose(page, 'Choose files or a zip', archive)
  await button(page, 'Import 4 pictures').click()
  await dialog(page).getByRole('heading', { name: 'Nothing new was added' }).waitFor()
})

it('TR38: imports a folder with the records beside its pictures, and can be stopped and gone on with', async () => {
  const root = join(folder, 'history')
  mkdirSync(root)
  for (let at = 0; at < 12; at++) {
    const id = `202401020304${String(at).padStart(2, '0')}`
    const settings = { prompt: `history ${at}`, seed: at, model: 'm', steps: 12 }
    writeFileSync(join(root, `${id}.png`), pngWith(`history ${at}`))
    writeFileSync(join(root, `${id}.json`), JSON.stringify({ id, settings }))
  }
  const { page } = await visit(`${easel.address}/library`)
  // Slow enough to be stopped in the middle.
  let sent = 0
  await page.route('**/api/images', async (route) => {
    if (route.request().method() !== 'POST') return await route.continue()
    sent += 1
    if (sent === 4) await button(page, 'Stop').click()
    return await route.continue()
  })
  await open(page, 'Import')
  await choose(page, 'Choose a folder', root)
  await button(page, 'Import 12 pictures').click()
  await dialog(page).getByText('You stopped it.').waitFor()
  // What was on its way may have arrived all the same.
  const before = (await library('&q=history')).length
  expect(before).toBeGreaterThan(0)
  expect(before).toBeLessThan(12)
  await page.unroute('**/api/images')
  await button(page, 'Add more').click()
  await choose(page, 'Choose a folder', root)
  await button(page, 'Import 12 pictures').click()
  await dialog(page)
    .getByRole('heading', { name: /^[1-9]\d? pictures? added$/ })
    .waitFor({ timeout: 60_000 })
  const all = await library('&q=history')
  expect(all).toHaveLength(12)
  expect(all.every(({ createdAt }) => new Date(createdAt).getFullYear() === 2024)).toBe(true)
})

it('TR16: says in words why an address cannot be fetched', async () => {
  const { page, watch } = await visit(`${easel.address}/library`)
  watch.tolerate(refused)
  await open(page, 'Import')
  const box = dialog(page).getByRole('textbox', { name: 'Address of a picture' })
  await box.fill(`${easel.address}/favicon.svg`)
  await page.keyboard.press('Enter')
  await dialog(page).getByRole('alert').getByText('not on the public internet').waitFor()
})

it('makes a picture with the same tags, shows it, and keeps it', async () => {
  const { page } = await visit(`${easel.address}/library`)
  await open(page, 'Generate')
  await dialog(page).getByRole('textbox', { name: 'Prompt' }).fill('a lighthouse in the rain')
  await tag(page, 'made')
  await seeNoObjection(page)
  await button(page, 'Generate').click()
  await dialog(page).getByText('with its words and tags').waitFor({ timeout: 60_000 })
  await seePicture(dialog(page).getByRole('img', { name: /lighthouse/i }))
  await button(page, 'Save').click()
  expect(await prompts('&q=tag:made')).toEqual(['a lighthouse in the rain'])
})
