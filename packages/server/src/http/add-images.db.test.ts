// Files that are brought in over HTTP, as browsers and programs send them.
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Image, Problem } from '@easel/contract'
import { z } from 'zod'
import { newId } from '#base/ids.ts'
import { png } from '#library/testing.ts'
import { digest } from '#media/digest.ts'
import { embedMetadata } from '#media/embed.ts'
import { animation, picture, story } from '#media/testing.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await openServer({ works: false, maxUploadBytes: 3 * 1024 * 1024 })
})
afterAll(() => server.close())

const Answer = z.object({ data: Image })

interface Sent {
  readonly file: Uint8Array
  readonly name?: string
  readonly type?: string
  readonly record?: unknown
}

function formOf({ file, name = 'picture.png', type = 'image/png', record }: Sent): FormData {
  const form = new FormData()
  form.set('file', new Blob([Buffer.from(file)], { type }), name)
  if (record !== undefined) form.set('record', typeof record === 'string' ? record : JSON.stringify(record))
  return form
}

const post = (body: FormData) => fetch(`${server.baseUrl}/api/images`, { method: 'POST', body })

async function send(sent: Sent) {
  const answer = await post(formOf(sent))
  const body: unknown = await answer.json()
  return { status: answer.status, body }
}

const imageOf = (body: unknown): Image => Answer.parse(body).data

async function refusal(body: FormData, status: number) {
  const answer = await post(body)
  const problem = Problem.parse(await answer.json())
  expect(answer.status, problem.detail).toBe(status)
  expect(readdirSync(server.temporaryFolder)).toEqual([])
  return { code: problem.code, detail: problem.detail, fields: problem.fields?.map(({ field }) => field) }
}

async function libraryOf(): Promise<number> {
  const rows = await server.pipeline.db.selectFrom('images').select('id').execute()
  expect((await server.pipeline.keys()).length, 'files and sidecars').toBe(rows.length * 2)
  return rows.length
}

describe('POST /api/images', () => {
  it('TR10: keeps a file byte for byte with everything that is told of it', async () => {
    const file = png(newId())
    const record = {
      prompt: 'ein Fuchs 🦊 im \u202eSchnee',
      negativePrompt: 'blurry',
      revisedPrompt: 'a fox',
      description: 'what it shows',
      model: 'flux',
      provider: 'bfl',
      seed: 2 ** 53 - 1,
      parameters: { steps: 7, deep: { a: [1, null] } },
      tags: [{ tagType: 'CHARACTER', tagId: '42' }],
      createdAt: '2020-02-03T04:05:06+02:00',
      source: 'import',
    }
    const { status, body } = await send({ file, name: '/tmp/Füchse\\fox.png', record })
    const image = imageOf(body)
    expect(status).toBe(201)
    expect(image).toMatchObject({
      generationPrompt: record.prompt,
      negativePrompt: 'blurry',
      revisedPrompt: 'a fox',
      description: 'what it shows',
      generationModel: 'flux',
      provider: 'bfl',
      seed: 2 ** 53 - 1,
      parameters: { steps: 7, deep: { a: [1, null] }, originalFilename: 'fox.png' },
      tags: record.tags,
      createdAt: '2020-02-03T02:05:06.000Z',
      source: 'import',
      width: 16,
      height: 16,
      mimeType: 'image/png',
      sha256: digest(file).sha256,
      size: file.length,
    })
    const kept = await server.ask(image.url)
    expect(kept.body).toEqual(Buffer.from(file))
    const sidecar = z
      .object({ prompt: z.string() })
      .parse(JSON.parse(String(await server.pipeline.files.read(`${image.filepath}.json`)).toString()))
    expect(sidecar.prompt).toBe(record.prompt)
  })

  it('TR11: takes every kind that Easel keeps, whatever its name and declared type say', async () => {
    const files = await Promise.all([
      picture(20, 12).jpeg().toBuffer(),
      picture(20, 12).webp().toBuffer(),
      animation(20, 12).gif().toBuffer(),
      picture(20, 12).avif({ effort: 0 }).toBuffer(),
    ])
    const types: string[] = []
    for (const file of files) {
      const { status, body } = await send({ file, name: 'page.html', type: 'text/html' })
      expect(status).toBe(201)
      const image = imageOf(body)
      types.push(image.mimeType)
      const { headers } = await server.ask(image.url)
      expect(headers['content-type']).toBe(image.mimeType)
    }
    expect(types).toEqual(['image/jpeg', 'image/webp', 'image/gif', 'image/avif'])
  })

  it.each<[string, Uint8Array | string, number, string, readonly string[] | undefined]>([
    ['an empty file', '', 400, 'validation-failed', ['body.file']],
    ['one byte', '\x89', 400, 'validation-failed', ['body.file']],
    ['a truncated PNG', png('truncated', 64, 64).subarray(0, -20), 400, 'validation-failed', ['body.file']],
    ['half a PNG', png('half', 64, 64).subarray(0, 200), 400, 'validation-failed', ['body.file']],
    [
      'SVG',
      '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
      415,
      'unsupported-media-type',
      undefined,
    ],
    [
      'SVG behind a declaration',
      '<?xml version="1.0"?><svg onload="alert(1)"/>',
      415,
      'unsupported-media-type',
      undefined,
    ],
    ['a web page', '<html><script>alert(1)</script>', 415, 'unsupported-media-type', undefined],
    ['a script that looks like a GIF', 'GIF89a\x01\0\x01\0=1;alert(1)//', 400, 'validation-failed', ['body.file']],
    ['a zip archive', 'PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaa', 415, 'unsupported-media-type', undefined],
    ['text', 'x'.repeat(5000), 415, 'unsupported-media-type', undefined],
    ['NUL', '\0'.repeat(5000), 415, 'unsupported-media-type', undefined],
    [
      'a PNG with a zip behind it',
      Buffer.concat([png('poly'), Buffer.from('PK\x03\x04 archive')]),
      415,
      'unsupported-media-type',
      undefined,
    ],
    [
      'a PNG with a page behind it',
      Buffer.concat([png('glot'), Buffer.from('<script>alert(1)</script>')]),
      415,
      'unsupported-media-type',
      undefined,
    ],
  ])('TR11: refuses %s as what it is, and keeps nothing of it', async (_, file, status, code, fields) => {
    const before = await libraryOf()
    const bytes = Buffer.from(typeof file === 'string' ? Buffer.from(file, 'latin1') : file)
    expect(await refusal(formOf({ file: bytes }), status)).toMatchObject({ code, fields })
    expect(await libraryOf()).toBe(before)
  })

  it('TR11: refuses a picture of more pixels than can be shown, before it decodes any', async () => {
    const bomb = Buffer.from(png('bomb'))
    bomb.writeUInt32BE(60_000, 16)
    bomb.writeUInt32BE(60_000, 20)
    expect(await refusal(formOf({ file: bomb }), 413)).toMatchObject({ code: 'too-large' })
  })

  it('TR12: refuses what is larger than EASEL_MAX_UPLOAD_MB, naming it, as soon as it is', async () => {
    const large = Buffer.concat([png('large'), Buffer.alloc(4 * 1024 * 1024)])
    expect(await refusal(formOf({ file: large }), 413)).toMatchObject({
      code: 'too-large',
      detail: expect.stringContaining('EASEL_MAX_UPLOAD_MB'),
    })
    const { hostname, port } = new URL(server.baseUrl)
    const headers = { 'content-type': 'application/json', 'content-length': 13 * 1024 * 1024 }
    const sent = request({ hostname, port, method: 'POST', path: '/api/images', headers, agent: false })
    sent.write('{"base64": "AAAA')
    const [response] = await once(sent, 'response')
    expect(response.statusCode).toBe(413)
    sent.destroy()
  })

  it.each<[string, string | undefined, readonly string[] | undefined]>([
    ['broken JSON', '{', ['body.record']],
    ['a list', '[]', ['body.record']],
    ['NUL in a prompt', '{"prompt": "a\\u0000"}', ['body.record.prompt']],
    ['half a character in a name', '{"parameters": {"\\ud800": 1}}', ['body.record.parameters']],
    ['a prompt that is a number', '{"prompt": 7}', ['body.record.prompt']],
    ['a huge record', JSON.stringify({ prompt: 'x'.repeat(2_000_000) }), ['body.record']],
    ['a hundred thousand levels', `{"parameters": {"a": ${'['.repeat(100_000)}${']'.repeat(100_000)}}}`, undefined],
  ])('TR10: refuses a record with %s', async (_, record, fields) => {
    const before = await libraryOf()
    const { fields: told } = await refusal(formOf({ file: png(newId()), record }), 400)
    expect(told).toEqual(fields)
    expect(await libraryOf()).toBe(before)
  })

  it('TR10: takes a record that says it is JSON, before the file or behind it', async () => {
    const head = 'content-disposition: form-data; name='
    const json = `--x\r\n${head}"record"\r\ncontent-type: application/json\r\n\r\n{"prompt": "a\\"b"}\r\n`
    const parts = () => [
      Buffer.from(`--x\r\n${head}"file"; filename="a.png"\r\n\r\n`),
      png(newId()),
      Buffer.from('\r\n'),
    ]
    const headers = { 'content-type': 'multipart/form-data; boundary=x' }
    const end = Buffer.from('--x--\r\n')
    for (const body of [
      [Buffer.from(json), ...parts(), end],
      [...parts(), Buffer.from(json), end],
    ]) {
      const answer = await server.ask({ method: 'POST', path: '/api/images', headers, body: Buffer.concat(body) })
      expect(imageOf(answer.json()).generationPrompt).toBe('a"b')
    }
  })

  it('TR12: what was refused keeps no later request on the same connection waiting', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const { hostname, port } = new URL(server.baseUrl)
    const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    const body = Buffer.concat([Buffer.from(head), Buffer.alloc(2 * 1024 * 1024, 'x'), Buffer.from('\r\n--x--\r\n')])
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': body.length }
    const statuses: unknown[] = []
    for (let round = 0; round < 3; round++) {
      const sent = request({ hostname, port, method: 'POST', path: '/api/images', headers, agent }).end(body)
      const [refused] = await once(sent, 'response')
      refused.resume()
      await once(refused, 'end')
      const [answer] = await once(request({ hostname, port, path: '/healthz', agent }).end(), 'response')
      answer.resume()
      await once(answer, 'end')
      statuses.push(refused.statusCode, answer.statusCode)
    }
    expect(statuses).toEqual([415, 200, 415, 200, 415, 200])
    agent.destroy()
  })

  it('TR10: refuses forms that are none', async () => {
    const none = new FormData()
    none.set('record', '{}')
    expect(await refusal(none, 400)).toMatchObject({ fields: ['body.file'] })
    const other = formOf({ file: png(newId()) })
    other.set('path', '../../etc/passwd')
    expect(await refusal(other, 400)).toMatchObject({ fields: ['body.path'] })
    const two = formOf({ file: png(newId()) })
    two.append('file', new Blob([Buffer.from(png(newId()))]), 'b.png')
    expect((await post(two)).status).toBe(413)
    const headers = { 'content-type': 'multipart/form-data' }
    const noBoundary = await server.ask({ method: 'POST', path: '/api/images', headers, body: 'x' })
    expect([noBoundary.status, noBoundary.json()]).toMatchObject([400, { code: 'bad-request' }])
    expect(readdirSync(server.temporaryFolder)).toEqual([])
  })

  it('TR13: the same bytes twenty times at once are one picture', async () => {
    const file = png(newId())
    const before = await libraryOf()
    const answers = await Promise.all(Array.from({ length: 20 }, () => send({ file })))
    expect(new Set(answers.map(({ body }) => imageOf(body).id)).size).toBe(1)
    expect(answers.filter(({ status }) => status === 201).length).toBe(1)
    expect(answers.filter(({ status }) => status === 200).length).toBe(19)
    expect(await libraryOf()).toBe(before + 1)
  })

  it('TR13: what is there already gets the tags it had not, and comes out of the trash unless it is imported', async () => {
    const file = png(newId())
    const tags = [{ tagType: 'LABEL' as const, tagId: 'one' }]
    const first = imageOf((await send({ file, record: { tags } })).body)
    const more = [...tags, { tagType: 'LABEL' as const, tagId: 'two' }]
    expect(imageOf((await send({ file, record: { tags: more } })).body).tags).toEqual(more)
    await server.process.images.remove(server.pipeline.userId, first.id)
    const imported = await send({ file, record: { source: 'import' } })
    expect([imported.status, imageOf(imported.body)]).toMatchObject([
      200,
      { id: first.id, deletedAt: expect.any(String) },
    ])
    expect(imageOf((await send({ file })).body)).toMatchObject({ id: first.id, deletedAt: null })
  })

  it('TR13: brings back a file that was lost', async () => {
    const file = png(newId())
    const image = imageOf((await send({ file })).body)
    await server.pipeline.files.delete(image.filepath)
    await server.pipeline.db
      .updateTable('images')
      .set({ damage: 'The file is missing.' })
      .where('id', '=', image.id)
      .execute()
    expect(imageOf((await send({ file })).body)).toMatchObject({ id: image.id, damage: null })
    expect((await server.ask(image.url)).body).toEqual(Buffer.from(file))
  })

  it('TR14: what the file itself says counts where the record says nothing', async () => {
    const told = Buffer.from(embedMetadata(png(newId()), { ...story, prompt: `fox ${newId()}` }))
    const image = imageOf((await send({ file: told })).body)
    expect(image).toMatchObject({
      generationPrompt: expect.stringMatching(/^fox /),
      negativePrompt: 'blurry',
      seed: 42,
      generationModel: 'sd-xl',
      parameters: { steps: 20, sampler: 'DPM++ 2M', guidance: 7.5 },
    })
    expect(image.sha256).toBe(digest(told).sha256)
    const other = Buffer.from(embedMetadata(png(newId()), { ...story, prompt: `fox ${newId()}` }))
    expect(imageOf((await send({ file: other, record: { prompt: 'mine' } })).body)).toMatchObject({
      generationPrompt: 'mine',
      negativePrompt: null,
      seed: null,
    })
  })

  it('TR10: a picture is never from the future, nor from before computers', async () => {
    const future = imageOf((await send({ file: png(newId()), record: { createdAt: '9999-12-31T23:59:59Z' } })).body)
    expect(Date.parse(future.createdAt)).toBeLessThanOrEqual(Date.now())
    const past = imageOf((await send({ file: png(newId()), record: { createdAt: '0000-01-01T00:00:00+14:00' } })).body)
    expect(past.createdAt).toBe('1970-01-01T00:00:00.000Z')
  })

  it('TR12: leaves nothing behind when the sender goes away half-way', async () => {
    const before = await libraryOf()
    const { hostname, port } = new URL(server.baseUrl)
    const headers = { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '1000000' }
    const sent = request({ hostname, port, method: 'POST', path: '/api/images', headers, agent: false })
    sent.on('error', () => {})
    sent.write('--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n')
    sent.write(png(newId(), 64, 64).subarray(0, 1500))
    await until(async () => (await server.ask('/healthz')).status === 200)
    sent.destroy()
    expect(readdirSync(server.temporaryFolder)).toEqual([])
    expect(await libraryOf()).toBe(before)
    expect((await send({ file: png(newId()) })).status).toBe(201)
  })
})

it('TR12: refuses what the disk or the quota has no room for, before it keeps anything', async () => {
  const full = await openServer({ works: false, minFreeBytes: Number.MAX_SAFE_INTEGER })
  const body = { base64: Buffer.from(png('full')).toString('base64') }
  const answer = await full.ask({ method: 'POST', path: '/api/images', body })
  expect([answer.status, answer.json()]).toMatchObject([507, { code: 'disk-full' }])
  expect(await full.pipeline.keys()).toEqual([])
  await full.close()

  const quota = JSON.stringify({ bytes: 10 })
  await server.pipeline.db.updateTable('users').set({ quota }).where('id', '=', server.pipeline.userId).execute()
  const before = await libraryOf()
  expect(await refusal(formOf({ file: png(newId()) }), 403)).toMatchObject({ code: 'quota-exceeded' })
  expect(await libraryOf()).toBe(before)
})
