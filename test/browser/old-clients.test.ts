// Clients of contracts A, B, C and D, each written from the contract alone, in a browser and on an origin of their own.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { serveClient, type Contract } from '../old-clients/serve-client.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let ollama: FakeOllama
let local: TestEasel
beforeAll(async () => {
  ollama = await startFakeOllama()
  local = await startEasel({ ollama })
})
afterAll(async () => {
  await local.stop()
  await ollama.close()
})
beforeEach(() => ollama.behave({}))

async function open(contract: Contract, easel: TestEasel = local) {
  const client = await serveClient(contract)
  const { page, watch } = await visit(client.addressFor(easel.baseUrl))
  return { page, watch, address: client.addressFor(easel.baseUrl), close: () => client.close() }
}

const status = (page: Page) => page.getByRole('status')
const says = async (page: Page, words: string | RegExp) => await status(page).filter({ hasText: words }).waitFor()
const pictures = (page: Page) => page.locator('li img')

/** Whether a picture was loaded and is one. */
const widthOf = async (page: Page, selector: string): Promise<number> =>
  await page
    .locator(selector)
    .first()
    .evaluate(async (image) => {
      if (!('decode' in image) || typeof image.decode !== 'function') return 0
      await image.decode()
      return 'naturalWidth' in image ? Number(image.naturalWidth) : 0
    })

describe('contract A', () => {
  it('HS3, HS10, HS13: streams progress, keeps a history and deletes from it', async () => {
    ollama.behave({ stepDelayMs: 60 })
    const { page, close } = await open('a')
    await says(page, 'Ready')
    await page.getByLabel('Prompt').fill('a lighthouse\nat dusk')
    await page.getByRole('button', { name: 'Generate' }).click()
    await says(page, 'Done')
    const told = ((await page.locator('#progress').getAttribute('data-told')) ?? '').split(' ').map(Number)
    expect(told.length).toBeGreaterThan(1)
    expect(told).toEqual(told.toSorted((one, other) => one - other))
    expect(await widthOf(page, '#result')).toBe(128)
    await pictures(page).first().waitFor()
    expect(await page.locator('li').first().innerText()).toMatch(/128x64, seed \d+/)
    await page.reload()
    await says(page, 'Ready')
    await page.getByRole('button', { name: 'Delete a lighthouse at dusk' }).click()
    await says(page, 'Deleted')
    await expect.poll(() => pictures(page).count()).toBe(0)
    await close()
  })
})

describe('contract B', () => {
  it('CB1, CB4, CB5, CB8: generates, changes a picture, and shares a link with a stranger', async () => {
    const { page, watch, close } = await open('b')
    await says(page, 'Ready')
    expect(await page.locator('#health').innerText()).toContain('healthy, 0 GPUs')
    await expect.poll(() => page.getByLabel('Model').inputValue()).toBe('flux')
    await page.getByLabel('Prompt', { exact: true }).fill('a fox')
    await page.getByLabel('Width').fill('512')
    await page.getByLabel('Height').fill('512')
    await page.getByLabel('Number of images').fill('2')
    await page.getByLabel('Seed').fill('40')
    await page.getByRole('button', { name: 'Generate' }).click()
    await says(page, 'Seed 40')
    expect([await pictures(page).count(), await widthOf(page, 'li img')]).toEqual([2, 512])
    const link = (await page.getByRole('link', { name: 'Share' }).first().getAttribute('href')) ?? ''

    const stranger = await visit(link)
    // What watches the page is a script, which the sandbox of a file lets nobody run.
    stranger.watch.tolerate(/Blocked script execution/)
    expect(await widthOf(stranger.page, 'img')).toBe(512)

    await page.getByLabel('Image', { exact: true }).setInputFiles({
      name: 'mine.png',
      mimeType: 'image/png',
      buffer: Buffer.from(fakePicture(300, 200, 'mine')),
    })
    await page.getByLabel('Number of images').fill('1')
    await page.getByRole('button', { name: 'Generate' }).click()
    await says(page, 'Seed 40')
    expect(await pictures(page).first().getAttribute('alt')).toMatch(/^flux_img2img_/)

    watch.tolerate(/400/)
    await page.getByLabel('Width').fill('520')
    await page.getByRole('button', { name: 'Generate' }).click()
    await says(page, '400: "Width and height must be divisible by 16 for FLUX"')
    await close()
  })
})

describe('contract C', () => {
  let easel: TestEasel
  beforeAll(async () => {
    easel = await startEasel({
      ollama,
      environment: { EASEL_AUTH: 'accounts', EASEL_SIGNUP: 'open', EASEL_BREACHED_PASSWORDS: 'off' },
    })
    const body = JSON.stringify({ name: 'Ada', email: 'ada@example.com', password: 'seven swans at the weir' })
    await easel.fetch('/api/auth/setup', { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  })
  afterAll(() => easel.stop())

  async function fill(page: Page, name: string): Promise<void> {
    await page.getByLabel('User name').fill(name)
    await page.getByLabel('E-mail').fill(`${name.toLowerCase()}@example.com`)
    await page.getByLabel('Password').fill('seven swans at the weir')
  }
  const who = async (page: Page, name: string) => await page.locator('#who').filter({ hasText: name }).waitFor()

  it('CC2, CC3, CC4, CC6: two people have two libraries, and neither sees the other’s pictures', async () => {
    const { page, address, close } = await open('c', easel)
    await fill(page, 'Bea')
    await page.getByRole('button', { name: 'Register' }).click()
    await who(page, 'Bea')
    await says(page, 'No images generated yet')
    await page.getByLabel('Prompt').fill('a fox')
    await page.getByRole('button', { name: 'Generate' }).click()
    await says(page, '1 images')
    expect(await widthOf(page, 'li img')).toBe(64)
    const filename = (await pictures(page).first().getAttribute('alt')) ?? ''
    const owner = (await page.locator('#who').getAttribute('data-id')) ?? ''
    const direct = `/api/ai/images/${owner}/${filename}`

    const other = await visit(address)
    await fill(other.page, 'Cid')
    await other.page.getByRole('button', { name: 'Register' }).click()
    await who(other.page, 'Cid')
    await says(other.page, 'No images generated yet')
    const refused = await other.page.evaluate(
      async ([url]) => {
        const headers = { Authorization: `Bearer ${localStorage.getItem('token')}` }
        const answer = await fetch(url ?? '', { headers })
        return [answer.status, await answer.json()]
      },
      [`${easel.baseUrl}${direct}`],
    )
    other.watch.tolerate(/40[13]/)
    expect(refused).toEqual([403, { error: 'Access denied - you can only access your own images' }])

    await page.getByRole('button', { name: 'Log out' }).click()
    await who(page, 'Nobody')
    await fill(page, 'Bea')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('button', { name: `Delete ${filename}` }).click()
    await says(page, 'Image deleted successfully')
    expect(await pictures(page).count()).toBe(0)
    await close()
  })
})

describe('contract D', () => {
  it('CD1, CD2, CD3, CD4: submits, polls, shows both names, deletes one and all', async () => {
    ollama.behave({ stepDelayMs: 30 })
    const { page, close } = await open('d')
    for (const [prompt, ratio] of [
      ['a heron', '16:9'],
      ['a mill', '1:1'],
      ['a boat', '9:16'],
    ] as const) {
      await page.getByLabel('Prompt').first().fill(prompt)
      await page.getByLabel('Aspect ratio').selectOption(ratio)
      await page.getByRole('button', { name: 'Generate' }).click()
      await page.getByRole('button', { name: `Open ${prompt}` }).waitFor()
      await says(page, 'Done')
    }
    // In the list by the stripped name, full size by the original one.
    expect(await widthOf(page, 'li:last-child img')).toBeGreaterThan(1000)
    await page.getByRole('button', { name: 'Open a heron' }).click()
    expect(await widthOf(page, '#full')).toBeGreaterThan(1000)
    expect(await page.locator('#about').innerText()).toBe('a heron | a heron | a heron | 16:9')
    await page.getByRole('button', { name: 'Close' }).click()

    await page.getByRole('button', { name: 'Delete a heron' }).click()
    await says(page, 'Deleted 2')
    await expect.poll(() => pictures(page).count()).toBe(2)
    await page.getByRole('button', { name: 'Clear all' }).click()
    await says(page, 'Deleted 2')
    await expect.poll(() => pictures(page).count()).toBe(0)
    const left = await (await local.fetch('/api/images?limit=50')).text()
    for (const prompt of ['a heron', 'a mill', 'a boat'])
      expect(left).not.toContain(`"generationPrompt":"${prompt}"`)
    await close()
  })
})
