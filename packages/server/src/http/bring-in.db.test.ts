// Pictures by their address, with tags beside them, and with what other tools wrote into them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AddedImage, Problem } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { png } from '#library/testing.ts'
import type { FetchPicture } from '#transfer/fetch-picture.ts'
import { pngWith, textChunk, toolFiles } from '#transfer/told/testing.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

let server: TestServer
const remote = new Map<string, Uint8Array | (() => Promise<Uint8Array>)>()
let fetching = 0
let most = 0

/** What a server elsewhere has. */
const fetchPicture: FetchPicture = async (url, { maxBytes, signal }) => {
  const found = remote.get(url)
  if (found === undefined) {
    const message = 'There is nothing.'
    throw new EaselError('validation-failed', message, { fields: [{ field: 'body.url', message }] })
  }
  fetching += 1
  most = Math.max(most, fetching)
  try {
    const bytes = typeof found === 'function' ? await found() : found
    signal.throwIfAborted()
    if (bytes.length > maxBytes) throw new EaselError('too-large', 'too large')
    return bytes
  } finally {
    fetching -= 1
  }
}

beforeAll(async () => {
  server = await openServer({ works: false, maxUploadBytes: 1024 * 1024, fetchPicture })
})
afterAll(() => server.close())

const post = (body: unknown) => server.ask({ method: 'POST', path: '/api/images', body })

async function added(body: unknown, status = 201) {
  const answer = await post(body)
  expect(answer.status, answer.text).toBe(status)
  return AddedImage.parse(answer.json())
}

async function refused(body: unknown, status: number) {
  const answer = await post(body)
  expect(answer.status, answer.text).toBe(status)
  const { code, fields } = Problem.parse(answer.json())
  return { code, fields: fields?.map(({ field }) => field) }
}

const label = (tagId: string) => ({ tagType: 'LABEL', tagId })
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

describe('by its address', () => {
  it('TR16: is kept as an import with where it came from, and is the same picture the second time', async () => {
    const url = 'https://user.example/f%C3%BCchse/fox%20one.png?token=secret#part'
    remote.set(url, png(newId()))
    const { data } = await added({ url, tags: [label('red'), { tagType: 'CHARACTER', tagId: '7' }, label('red')] })
    expect(data).toMatchObject({
      source: 'import',
      tags: [label('red'), { tagType: 'CHARACTER', tagId: '7' }],
      parameters: {
        originalFilename: 'fox one.png',
        originalUrl: 'https://user.example/f%C3%BCchse/fox%20one.png',
      },
    })
    expect(JSON.stringify(data)).not.toContain('secret')
    expect((await added({ url, tags: [label('blue')] }, 200)).data).toMatchObject({
      id: data.id,
      tags: [...data.tags, label('blue')],
    })
    const own = 'https://user.example/own'
    remote.set(own, png(newId()))
    const asUpload = await added({ url: own, filename: 'mine.png', record: { source: 'upload', prompt: 'a fox' } })
    expect(asUpload.data).toMatchObject({
      source: 'upload',
      generationPrompt: 'a fox',
      parameters: { originalFilename: 'mine.png' },
    })
  })

  it('TR16: is refused by its field, and nothing of it is kept', async () => {
    const before = (await server.pipeline.keys()).length
    remote.set('https://x.example/page', Buffer.from('<!doctype html><script>alert(1)</script>'))
    remote.set('https://x.example/empty', new Uint8Array())
    remote.set('https://x.example/cut', png(newId(), 64, 64).subarray(0, -20))
    remote.set('https://x.example/large', Buffer.concat([png('l'), Buffer.alloc(1024 * 1024)]))
    const invalid = 'validation-failed'
    const bad = async (url: string, status: number) => await refused({ url }, status)
    expect(await bad('https://x.example/nothing', 400)).toEqual({ code: invalid, fields: ['body.url'] })
    expect(await bad('https://x.example/empty', 400)).toEqual({ code: invalid, fields: ['body.url'] })
    expect(await bad('https://x.example/cut', 400)).toEqual({ code: invalid, fields: ['body.url'] })
    expect(await bad('https://x.example/page', 415)).toMatchObject({ code: 'unsupported-media-type' })
    expect(await bad('https://x.example/large', 413)).toMatchObject({ code: 'too-large' })
    expect(await bad('', 400)).toEqual({ code: invalid, fields: ['body.url'] })
    expect(await bad(`https://x.example/${'a'.repeat(5000)}`, 400)).toEqual({ code: invalid, fields: ['body.url'] })
    expect(await refused({ url: 'https://x.example/a', base64: 'AAAA' }, 400)).toMatchObject({
      fields: ['body.base64'],
    })
    expect(await refused({ url: 7 }, 400)).toMatchObject({ fields: ['body.url'] })
    expect((await server.pipeline.keys()).length).toBe(before)
  })

  it('TR16: two at a time for one user, and the rest in turn', async () => {
    const waiting: (() => void)[] = []
    for (let at = 0; at < 5; at++) {
      remote.set(`https://slow.example/${at}`, async () => {
        await new Promise<void>((resolve) => waiting.push(resolve))
        return png(newId())
      })
    }
    most = 0
    const all = [0, 1, 2, 3, 4].map((at) => added({ url: `https://slow.example/${at}` }))
    for (let at = 0; at < 5; at++) {
      await until(() => waiting.length > 0)
      waiting.shift()?.()
    }
    await Promise.all(all)
    expect(most).toBe(2)
  })
})

describe('tags beside a picture', () => {
  const send = async (parts: readonly (readonly [string, string])[]) => {
    const form = new FormData()
    form.set('file', new Blob([Buffer.from(png(newId()))]), 'a.png')
    for (const [name, value] of parts) form.append(name, value)
    const answer = await fetch(`${server.baseUrl}/api/images`, { method: 'POST', body: form })
    const body: unknown = await answer.json()
    return { status: answer.status, body }
  }

  it('TR17: count like those in the record', async () => {
    const { status, body } = await send([
      ['tags', JSON.stringify([label('one'), { tagType: 'THEME', tagId: '9' }])],
      ['record', JSON.stringify({ tags: [label('two'), label('one')] })],
    ])
    expect(status).toBe(201)
    expect(AddedImage.parse(body).data.tags).toEqual([label('two'), label('one'), { tagType: 'THEME', tagId: '9' }])
    expect((await added({ base64: base64(png(newId())), tags: [label('x')] })).data.tags).toEqual([label('x')])
  })

  it.each([
    ['no JSON', '[', 'body.tags'],
    ['no list', '{}', 'body.tags'],
    ['another type', '[{"tagType": "COLOUR", "tagId": "x"}]', 'body.tags.0.tagType'],
    ['a NUL', '[{"tagType": "LABEL", "tagId": "a\\u0000"}]', 'body.tags.0.tagId'],
    ['nothing in one', '[{"tagType": "LABEL", "tagId": ""}]', 'body.tags.0.tagId'],
    ['too many', JSON.stringify(Array.from({ length: 101 }, (_, at) => label(String(at)))), 'body.tags'],
  ])('TR17: are refused by their field: %s', async (_, tags, field) => {
    expect(await send([['tags', tags]])).toMatchObject({ status: 400, body: { fields: [{ field }] } })
  })

  it('TR17: stand there once', async () => {
    const twice = await send([
      ['tags', '[]'],
      ['tags', '[]'],
    ])
    expect(twice).toMatchObject({ status: 400, body: { fields: [{ field: 'body.tags' }] } })
  })
})

describe('what the file says', () => {
  it('TR14: is kept with the tool that says it, whatever the tool', async () => {
    for (const { name, make, lacks = [], extension } of toolFiles) {
      const said = { prompt: `a fox ${newId()}`, negativePrompt: 'blurry', seed: 42, model: 'sdxl' }
      const file = await make(said)
      const { data, note } = await added({
        base64: base64(file),
        filename: `${name}.${extension}`,
        record: { source: 'import' },
      })
      expect(data, name).toMatchObject({
        source: 'import',
        generationPrompt: said.prompt,
        negativePrompt: lacks.includes('negativePrompt') ? null : 'blurry',
        seed: 42,
        generationModel: lacks.includes('model') ? null : 'sdxl',
        parameters: { originalFilename: `${name}.${extension}` },
      })
      expect(note, name).toBeUndefined()
    }
  })

  it('TR15: that cannot be read is left out, the picture is kept and the answer says so', async () => {
    const file = pngWith(newId(), textChunk('prompt', '{"3": '))
    const { data, note } = await added({ base64: base64(file), tags: [label('kept')] })
    expect(data).toMatchObject({ generationPrompt: null, seed: null, tags: [label('kept')] })
    expect(note).toBe('It was taken without the words in its file: its text “prompt” is damaged.')
    expect((await added({ base64: base64(file) }, 200)).note).toBeUndefined()
  })

  it('TR14: says when, before the time at which the file was changed', async () => {
    const swarm = async () => {
      const file = toolFiles.find(({ name }) => name === 'SwarmUI PNG')
      return base64((await file?.make({ prompt: newId(), negativePrompt: '', seed: 1, model: 'm' })) ?? Buffer.alloc(0))
    }
    const of = async (file: string, record: object) => (await added({ base64: file, record })).data.createdAt
    const changed = '2024-05-01T17:30:00.000Z'
    expect(await of(base64(png(newId())), { modifiedAt: '2021-02-03T04:05:06Z' })).toBe('2021-02-03T04:05:06.000Z')
    expect(await of(await swarm(), { modifiedAt: '2025-01-01T00:00:00Z' })).toBe('2024-05-01T00:00:00.000Z')
    expect(await of(await swarm(), { modifiedAt: changed })).toBe(changed)
    expect(await of(await swarm(), { modifiedAt: changed, createdAt: '2020-01-01T00:00:00Z' })).toBe(
      '2020-01-01T00:00:00.000Z',
    )
  })
})
