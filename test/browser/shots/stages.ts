// The Easels that stand behind the pictures: each in a state of its own.
import type { Browser, Page } from 'playwright-core'
import { fakePicture } from '../../../packages/server/src/providers/kit/fake-picture.ts'
import { startFakeOllama } from '../../../packages/server/src/providers/ollama/fake-ollama.ts'
import { startFakeOpenAi } from '../../../packages/server/src/providers/openai/fake-openai.ts'
import { connectionOf, submit, untilEnded } from '../../faults/easel-client.ts'
import { serveEasel, type ServedEasel } from '../served-easel.ts'
import { careful, me, others, turnTwoFactorOn, typeSignIn } from './cast.ts'
import type { Stage, Visit } from './shot.ts'

const sketches = [
  { prompt: 'A small boat on a quiet sea, heavy clouds', aspectRatio: '3:4', seed: 11 },
  { prompt: 'A village in deep snow at night, warm windows', aspectRatio: '4:3', seed: 5 },
  { prompt: 'A meadow of flowers below high mountains, morning', aspectRatio: '16:9', seed: 21 },
  { prompt: 'A city by a river at dusk, paper-cut style', aspectRatio: '1:1', seed: 8, n: 2 },
  { prompt: 'Autumn forest with a winding path', aspectRatio: '2:3', seed: 3, n: 3 },
  { prompt: 'A desert with tall rocks under a full moon', aspectRatio: '16:9', seed: 14 },
  { prompt: 'A lighthouse on a cliff at dusk, storm clouds, warm window light', aspectRatio: '3:2', seed: 7 },
  { prompt: 'A quiet mountain lake at sunrise, mist between the pines', aspectRatio: '3:2', seed: 2, n: 4 },
] as const

/** An Easel that has drawn a few pictures, one of which is in the trash. */
async function serveFinishedEasel(): Promise<ServedEasel> {
  const easel = await serveEasel()
  const { address } = easel
  const connectionId = await connectionOf(address, 'sketch')
  const rejected = await submit(address, { request: { prompt: 'A wide field in thin fog', connectionId, seed: 4 } })
  const { images } = await untilEnded(address, rejected.id)
  for (const { id } of images) await fetch(`${address}/api/images/${id}`, { method: 'DELETE' })
  for (const request of sketches) {
    const { id } = await submit(address, { request: { ...request, connectionId } })
    await untilEnded(address, id)
  }
  return easel
}

/** An Easel in which one generation runs and one waits; of those before, one succeeded, one failed and one was refused. */
async function serveBusyEasel(): Promise<Place> {
  const ollama = await startFakeOllama({ steps: 40, stepDelayMs: 10_000 })
  const openai = await startFakeOpenAi({ picture: fakePicture(600, 400, 'A paper kite') })
  const easel = await serveEasel({
    OLLAMA_HOST: ollama.baseUrl,
    OPENAI_API_KEY: 'sk-test-0123456789',
    OPENAI_BASE_URL: openai.apiUrl,
  })
  const { address } = easel
  const [paid, own] = [await connectionOf(address, 'openai'), await connectionOf(address, 'ollama')]
  const request = { prompt: 'A paper kite over the dunes', connectionId: paid, size: '1536x1024' }
  await untilEnded(address, (await submit(address, { request })).id)
  openai.behave({ failure: 'server-error' })
  const broken = await submit(address, { request: { prompt: 'A red bicycle against a blue wall', connectionId: paid } })
  await untilEnded(address, broken.id)
  openai.behave({ failure: 'blocked' })
  const refused = await submit(address, {
    request: { prompt: 'Something that the engine declines', connectionId: paid },
  })
  await untilEnded(address, refused.id)
  for (const prompt of ['A fox asleep under a birch, first frost', 'The same fox, awake']) {
    await submit(address, { request: { prompt, connectionId: own } })
  }
  return {
    address,
    async stop() {
      await easel.kill()
      await easel.stop()
      await Promise.all([ollama.close(), openai.close()])
    },
  }
}

const accountSettings = {
  EASEL_AUTH: 'accounts',
  EASEL_SIGNUP: 'open',
  EASEL_GUESTS: 'on',
  EASEL_BREACHED_PASSWORDS: 'off',
  EASEL_RATE_SIGN_IN: '1000',
}

/** Everybody has an account, and one of them two-factor. */
async function serveAccounts(browser: Browser): Promise<Place & { readonly admin: Visit }> {
  const easel = await serveEasel(accountSettings)
  const come = async (way: 'setup' | 'sign-up', person: typeof me): Promise<void> => {
    const answer = await fetch(`${easel.address}/api/auth/${way}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(person),
    })
    if (!answer.ok) throw new Error(`${way} of ${person.name}: ${await answer.text()}`)
  }
  await come('setup', me)
  for (const person of others) await come('sign-up', person)
  // By the name that browsers allow passkeys for.
  const address = easel.address.replace('127.0.0.1', 'localhost')
  const enter = async (person: typeof me, path: string, more: (page: Page) => Promise<void>): Promise<Visit> => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${address}/sign-in?to=${path}`)
    await typeSignIn(page, person)
    await more(page)
    const visit = await context.storageState()
    await context.close()
    return visit
  }
  await enter(careful, '/settings/account', turnTwoFactorOn)
  const admin = await enter(me, '/', (page) => page.getByRole('button', { name: /^You: / }).waitFor())
  return { address, admin, stop: easel.stop }
}

interface Place {
  readonly address: string
  stop(): Promise<void>
}

interface Stages {
  address(stage: Stage): string
  /** The administrator of the Easel with accounts; null where it is not wanted. */
  readonly admin: Visit | null
  close(): Promise<void>
}

/** Starts the Easels that are wanted. */
export async function openStages(browser: Browser, wanted: ReadonlySet<Stage>): Promise<Stages> {
  const accounts = wanted.has('accounts') ? await serveAccounts(browser) : null
  const places: Partial<Record<Stage, Place>> = accounts === null ? {} : { accounts }
  if (wanted.has('finished')) places.finished = await serveFinishedEasel()
  if (wanted.has('empty')) places.empty = await serveEasel()
  if (wanted.has('fresh')) places.fresh = await serveEasel(accountSettings)
  if (wanted.has('busy')) places.busy = await serveBusyEasel()
  return {
    address: (stage) => places[stage]?.address ?? '',
    admin: accounts?.admin ?? null,
    close: async () => void (await Promise.all(Object.values(places).map((place) => place.stop()))),
  }
}
