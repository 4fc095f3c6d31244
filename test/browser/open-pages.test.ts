import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { listConnections } from '../faults/easel-client.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { openLine } from './cuttable-line.ts'
import { progressSeen } from './progress-watch.ts'
import { serveEasel, type ServedEasel } from './served-easel.ts'
import { ask, cardOf, confirmButton, eventually, picturesIn, seeResult } from './studio.ts'
import { visitors } from './visitors.ts'

const { visit } = visitors()

let ollama: FakeOllama
let easel: ServedEasel

beforeAll(async () => {
  ollama = await startFakeOllama({ stepDelayMs: 150 })
  easel = await serveEasel({ OLLAMA_HOST: ollama.baseUrl })
})
afterAll(async () => {
  await easel.stop()
  await ollama.close()
})

/** What a browser says of a server that it cannot reach. */
const unreachable =
  /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_NETWORK_CHANGED|ERR_EMPTY_RESPONSE|ERR_FAILED|error occurred when fetching the script/

it('shows in one page what was started in another, with its progress, and what is deleted there goes here', async () => {
  const here = await visit(easel.address)
  const there = await visit(easel.address)
  const prompt = 'A kite over two towns'
  await ask(here.page, prompt)
  const card = cardOf(there.page, prompt)
  await card.getByRole('progressbar').waitFor()
  await seeResult(card)
  expect((await progressSeen(there.page)).values.length).toBeGreaterThan(2)

  const ownCard = cardOf(here.page, prompt)
  await ownCard.getByRole('button', { name: 'Picture actions' }).click()
  await here.page.getByRole('menuitem', { name: 'Delete' }).click()
  await confirmButton(here.page).click()
  await eventually(() => picturesIn(card).count()).toBe(0)
  await here.page.getByRole('button', { name: 'Undo' }).click()
  await seeResult(card)
})

it('catches up when a page was cut off while pictures were made and deleted', async () => {
  const line = await openLine(easel.address)
  onTestFinished(line.cut)
  const here = await visit(easel.address)
  const before = await ask(here.page, 'A kite on the ground')
  await seeResult(before)
  const there = await visit(line.address)
  there.watch.tolerate(unreachable)
  await seeResult(cardOf(there.page, 'A kite on the ground'))
  await line.cut()
  await there.page.getByText('The server is away.').waitFor()
  await seeResult(await ask(here.page, 'A kite in the clouds'))
  await before.getByRole('button', { name: 'Picture actions' }).click()
  await here.page.getByRole('menuitem', { name: 'Delete' }).click()
  await confirmButton(here.page).click()
  await eventually(() => picturesIn(before).count()).toBe(0)
  expect(await cardOf(there.page, 'A kite in the clouds').count()).toBe(0)
  await line.mend()
  await seeResult(cardOf(there.page, 'A kite in the clouds'))
  await eventually(() => picturesIn(cardOf(there.page, 'A kite on the ground')).count()).toBe(0)
  await there.page.getByText('The server is away.').waitFor({ state: 'hidden' })
})

it('catches up when the machine of a page was offline', async () => {
  const here = await visit(easel.address)
  const there = await visit(easel.address)
  there.watch.tolerate(unreachable)
  await there.page.getByRole('article').first().or(there.page.getByText('What would you like to see?')).waitFor()
  await there.context.setOffline(true)
  const prompt = 'A kite out of sight'
  await seeResult(await ask(here.page, prompt))
  await there.context.setOffline(false)
  await seeResult(cardOf(there.page, prompt))
})

it('comes back by itself when the server was killed and started again, and so does what was running', async () => {
  const { page, watch } = await visit(easel.address)
  watch.tolerate(unreachable)
  const prompt = 'A kite that was nearly lost'
  const card = await ask(page, prompt)
  await card.getByText(/^Step \d/).waitFor()
  await easel.kill()
  await page.getByText('The server is away.').waitFor()
  await easel.startAgain()
  await page.getByText('The server is away.').waitFor({ state: 'hidden' })
  await seeResult(card)
  expect(await card.getByRole('link', { name: /^Open: / }).count()).toBe(1)
  const another = await ask(page, 'A kite after that')
  await seeResult(another)
  expect(await listConnections(easel.address)).not.toEqual([])
})
