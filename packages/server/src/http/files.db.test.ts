// Bytes of pictures: whole, in part, not at all, and with which headers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageRow } from '#library/image-record.ts'
import { png } from '#library/testing.ts'
import { probe } from '#media/probe.ts'
import { contentDisposition } from './send-blob.ts'
import { openServer, type TestServer } from './testing/server.ts'

let server: TestServer
let row: ImageRow
let bytes: Buffer
let url: string
let etag: string

beforeAll(async () => {
  server = await openServer()
  const file = png('a wide one', 1500, 400)
  row = await server.addImage({ file, width: 1500, height: 400 })
  bytes = Buffer.from(file)
  url = `/api/images/${row.id}/file`
  etag = `"${row.sha256}"`
})
afterAll(() => server.close())

const fileHeaders = {
  'cache-control': 'private, no-cache',
  'x-content-type-options': 'nosniff',
  'content-security-policy': expect.stringMatching(/default-src 'none'.*sandbox/),
  'cross-origin-resource-policy': 'cross-origin',
  'accept-ranges': 'bytes',
}

describe('a file', () => {
  it('comes whole, with headers that make it harmless', async () => {
    const answer = await server.ask(url)
    expect(answer.status).toBe(200)
    expect(answer.body.equals(bytes)).toBe(true)
    expect(answer.headers).toMatchObject({
      ...fileHeaders,
      etag,
      'content-type': 'image/png',
      'content-length': String(bytes.length),
      'content-disposition': `inline; filename="${row.filename}"; filename*=UTF-8''${row.filename}`,
    })
  })

  it('comes as a download under its name', async () => {
    const answer = await server.ask(`${url}?download=true`)
    expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="/)
    expect((await server.ask(`${url}?download=perhaps`)).status).toBe(400)
  })

  it('answers HEAD like GET, without bytes', async () => {
    const answer = await server.ask({ method: 'HEAD', path: url })
    expect([answer.status, answer.body.length]).toEqual([200, 0])
    expect(answer.headers).toMatchObject({ ...fileHeaders, etag, 'content-length': String(bytes.length) })
  })

  const size = () => bytes.length
  it.each<[string, () => string, () => [number, number] | 'bad' | 'whole']>([
    ['the first byte', () => 'bytes=0-0', () => [0, 0]],
    ['a piece', () => 'bytes=10-19', () => [10, 19]],
    ['the rest', () => 'bytes=100-', () => [100, size() - 1]],
    ['the end', () => 'bytes=-7', () => [size() - 7, size() - 1]],
    ['more than there is', () => `bytes=5-${size() + 100}`, () => [5, size() - 1]],
    ['an end longer than the file', () => `bytes=-${size() * 2}`, () => [0, size() - 1]],
    ['the last byte', () => `bytes=${size() - 1}-`, () => [size() - 1, size() - 1]],
    ['behind the end', () => `bytes=${size()}-`, () => 'bad'],
    ['far behind the end', () => 'bytes=99999999999999999999-', () => 'bad'],
    ['nothing at the end', () => 'bytes=-0', () => 'bad'],
    ['backwards', () => 'bytes=20-10', () => 'bad'],
    ['neither end', () => 'bytes=-', () => 'bad'],
    ['several ranges', () => 'bytes=0-1,4-5', () => 'whole'],
    ['another unit', () => 'lines=1-2', () => 'whole'],
    ['nonsense', () => 'bytes=a-b', () => 'whole'],
  ])('in part: %s', async (_, range, expected) => {
    const answer = await server.ask({ path: url, headers: { range: range() } })
    const wanted = expected()
    if (wanted === 'bad') {
      expect(answer.status).toBe(416)
      expect(answer.headers['content-range']).toBe(`bytes */${size()}`)
      expect(answer.json()).toMatchObject({ code: 'range-not-satisfiable' })
    } else if (wanted === 'whole') {
      expect(answer.status).toBe(200)
      expect(answer.body.equals(bytes)).toBe(true)
    } else {
      const [first, last] = wanted
      expect(answer.status).toBe(206)
      expect(answer.headers).toMatchObject({
        'content-range': `bytes ${first}-${last}/${size()}`,
        'content-length': String(last - first + 1),
        etag,
      })
      expect(answer.body.equals(bytes.subarray(first, last + 1))).toBe(true)
    }
  })

  it.each<[string, () => string, number]>([
    ['its own', () => etag, 304],
    ['a weak one', () => `W/${etag}`, 304],
    ['one of several', () => `"other", ${etag}`, 304],
    ['any', () => '*', 304],
    ['another', () => '"other"', 200],
    ['nonsense', () => 'x', 200],
  ])('If-None-Match: %s', async (_, header, status) => {
    const answer = await server.ask({ path: url, headers: { 'if-none-match': header() } })
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({ etag, 'cache-control': 'private, no-cache' })
    expect(answer.body.length).toBe(status === 304 ? 0 : bytes.length)
  })

  it.each<[string, () => string, number]>([
    ['its own', () => etag, 206],
    ['another', () => '"other"', 200],
    ['a weak one', () => `W/${etag}`, 200],
    ['a date', () => 'Sat, 21 Nov 2026 08:00:00 GMT', 200],
  ])('If-Range: %s', async (_, header, status) => {
    const answer = await server.ask({ path: url, headers: { range: 'bytes=0-9', 'if-range': header() } })
    expect([answer.status, answer.body.length]).toEqual([status, status === 206 ? 10 : bytes.length])
  })

  it('is not there for anybody else, in the trash, or when it never was', async () => {
    const theirs = await server.addImage({ of: await server.pipeline.addUser() })
    const trashed = await server.addImage()
    await server.process.images.remove(server.pipeline.userId, trashed.id)
    for (const id of [theirs.id, trashed.id, '01900000-0000-7000-8000-000000000000']) {
      for (const path of [
        `/api/images/${id}/file`,
        `/api/images/${id}/thumbnail`,
        `/api/images/${id}/thumbnail?size=1280`,
      ]) {
        const answer = await server.ask({ path, headers: { 'if-none-match': '*' } })
        expect([path, answer.status]).toEqual([path, 404])
        expect(answer.json()).toMatchObject({ code: 'not-found' })
      }
    }
  })

  it('LB3: says so when it is gone, and does not fail when it was cut off', async () => {
    const { files } = server.pipeline
    const gone = await server.addImage()
    await files.delete(gone.storage_key)
    const missing = await server.ask(`/api/images/${gone.id}/file`)
    expect([missing.status, missing.json()]).toMatchObject([404, { code: 'not-found' }])
    const cut = await server.addImage()
    await files.put(cut.storage_key, new Uint8Array(10))
    for (const range of ['bytes=0-', 'bytes=50-60']) {
      const answer = await server.ask({ path: `/api/images/${cut.id}/file`, headers: { range } })
      expect(answer.status).toBeLessThan(500)
    }
  })
})

describe('a thumbnail', () => {
  it('LB6: of the trash is shown to its owner, who asks for the trash, and to nobody else', async () => {
    const theirs = await server.addImage({ of: await server.pipeline.addUser() })
    const kept = await server.addImage()
    const trashed = await server.addImage()
    await server.process.images.remove(server.pipeline.userId, trashed.id)
    const listed = await server.ask({ path: '/api/images?trash=true&limit=1' })
    expect(listed.json()).toMatchObject({ data: [{ thumbnailUrl: `/api/images/${trashed.id}/thumbnail?trash=true` }] })
    const shown = await server.ask({ path: `/api/images/${trashed.id}/thumbnail?trash=true` })
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'image/webp'])
    for (const id of [theirs.id, kept.id]) {
      expect((await server.ask({ path: `/api/images/${id}/thumbnail?trash=true` })).status).toBe(404)
    }
  })

  it('is a WebP, made when it is asked for, and comes again without bytes', async () => {
    for (const [query, width] of [
      ['', 320],
      ['?size=320', 320],
      ['?size=1280', 1280],
    ] as const) {
      const path = `/api/images/${row.id}/thumbnail${query}`
      const answer = await server.ask(path)
      expect(answer.headers).toMatchObject({ ...fileHeaders, 'content-type': 'image/webp' })
      expect(probe(answer.body).width).toBe(width)
      const again = await server.ask({ path, headers: { 'if-none-match': answer.headers.etag ?? '' } })
      expect([again.status, again.body.length]).toEqual([304, 0])
    }
    const tags = await Promise.all(
      ['', '?size=1280'].map((query) => server.ask(`/api/images/${row.id}/thumbnail${query}`)),
    )
    expect(tags[0]?.headers.etag).not.toBe(tags[1]?.headers.etag)
    expect((await server.ask(`/api/images/${row.id}/thumbnail?size=640`)).status).toBe(400)
  })

  it('of 1280 pixels is the picture itself when that is no larger', async () => {
    const small = await server.addImage()
    const answer = await server.ask(`/api/images/${small.id}/thumbnail?size=1280`)
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/png'])
  })

  it.each(['320', '1280'])('of %s pixels of a damaged picture is not there, and the picture says why', async (size) => {
    const file = png('damaged', 1400, 1400)
    // Whole as its checksums go; only its pixels tell.
    const damaged = await server.addImage({ file, width: 1400, height: 1400 })
    await server.pipeline.files.put(damaged.storage_key, Buffer.from('no picture'))
    for (let twice = 0; twice < 2; twice++) {
      const answer = await server.ask(`/api/images/${damaged.id}/thumbnail?size=${size}`)
      expect([answer.status, answer.json()]).toMatchObject([404, { code: 'not-found' }])
    }
    expect((await server.process.images.get(server.pipeline.userId, damaged.id)).damage).not.toBeNull()
  })

  it('is made once for twenty who ask at a time', async () => {
    const fresh = await server.addImage({ file: png('many', 800, 600), width: 800, height: 600 })
    const answers = await Promise.all(Array.from({ length: 20 }, () => server.ask(`/api/images/${fresh.id}/thumbnail`)))
    for (const answer of answers) expect(answer.body.equals(answers[0]?.body ?? Buffer.alloc(0))).toBe(true)
  })
})

describe('a name', () => {
  it.each([
    ['a b.png', 'inline; filename="a b.png"; filename*=UTF-8\'\'a%20b.png'],
    ['Füchse 🦊.png', 'inline; filename="F_chse __.png"; filename*=UTF-8\'\'F%C3%BCchse%20%F0%9F%A6%8A.png'],
    ['a"b\\c%d.png', 'inline; filename="a_b_c_d.png"; filename*=UTF-8\'\'a%22b%5Cc%25d.png'],
    [
      'a\r\nSet-Cookie: x=1.png',
      'inline; filename="a__Set-Cookie: x=1.png"; filename*=UTF-8\'\'a%0D%0ASet-Cookie%3A%20x%3D1.png',
    ],
    ["a'(b)*.png", "inline; filename=\"a'(b)*.png\"; filename*=UTF-8''a%27%28b%29%2A.png"],
    ['half \ud83e.png', 'inline; filename="half _.png"; filename*=UTF-8\'\'half%20%EF%BF%BD.png'],
    ['', 'inline; filename=""; filename*=UTF-8\'\''],
  ])('%j is safe in a header', (name, header) => {
    expect(contentDisposition('inline', name)).toBe(header)
    expect(() => new Headers({ 'content-disposition': header })).not.toThrow()
  })
})
