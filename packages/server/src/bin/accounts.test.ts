// The whole program with and without accounts, on the same library.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { routes } from '@easel/contract'
import { present } from '#base/errors.ts'
import type { Environment } from '#config/environment.ts'
import { startEasel, type TestEasel } from './testing.ts'

// Whole processes come and go here.
vi.setConfig({ testTimeout: 60_000 })

let dataFolder: string
let easel: TestEasel | null = null
beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'easel-accounts-'))
})
afterEach(async () => {
  await easel?.stop()
  easel = null
  await rm(dataFolder, { recursive: true, force: true })
})

/** Stops the program and starts it again with other settings. */
async function start(environment: Environment): Promise<TestEasel> {
  await easel?.stop()
  easel = await startEasel({ dataFolder, environment })
  return easel
}

const accounts = { EASEL_AUTH: 'accounts', EASEL_SIGNUP: 'open' }
const password = 'a fox in the snow'
const ada = { name: 'Ada', email: 'ada@example.com', password }

const post = (of: TestEasel, path: string, body: object, headers: Record<string, string> = {}) =>
  of.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })

const cookieOf = (answer: Response) => ({
  cookie: present(answer.headers.getSetCookie()[0], `a cookie of ${answer.status}`).split(';')[0] ?? '',
})

/** One picture, drawn without any engine. */
async function draw(of: TestEasel, headers: Record<string, string> = {}): Promise<string> {
  const answer = await post(of, '/api/generations', { prompt: 'a lighthouse' }, headers)
  const { id } = routes.createGeneration.response.parse(await answer.json())
  const read = async () =>
    routes.getGeneration.response.parse(await (await of.fetch(`/api/generations/${id}`, { headers })).json())
  await vi.waitUntil(async () => (await read()).state === 'succeeded', { timeout: 30_000, interval: 50 })
  return present((await read()).images[0], 'a picture').id
}

async function imagesOf(of: TestEasel, headers: Record<string, string> = {}): Promise<readonly string[]> {
  const answer = await of.fetch('/api/images', { headers })
  return routes.listImages.response.parse(await answer.json()).data.map(({ id }) => id)
}

it('AC51: a local library becomes the administrator’s; without accounts it is shown again, and nobody else’s is', async () => {
  const local = await start({ EASEL_AUTH: 'local' })
  const first = await draw(local)
  expect(await local.setUpPath()).toBeNull()

  const many = await start(accounts)
  expect((await many.fetch('/api/images')).status).toBe(401)
  const path = present(await many.setUpPath(), 'a link')
  expect(path).toMatch(/^\/setup#code=[\w-]{22}$/)
  // As everybody sees it who comes through a proxy.
  const far = { 'x-forwarded-for': '192.0.2.1' }
  expect((await post(many, '/api/auth/setup', ada, far)).status).toBe(403)
  const code = path.split('=')[1]
  const admin = cookieOf(await post(many, '/api/auth/setup', { ...ada, code }, far))
  expect(await many.setUpPath()).toBeNull()
  expect(await imagesOf(many, admin)).toEqual([first])
  const bea = cookieOf(await post(many, '/api/auth/sign-up', { name: 'Bea', email: 'bea@example.com', password }))
  expect(await imagesOf(many, bea)).toEqual([])
  expect((await many.fetch(`/api/images/${first}`, { headers: bea })).status).toBe(404)
  const second = await draw(many, bea)

  const again = await start({ EASEL_AUTH: 'local' })
  expect(await imagesOf(again)).toEqual([first])
  expect((await again.fetch(`/api/images/${second}`)).status).toBe(404)
  expect((await post(again, '/api/auth/sign-in', ada)).status).toBe(404)

  const back = await start(accounts)
  expect(await back.setUpPath()).toBeNull()
  expect(await imagesOf(back, admin)).toEqual([first])
  expect(await imagesOf(back, bea)).toEqual([second])
})

it('AC50: without accounts it does not start on an address that others reach', async () => {
  await expect(start({ EASEL_AUTH: 'local', EASEL_HOST: '0.0.0.0' })).rejects.toThrow(
    /EASEL_AUTH can be local only on a loopback address/,
  )
  const open = await start({ EASEL_HOST: '0.0.0.0' })
  const local = open.baseUrl.replace('0.0.0.0', '127.0.0.1')
  expect((await fetch(`${local}/api/images`)).status).toBe(401)
  expect(await (await fetch(`${local}/api/auth/status`)).json()).toMatchObject({ data: { mode: 'accounts' } })
})

it('AC4: a session and the code to set up with outlive a restart', async () => {
  const before = await start(accounts)
  const path = await before.setUpPath()
  expect(await (await start(accounts)).setUpPath()).toBe(path)
  const admin = cookieOf(await post(present(easel, 'Easel'), '/api/auth/setup', ada))
  const after = await start(accounts)
  expect((await after.fetch('/api/me', { headers: admin })).status).toBe(200)
})
