// Contracts B, C, D and E when Easel is stopped and started in the middle, with and without accounts.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { routes, type Image } from '@easel/contract'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import { eventually } from './history-client.ts'

let ollama: FakeOllama
let dataFolder: string
let easel: TestEasel | null = null
let headers: Record<string, string> = {}
beforeEach(async () => {
  ollama = await startFakeOllama()
  dataFolder = await mkdtemp(join(tmpdir(), 'easel-old-clients-'))
  headers = {}
})
afterEach(async () => {
  await easel?.stop()
  easel = null
  await ollama.close()
  await rm(dataFolder, { recursive: true, force: true })
})

const accounts = { EASEL_AUTH: 'accounts', EASEL_SIGNUP: 'open' }
const password = 'a fox in the snow'

async function start(mode: string): Promise<TestEasel> {
  const environment = mode === 'accounts' ? accounts : {}
  easel = await startEasel({ dataFolder, ollama, environment })
  return easel
}

const send = (of: TestEasel, method: string, path: string, body: unknown) =>
  of.fetch(path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const post = (of: TestEasel, path: string, body: unknown) => send(of, 'POST', path, body)

/** Starts it with somebody signed in, where there is sign-in. */
async function begin(mode: string): Promise<TestEasel> {
  const of = await start(mode)
  if (mode === 'accounts') {
    await post(of, '/api/auth/setup', { name: 'Ada', email: 'ada@example.com', password })
    const answer = await post(of, '/api/auth/login', { email: 'ada@example.com', password })
    const { token } = z.object({ token: z.string() }).parse(await answer.json())
    headers = { authorization: `Bearer ${token}` }
  }
  return of
}

async function library(of: TestEasel): Promise<readonly Image[]> {
  const answer = await of.fetch('/api/images?limit=10', { headers })
  return routes.listImages.response.parse(await answer.json()).data
}

const Profiles = z.object({ profiles: z.array(z.object({ id: z.string(), provider: z.string() })) })
async function profileOf(of: TestEasel): Promise<string> {
  const { profiles } = Profiles.parse(await (await of.fetch('/api/profiles?imageCapable=true', { headers })).json())
  return profiles.find(({ provider }) => provider === 'OLLAMA')?.id ?? ''
}

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'
const small = { width: 512, height: 512 }

const waiting = [
  {
    contract: 'B',
    path: '/api/flux/generate',
    body: async () => ({ prompt: 'kept', ...small }),
    name: new RegExp(`^flux_${uuid}\\.png$`),
    told: { detail: expect.any(String) },
  },
  {
    contract: 'C',
    path: '/api/ai/generate-image',
    body: async () => ({ prompt: 'kept', ...small }),
    name: /^\d{13}-generated\.png$/,
    told: { error: expect.any(String) },
  },
  {
    contract: 'E',
    path: '/api/images/generate',
    body: async (of: TestEasel) => ({ prompt: 'kept', profileId: await profileOf(of) }),
    name: /^[0-9a-f-]{36}_\d{13}_0_[0-9a-f]{8}\.png$/,
    told: { error: expect.any(String), code: 'shutting-down' },
  },
]

const Submitted = z.object({ task_id: z.string() })
const Status = z.object({ status: z.string(), result: z.object({ image_url: z.string() }).nullable() })

describe.each(['local', 'accounts'])('in %s mode', (mode) => {
  it('CX6, CD2: what was begun lands after a restart, under its own name, and the task id still answers', async () => {
    const first = await begin(mode)
    ollama.behave({ failure: 'stall' })
    const task = { prompt: 'kept', aspectRatio: '1:1' }
    const { task_id: id } = Submitted.parse(await (await post(first, '/generate-image', task)).json())
    const look = async (of: TestEasel) => Status.parse(await (await of.fetch(`/task-status/${id}`)).json())
    const answers = waiting.map(async ({ path, body }) => await post(first, path, await body(first)))
    await eventually(async () => {
      const { data } = routes.listGenerations.response.parse(
        await (await first.fetch('/api/generations?state=active', { headers })).json(),
      )
      return data.length === waiting.length + 1 ? data : null
    })
    expect(await look(first)).toEqual({ status: 'PENDING', result: null })
    // Time for who waits to be told, and none for the engine, which says nothing.
    const [told] = await Promise.all([Promise.all(answers), first.stop({ keepFolder: true, graceMs: 1500 })])
    for (const [at, answer] of told.entries()) {
      expect([answer.status, await answer.json()]).toEqual([503, expect.objectContaining(waiting[at]?.told)])
    }

    ollama.behave({})
    const second = await start(mode)
    const images = await eventually(async () => {
      const found = await library(second)
      return found.length === waiting.length + 1 ? found : null
    })
    for (const { contract, name } of waiting) {
      expect(
        images.filter(({ filename }) => name.test(filename)),
        contract,
      ).toHaveLength(1)
    }
    const url = (await look(second)).result?.image_url ?? ''
    expect((await second.fetch(url)).headers.get('content-type')).toBe('image/png')
    await second.stop({ keepFolder: true })

    const third = await start(mode)
    expect((await look(third)).result?.image_url).toBe(url)
    expect((await third.fetch(url.replace('original_', ''))).status).toBe(200)
    const removed = await send(third, 'DELETE', '/delete-images/', { image_ids: [url.split('/').at(-1)] })
    expect([removed.status, (await third.fetch(url)).status]).toEqual([200, 404])
  })
})
