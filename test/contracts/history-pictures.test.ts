import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { storageKey } from '../../packages/server/src/library/image-record.ts'
import { embedMetadata } from '../../packages/server/src/media/embed.ts'
import { probe } from '../../packages/server/src/media/probe.ts'
import { readMetadata } from '../../packages/server/src/media/read-metadata.ts'
import { openPixels } from '../../packages/server/src/media/sharp.ts'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import { startFakeOllama, type FakeOllama } from '../../packages/server/src/providers/ollama/fake-ollama.ts'
import {
  allLines,
  ErrorBody,
  eventually,
  generate,
  index,
  Item,
  ItemWithoutImage,
  linesOf,
  post,
} from './history-client.ts'
import { keep } from './library.ts'
import { sendRaw } from './raw-request.ts'

const small = { model: 'x/z-image-turbo:latest', prompt: 'a lighthouse', width: 64, height: 64, steps: 3 }

let ollama: FakeOllama
let easel: TestEasel

beforeAll(async () => {
  ollama = await startFakeOllama()
  easel = await startEasel({ ollama })
})

afterAll(async () => {
  await easel.stop()
  await ollama.close()
})

beforeEach(() => ollama.behave({}))

const pad = (value: number) => String(value).padStart(2, '0')

function localId(createdAt: string): string {
  const time = new Date(createdAt)
  const parts = [time.getMonth() + 1, time.getDate(), time.getHours(), time.getMinutes(), time.getSeconds()]
  return `${time.getFullYear()}${parts.map(pad).join('')}`
}

async function remove(path: string) {
  const response = await easel.fetch(path, { method: 'DELETE' })
  return { status: response.status, body: await response.json() }
}

describe('the log', () => {
  it('HS16: has nothing to say before the first generation', async () => {
    for (const path of ['/ollamalog/info', '/ollamalog/warn', '/ollamalog/', '/ollamalog', '/ollamalog/other']) {
      const response = await easel.fetch(path)
      expect(response.status, path).toBe(404)
      ErrorBody.parse(await response.json())
    }
  })

  it('HS16: tells of the last generation', async () => {
    await generate(easel, small)
    expect(await (await easel.fetch('/ollamalog/info')).json()).toEqual({
      message: expect.stringMatching(/took \d+\.\d s$/),
    })
    expect((await easel.fetch('/ollamalog/warn')).status).toBe(404)
    await generate(easel, { ...small, width: 100 })
    expect(await (await easel.fetch('/ollamalog/warn')).json()).toEqual({ message: expect.stringContaining('size') })
    ollama.behave({ failure: 'server-error' })
    await post(easel, small)
    expect(await (await easel.fetch('/ollamalog/info')).json()).toEqual({ message: expect.stringContaining('failed') })
    const warning = expect.stringContaining('mlx runner exited unexpectedly')
    expect(await (await easel.fetch('/ollamalog/warn')).json()).toEqual({ message: warning })
  })
})

describe('the list', () => {
  it('HS10: is the whole library, newest first, whatever made a picture', async () => {
    const bytes = fakePicture(32, 48, 'an upload')
    const createdAt = '2024-02-29T23:59:58.007Z'
    await keep(easel, bytes, { createdAt })
    const items = await index(easel)
    expect(items.length).toBeGreaterThan(1)
    expect(items.map(({ timestamp }) => timestamp)).toEqual(
      items
        .map(({ timestamp }) => timestamp)
        .toSorted()
        .toReversed(),
    )
    const oldest = items.at(-1)
    expect(oldest).toMatchObject({
      id: localId(createdAt),
      settings: { model: '', prompt: '', seed: 0, width: 32, height: 48, steps: 0 },
    })
    expect(new Date(oldest?.timestamp ?? '').toISOString()).toBe(createdAt)
    expect(oldest?.timestamp.endsWith('.007000')).toBe(true)
    expect(Buffer.from(oldest?.image ?? '', 'base64')).toEqual(Buffer.from(bytes))
  })

  it('HS11: leaves the pictures out where they are not wanted', async () => {
    const items: unknown = await (await easel.fetch('/history/index?images=0')).json()
    const withImages = await index(easel)
    expect(items).toEqual(withImages.map(({ image: _image, ...rest }) => ItemWithoutImage.parse(rest)))
  })

  it('HS10: a picture whose file is gone spoils nothing', async () => {
    const { createdAt, filename } = await keep(easel, fakePicture(16, 16, 'soon gone'), { prompt: 'soon gone' })
    await easel.storage.delete(storageKey(easel.ownerId, createdAt, filename))
    const items = await index(easel)
    const lost = items.find(({ settings }) => settings.prompt === 'soon gone')
    expect(lost).toMatchObject({ image: '' })
    expect((await easel.fetch(`/history/${lost?.id}`)).status).toBe(404)
    expect((await remove(`/history/${lost?.id}`)).status).toBe(200)
  })

  it('HS11: HEAD reads nothing', async () => {
    const response = await easel.fetch('/history/index', { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(await response.text()).toBe('')
  })
})

describe('one picture', () => {
  it('HS12: is what the list has of it, with and without .png', async () => {
    await generate(easel, small)
    const [newest] = await index(easel)
    for (const path of [`/history/${newest?.id}`, `/history/${newest?.id}.png`]) {
      const response = await easel.fetch(path)
      expect(response.status).toBe(200)
      expect(response.headers.get('content-type')).toMatch(/^application\/json/)
      expect(Item.parse(await response.json())).toEqual(newest)
    }
  })

  it.each(['20200101000000', '20200101000000_2', 'abc', 'index_1', '-', '_', '20200101000000_1', '9'.repeat(400)])(
    'HS12, HS13: %s is unknown',
    async (id) => {
      for (const suffix of ['', '.png']) {
        const response = await easel.fetch(`/history/${id}${suffix}`)
        expect(response.status).toBe(404)
        ErrorBody.parse(await response.json())
        expect(await remove(`/history/${id}${suffix}`)).toEqual({
          status: 404,
          body: { SUCCESS: false, error: `Image not found: ${id}` },
        })
      }
    },
  )

  it.each([
    '',
    '..%2f',
    '..%2F..%2Fsecret.key',
    '%00',
    'a%00.png',
    'a%20b',
    'a.jpg',
    '.png',
    'a.png.png',
    '%F0%9F%A6%8A',
    'a;b',
    '..%5c',
    "a'--",
  ])('HS12, HS13: %s is no id', async (id) => {
    const got = await sendRaw(easel.baseUrl, { path: `/history/${id}` })
    expect(got.status).toBe(400)
    ErrorBody.parse(JSON.parse(got.body))
    const deleted = await sendRaw(easel.baseUrl, { method: 'DELETE', path: `/history/${id}` })
    expect(deleted.status).toBe(400)
    expect(JSON.parse(deleted.body)).toEqual({ SUCCESS: false, error: 'Invalid history id' })
    expect(deleted.headers['access-control-allow-origin']).toBe('*')
  })

  it.each(['%zz', '%', 'x'.repeat(5000)])('HS12: an address with %s in it is refused in JSON', async (part) => {
    const { status, body, headers } = await sendRaw(easel.baseUrl, { path: `/history/${part.slice(0, 3000)}` })
    expect([400, 404]).toContain(status)
    expect(JSON.parse(body)).toMatchObject({ error: expect.any(String) })
    expect(headers['access-control-allow-origin']).toBe('*')
  })

  it.each(['', '.png'])('HS13: deleting by its id%s moves it to the trash', async (suffix) => {
    await generate(easel, { ...small, prompt: `gone by ${suffix}` })
    const [newest] = await index(easel)
    const id = newest?.id ?? ''
    expect(newest?.settings.prompt).toBe(`gone by ${suffix}`)
    expect(await remove(`/history/${id}${suffix}`)).toEqual({ status: 200, body: { SUCCESS: true } })
    expect((await easel.fetch(`/history/${id}`)).status).toBe(404)
    expect((await index(easel)).map((item) => item.id)).not.toContain(id)
    expect(await remove(`/history/${id}`)).toMatchObject({ status: 404 })
    const trashed = await (await easel.fetch('/api/images?trash=true')).json()
    expect(trashed).toMatchObject({
      data: expect.arrayContaining([expect.objectContaining({ generationPrompt: `gone by ${suffix}` })]),
    })
  })

  it('HS14: pictures of the same second get numbers, and a deleted one’s is not given again', async () => {
    const createdAt = '2025-06-01T10:00:00.500Z'
    const id = localId(createdAt)
    for (const name of ['a', 'b', 'c']) await keep(easel, fakePicture(16, 16, name), { createdAt, prompt: name })
    const prompts = async () => {
      const items = (await index(easel)).filter((item) => item.id.startsWith(id))
      return Object.fromEntries(items.map((item) => [item.id, item.settings.prompt]))
    }
    expect(await prompts()).toEqual({ [id]: 'a', [`${id}_2`]: 'b', [`${id}_3`]: 'c' })
    await remove(`/history/${id}_3`)
    await keep(easel, fakePicture(16, 16, 'd'), { createdAt, prompt: 'd' })
    expect(await prompts()).toEqual({ [id]: 'a', [`${id}_2`]: 'b', [`${id}_4`]: 'd' })
  })

  it('HS14: generated ids are the local second of their timestamp', async () => {
    await generate(easel, small)
    const [newest] = await index(easel)
    expect(newest?.id.split('_')[0]).toBe(localId(newest?.timestamp ?? ''))
  })
})

describe('a picture in another format', () => {
  const rgba = { data: new Uint8Array(64 * 48 * 4).fill(200), width: 64, height: 48, channels: 4 } as const
  const story = { ai: true, prompt: 'a grey field', steps: 4, seed: 11, width: 64, height: 48, model: 'm' }

  it.each(['webp', 'jpeg', 'gif', 'avif'] as const)(
    'HS15: %s is delivered as PNG, marked as the original is',
    async (format) => {
      const original = embedMetadata(await openPixels(rgba).toFormat(format).toBuffer(), story)
      const fields = {
        source: 'generated',
        prompt: story.prompt,
        model: 'm',
        seed: 11,
        parameters: { steps: 4 },
      } as const
      const record = await keep(easel, original, fields)
      const item = (await index(easel)).find(({ settings }) => settings.model === 'm' && settings.seed === 11)
      const png = Buffer.from(item?.image ?? '', 'base64')
      expect(probe(png)).toMatchObject({ mimeType: 'image/png', width: 64, height: 48 })
      const { parameters, digitalSourceType } = readMetadata(png)
      expect(parameters).toContain('a grey field')
      expect(parameters).toContain('Seed: 11')
      expect(digitalSourceType).toMatch(/\/trainedAlgorithmicMedia$/)
      expect(item?.settings).toMatchObject({ steps: 4, seed: 11, prompt: 'a grey field' })

      const derived = await Array.fromAsync(easel.storage.list('derived'))
      expect(derived.filter(({ key }) => key.endsWith(`${record.id}.png`))).toMatchObject([{ size: png.length }])
      const kept = await easel.storage.read(storageKey(easel.ownerId, record.createdAt, record.filename))
      expect(Buffer.from(kept ?? [])).toEqual(Buffer.from(original))
      await remove(`/history/${item?.id}`)
    },
  )
})

describe('pages of other origins', () => {
  const origin = 'http://localhost:3000'
  const paths = [
    '/models',
    '/generate',
    '/history/index',
    '/history/20200101000000',
    '/history/a/b',
    '/ollamalog/info',
    '/uploads/generated/x/y',
    '/uploads',
  ]

  it.each(paths)('HS17: OPTIONS %s allows them', async (path) => {
    for (const from of [origin, 'https://evil.example']) {
      const headers = {
        origin: from,
        'access-control-request-method': 'DELETE',
        'access-control-request-headers': 'user-id',
      }
      const answer = await easel.fetch(path, { method: 'OPTIONS', headers })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('access-control-allow-origin')).toBe('*')
      expect(answer.headers.get('access-control-allow-methods')).toBe('POST, GET, DELETE, OPTIONS')
      expect(answer.headers.get('access-control-allow-headers')).toBe('Content-Type, Authorization, user-id')
    }
  })

  it.each(paths)('HS17, HS19: %s answers a foreign page with 403 that it may read', async (path) => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'sec-fetch-site': 'cross-site' },
      { host: 'evil.example' },
    ]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        const answer = await sendRaw(easel.baseUrl, { method, path, headers: { ...headers } })
        expect(answer.status, method).toBe(403)
        expect(answer.headers['access-control-allow-origin']).toBe('*')
        expect(JSON.parse(answer.body)).toMatchObject({ error: expect.any(String) })
      }
    }
  })

  it('HS17: a picture’s own address answers them too', async () => {
    const { filename } = await keep(easel, fakePicture(16, 16, 'by url'))
    const response = await easel.fetch(`/uploads/generated/${easel.ownerId}/${filename}`, { headers: { origin } })
    expect(response.status).toBe(200)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('cross-origin-resource-policy')).toBe('cross-origin')
    expect(probe(new Uint8Array(await response.arrayBuffer()))).toMatchObject({ width: 16 })
  })

  it('HS17: loopback pages and listed ones get their answers', async () => {
    const { status, headers } = await sendRaw(easel.baseUrl, { path: '/models', headers: { origin } })
    expect(status).toBe(200)
    expect(headers['access-control-allow-origin']).toBe('*')
    const listed = await startEasel({ environment: { EASEL_CORS_ORIGINS: 'https://studio.example' } })
    const allowed = await sendRaw(listed.baseUrl, {
      path: '/history/index',
      headers: { origin: 'https://studio.example' },
    })
    expect([allowed.status, allowed.body]).toEqual([200, '[]'])
    await listed.stop()
  })

  it.each([
    ['GET', '/history'],
    ['GET', '/history/a/b'],
    ['POST', '/history/20200101000000'],
    ['PUT', '/models'],
    ['GET', '/models/x'],
    ['GET', '/generate'],
    ['GET', '/generate/x'],
    ['DELETE', '/generate'],
    ['POST', '/ollamalog/info'],
  ])('HS18: %s %s is a 404 in JSON', async (method, path) => {
    const response = await easel.fetch(path, { method, headers: { accept: 'text/html' } })
    expect(response.status).toBe(404)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(await response.json()).toMatchObject({ error: expect.any(String) })
  })

  it('HS19: a made-up token is no hindrance', async () => {
    const headers = { authorization: 'Bearer made-up', 'user-id': '7' }
    expect((await easel.fetch('/models', { headers })).status).toBe(200)
    expect((await easel.fetch('/history/index?images=0', { headers })).status).toBe(200)
  })
})

describe('a stop', () => {
  it('HS9: is told to whoever waits, and the picture lands after the next start', async () => {
    const first = await startEasel({ ollama })
    const { dataFolder } = first
    ollama.behave({ stepDelayMs: 400 })
    const response = await post(first, { ...small, prompt: 'across a restart', seed: 5_000_000_000 })
    expect(response.status).toBe(200)
    const lines = linesOf(response)
    expect((await lines.next()).value).toMatchObject({ done: false })
    const stopped = first.stop({ keepFolder: true, graceMs: 100 })
    expect((await Array.fromAsync(lines)).at(-1)).toMatchObject({
      done: true,
      error: expect.stringContaining('stopping'),
    })
    await stopped

    ollama.behave({})
    const second = await startEasel({ ollama, dataFolder })
    const found = await eventually(async () => (await index(second))[0] ?? null)
    expect(found.settings).toMatchObject({ prompt: 'across a restart', seed: 5_000_000_000, steps: 3 })
    expect(await index(second)).toHaveLength(1)
    await second.stop({ keepFolder: false })
  })

  it('HS9: before the status line it is a 503', async () => {
    const other = await startEasel({ ollama })
    ollama.behave({ failure: 'busy' })
    const asked = post(other, small)
    await eventually(
      async () => (await other.database.db.selectFrom('generations').select('id').executeTakeFirst()) ?? null,
    )
    await other.stop({ graceMs: 500 })
    const response = await asked
    expect(response.status).toBe(503)
    expect(ErrorBody.parse(await response.json()).error).toContain('stopping')
  })

  it('HS4: a picture outlives a stop', async () => {
    const first = await startEasel({ ollama })
    ollama.behave({})
    expect((await allLines(await post(first, small))).at(-1)).toMatchObject({ done: true })
    const before = await index(first)
    await first.stop({ keepFolder: true })
    const second = await startEasel({ ollama, dataFolder: first.dataFolder })
    expect(await index(second)).toEqual(before)
    await second.stop({ keepFolder: false })
  })
})
