// The client for programs against a running Easel. Rules in docs/spec/client.md (TC1 …).
import { createServer } from 'node:http'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ApiError, createEasel, routes, type Easel, type Progress } from '@easel/client'
import { openLine } from '../browser/cuttable-line.ts'
import { openPlace, type Place } from './place.ts'

let place: Place
let easel: Easel
beforeAll(async () => {
  place = await openPlace()
  easel = createEasel({ server: place.address, key: await place.key('read', 'generate', 'write') })
})
afterAll(() => place.close())

const size = '256x256'

it('TC1, TC2: every row of the route table can be called, typed by it, and refusals carry their code', async () => {
  const { data } = await easel.call(routes.getMe, {})
  expect(data.name).toBe('Ada')
  const refused = easel.call(routes.getImage, { params: { id: '00000000-0000-7000-8000-000000000000' } })
  await expect(refused).rejects.toMatchObject({ name: 'ApiError', code: 'not-found', status: 404 })
  const wrong = easel.call(routes.createGeneration, { body: { prompt: '' } })
  await expect(wrong).rejects.toMatchObject({ code: 'validation-failed', fields: [{ field: 'body.prompt' }] })
  expect(() => createEasel({ server: 'nonsense' })).toThrow('no address')
  await expect(createEasel({ server: 'http://127.0.0.1:9' }).call(routes.getMe, {})).rejects.toBeInstanceOf(ApiError)
})

it('TC3: the key goes to its own server and nowhere else', async () => {
  await expect(easel.fetch('https://evil.example/')).rejects.toThrow('another server')
  const seen: (string | undefined)[] = []
  const elsewhere = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  const at = elsewhere.address()
  const port = typeof at === 'object' ? at?.port : 0
  const leading = createServer((_, response) => {
    response.writeHead(302, { location: `http://127.0.0.1:${port}/` }).end()
  }).listen(0, '127.0.0.1')
  await once(leading, 'listening')
  const from = leading.address()
  const moved = createEasel({ server: `http://127.0.0.1:${typeof from === 'object' ? from?.port : 0}`, key: 'secret' })
  await expect(moved.call(routes.getMe, {})).rejects.toMatchObject({ code: 'away' })
  expect(seen).toEqual([])
  for (const server of [elsewhere, leading]) server.close()
})

it('TC4, TC6: generates, says how far it is, downloads, and uploads once', async () => {
  const progress: Progress[] = []
  const made = await easel.generate({ prompt: 'a fox', n: 2, size }, { onProgress: (sign) => progress.push(sign) })
  expect([made.state, made.images.length]).toEqual(['succeeded', 2])
  expect(progress.length).toBeGreaterThan(0)
  const [image] = made.images
  const file = await easel.download(image?.id ?? '', { format: 'webp', longestSide: 64 })
  expect([file.mimeType, file.filename]).toEqual(['image/webp', expect.stringMatching(/\.webp$/)])
  const bytes = (await easel.download(image?.id ?? '', { format: 'png', longestSide: 65 })).bytes
  const tags = [{ tagType: 'LABEL' as const, tagId: 'small' }]
  const record = { title: 'A small fox' }
  const up = await easel.upload({ name: 'fox.png', bytes }, { record, tags })
  expect(up).toMatchObject({ isNew: true, image: { title: 'A small fox', width: 65, tags } })
  expect((await easel.upload({ name: 'fox.png', bytes })).isNew).toBe(false)
  await expect(easel.upload({ name: 'fox.png', bytes: Buffer.from('<svg/>') })).rejects.toMatchObject({ status: 415 })
})

it('TC5: a server that is away for a while is no reason to give up waiting', async () => {
  const line = await openLine(place.address)
  const far = createEasel({ server: line.address, key: await place.key('read') })
  const { id } = await easel.submit({ prompt: 'a fox far away', size })
  await line.cut()
  await expect(far.wait(id, { awayMs: 0 })).rejects.toMatchObject({ code: 'away' })
  const waiting = far.wait(id)
  await line.mend()
  expect((await waiting).state).toBe('succeeded')
  const second = await easel.submit({ prompt: 'another one', size })
  let cuts = 0
  const broken = far.wait(second.id, {
    onProgress() {
      cuts += 1
      if (cuts === 1) void line.cut().then(() => line.mend())
    },
  })
  expect((await broken).state).toBe('succeeded')
  await line.cut()
})

it('TC4: the same key gives the same generation, and leaving ends the waiting alone', async () => {
  const idempotencyKey = crypto.randomUUID()
  const first = await easel.submit({ prompt: 'a fox once', size }, { idempotencyKey })
  const again = await easel.submit({ prompt: 'a fox once', size }, { idempotencyKey })
  expect(again.id).toBe(first.id)
  const leave = new AbortController()
  const waiting = easel.wait(first.id, { signal: leave.signal, onProgress: () => leave.abort(new Error('left')) })
  const how = await waiting.then(
    ({ state }) => state,
    (error: unknown) => String(error),
  )
  expect(['succeeded', 'Error: left']).toContain(how)
  expect((await easel.wait(first.id)).state).toBe('succeeded')
})
