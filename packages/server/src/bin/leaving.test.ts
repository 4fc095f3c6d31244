import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { present } from '#base/errors.ts'
import { startEasel, type TestEasel } from './testing.ts'

const patience = 60_000
const environment = { EASEL_AUTH: 'accounts', EASEL_GUESTS: 'on', EASEL_SIGNUP: 'open' }
let folder: string
let easel: TestEasel
const start = async () => {
  easel = await startEasel({ dataFolder: folder, environment })
}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'easel-leaving-'))
  await start()
  const path = present(await easel.setUpPath(), 'set-up')
  await post('/api/auth/setup', { ...person('admin'), code: path.split('=')[1] })
})
afterAll(async () => {
  await easel.stop()
  await rm(folder, { recursive: true, force: true })
})

const person = (name: string) => ({ name, email: `${name}@example.com`, password: `a fox in the snow of ${name}` })

async function ask(path: string, init: RequestInit, cookie = ''): Promise<Response> {
  const type = init.body === undefined ? {} : { 'content-type': 'application/json' }
  return await easel.fetch(path, { ...init, headers: { origin: easel.baseUrl, cookie, ...type } })
}

/** @returns the session's cookie that the answer sets, or the one it was asked with, and the answer */
async function post(path: string, body?: object, cookie = ''): Promise<{ cookie: string; answer: unknown }> {
  const init = body === undefined ? {} : { body: JSON.stringify(body) }
  const answer = await ask(path, { method: 'POST', ...init }, cookie)
  const text = await answer.text()
  expect(answer.status, text).toBeLessThan(300)
  const set = answer.headers.getSetCookie().map((header) => header.split(';')[0])
  return { cookie: set.length === 0 ? cookie : set.join('; '), answer: JSON.parse(text) }
}

const Pictures = z.object({ data: z.array(z.object({ id: z.string(), url: z.string() })) })
const Guest = z.object({ data: z.object({ id: z.string() }) })
const Figures = z.object({ data: z.object({ used: z.object({ bytes: z.number(), imagesADay: z.number() }) }) })

const read = async (path: string, cookie: string): Promise<unknown> => await (await ask(path, {}, cookie)).json()
const pictures = async (cookie: string) => Pictures.parse(await read('/api/images', cookie)).data
const used = async (cookie: string) => Figures.parse(await read('/api/me/usage', cookie)).data.used
const statusOf = async (path: string, cookie: string) => (await ask(path, {}, cookie)).status
const filesOf = async (word: string, below: string) => {
  const found: string[] = []
  for await (const { key } of easel.storage.list(below)) if (key.includes(word)) found.push(key)
  return found
}

/** Drawn by the built-in engine, which the administrator shares. */
async function draw(cookie: string): Promise<{ id: string; url: string }> {
  await post('/api/generations', { prompt: 'a fox', size: '256x256' }, cookie)
  await expect.poll(() => pictures(cookie)).toHaveLength(1)
  return present((await pictures(cookie))[0], 'the picture')
}

async function newGuest() {
  const { cookie, answer } = await post('/api/auth/guest')
  const { id } = Guest.parse(answer).data
  return { cookie, id, picture: await draw(cookie) }
}

const isGone = async (id: string) => {
  const { db } = easel.database
  return (await db.selectFrom('users').where('id', '=', id).select('id').executeTakeFirst()) === undefined
}

it('GU3: a guest who signs up has everything', { timeout: patience }, async () => {
  const guest = await newGuest()
  const { cookie } = await post('/api/auth/sign-up', person('ann'), guest.cookie)
  expect(await pictures(cookie)).toMatchObject([guest.picture])
  expect(await statusOf('/api/images', guest.cookie)).toBe(401)
})

it(
  'GU4: the library of a guest who signs in follows, also when the process ends at once',
  { timeout: patience },
  async () => {
    const account = person('bea')
    await post('/api/auth/sign-up', account)
    const guest = await newGuest()
    const before = await used(guest.cookie)
    const { email, password } = account
    const { cookie } = await post('/api/auth/sign-in', { email, password }, guest.cookie)
    await easel.stop({ keepFolder: true })
    await start()
    await expect.poll(() => pictures(cookie)).toMatchObject([guest.picture])
    expect(await statusOf(guest.picture.url, cookie)).toBe(200)
    expect(await statusOf('/api/images', guest.cookie)).toBe(401)
    await expect.poll(() => isGone(guest.id)).toBe(true)
    expect(await used(cookie)).toEqual(before)
    expect(await filesOf(guest.id, 'images')).toEqual([])
  },
)

it('GU2: a guest whose time is over goes with all files, and nobody else', { timeout: patience }, async () => {
  const { email, password } = person('admin')
  const { cookie: admin } = await post('/api/auth/sign-in', { email, password })
  const mine = await draw(admin)
  const guest = await newGuest()
  const { db } = easel.database
  const past = new Date(Date.now() - 1000)
  await db.updateTable('users').set({ expires_at: past }).where('id', '=', guest.id).execute()
  expect(await statusOf('/api/images', guest.cookie)).toBe(401)
  await expect.poll(() => isGone(guest.id)).toBe(true)
  expect(await filesOf(guest.id, 'images')).toEqual([])
  expect(await filesOf(guest.picture.id, 'derived')).toEqual([])
  expect(await statusOf(mine.url, admin)).toBe(200)
})
