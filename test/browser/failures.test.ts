import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Locator, Page } from 'playwright-core'
import { connectionOf } from '../faults/easel-client.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { startFakeOpenAi, type FakeOpenAi } from '../../packages/server/src/providers/openai/fake-openai.ts'
import { openLine, type CuttableLine } from './cuttable-line.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, eventually, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let openai: FakeOpenAi
let ollama: FakeOllama
let ollamaLine: CuttableLine
let easel: ServedEasel

beforeAll(async () => {
  openai = await startFakeOpenAi()
  ollama = await startFakeOllama()
  ollamaLine = await openLine(ollama.baseUrl)
  easel = await serveEasel({
    OPENAI_API_KEY: 'sk-test-0123456789',
    OPENAI_BASE_URL: openai.apiUrl,
    OLLAMA_HOST: ollamaLine.address,
  })
})
afterEach(() => {
  openai.behave({})
  ollama.behave({})
})
afterAll(async () => {
  await easel.stop()
  await openai.close()
  await ollamaLine.cut()
  await ollama.close()
})

/** A visitor whose Studio asks that engine. */
async function visitStudioOf(provider: 'openai' | 'ollama'): Promise<Page> {
  const connectionId = await connectionOf(easel.address, provider)
  const { page } = await visit(easel.address)
  await page.evaluate(
    (id) => localStorage.setItem('easel-selection', JSON.stringify({ connectionId: id, model: null })),
    connectionId,
  )
  await page.reload()
  return page
}

/** What the card says of its end. */
async function notice(card: Locator): Promise<string> {
  const alert = card.getByRole('alert')
  await alert.waitFor()
  return await alert.innerText()
}

const retry = (card: Locator): Locator => card.getByRole('button', { name: 'Retry' })

describe('an engine that fails', () => {
  it('by an error of its own: says so in words, and Retry makes the picture once it is well', async () => {
    openai.behave({ failure: 'server-error' })
    const page = await visitStudioOf('openai')
    const card = await ask(page, 'A tower in a storm')
    expect(await notice(card)).toContain('The server had an error')
    openai.behave({})
    await retry(card).click()
    await seeResult(card)
    // The failed one stays, as it was.
    const both = page.getByRole('article', { name: 'A tower in a storm' })
    await eventually(() => both.count()).toBe(2)
    expect(await notice(both.last())).toContain('The server had an error')
  })

  it('by refusing the prompt: says that it was declined, and that asking again is no use', async () => {
    openai.behave({ failure: 'blocked' })
    const page = await visitStudioOf('openai')
    const card = await ask(page, 'A thing that nobody may see')
    const words = await notice(card)
    expect(words).toContain('The engine declined this prompt')
    expect(words).toContain('safety system')
    expect(await retry(card).isDisabled()).toBe(true)
    expect(await card.getByRole('button', { name: 'Edit' }).isEnabled()).toBe(true)
  })

  it('by refusing halfway, after a preview: no preview is left, only words', async () => {
    openai.behave({ failure: 'blocked-mid-stream', delayMs: 200 })
    const page = await visitStudioOf('openai')
    const card = await ask(page, 'A thing that turns out badly')
    expect(await notice(card)).toContain('The engine declined this prompt')
    expect(await card.getByRole('img').count()).toBe(0)
  })

  it('by sending a picture that breaks off: no broken picture is shown', async () => {
    ollama.behave({ failure: 'truncated-png' })
    const page = await visitStudioOf('ollama')
    const card = await ask(page, 'Half a bridge')
    expect(await notice(card)).toContain('The engine sent something unreadable')
    expect(await card.getByRole('img').count()).toBe(0)
    ollama.behave({})
    await retry(card).click()
    await seeResult(card)
  })

  it('by being gone: says so, loses nothing else, and Retry works when it is back', async () => {
    const page = await visitStudioOf('ollama')
    const earlier = await ask(page, 'A mill before the flood')
    await seeResult(earlier)
    await ollamaLine.cut()
    const card = await ask(page, 'A mill after the flood')
    expect(await notice(card)).toContain('The engine could not be reached')
    await seeResult(earlier)
    await ollamaLine.mend()
    await retry(card).click()
    await seeResult(card)
    await page.reload()
    await seeResult(card)
    await seeResult(earlier)
  })
})

describe('cancelling', () => {
  it('stops the engine at once, and only this one', async () => {
    const page = await visitStudioOf('ollama')
    await seeResult(await ask(page, 'A boat that arrives'))
    ollama.behave({ steps: 50, stepDelayMs: 200 })
    const before = ollama.cancelled()
    const card = await ask(page, 'A boat that turns back')
    await card.getByText(/^Step \d/).waitFor()
    await card.getByRole('button', { name: 'Cancel' }).click()
    await card.getByText('Cancelled', { exact: true }).waitFor()
    await eventually(() => ollama.cancelled()).toBe(before + 1)
    await eventually(() => ollama.inFlight()).toBe(0)
    expect(await card.getByRole('progressbar').count()).toBe(0)
    await seeResult(page.getByRole('article', { name: 'A boat that arrives' }))
  })

  it('takes one that waits out of the line', async () => {
    ollama.behave({ steps: 50, stepDelayMs: 200 })
    const page = await visitStudioOf('ollama')
    const running = await ask(page, 'First in line')
    await running.getByText(/^Step \d/).waitFor()
    const waiting = await ask(page, 'Second in line')
    await waiting.getByText('Next in line').waitFor()
    const calls = ollama.calls()
    await waiting.getByRole('button', { name: 'Cancel' }).click()
    await waiting.getByText('Cancelled', { exact: true }).waitFor()
    await running.getByRole('button', { name: 'Cancel' }).click()
    await running.getByText('Cancelled', { exact: true }).waitFor()
    expect(ollama.calls()).toBe(calls)
  })
})
