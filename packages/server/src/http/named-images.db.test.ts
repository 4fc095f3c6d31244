// Pictures by the name of a link, as the older systems hand them out (contracts B and D).
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { readMetadata } from '#media/read-metadata.ts'
import { probe } from '#media/probe.ts'
import { talkativePng } from '#media/testing.ts'
import { toPng } from '#media/pixels.ts'
import { outgoing } from '#media/outgoing.ts'
import { openServer, type TestServer } from './testing/server.ts'

let server: TestServer
let owner: string
let png: Uint8Array
const size = { width: 40, height: 30 }
beforeAll(async () => {
  server = await openServer({ works: false, accounts: {} })
  owner = await server.pipeline.addUser()
  png = await talkativePng('a fox', size)
})
afterAll(() => server.close())

const unlisted = () => server.sharing.unlisted

async function made(file = png, mimeType = 'image/png') {
  const name = `sdxl_${crypto.randomUUID()}.png`
  const { id } = await server.addImage({ of: owner, file, ...size, mimeType, filename: name })
  await unlisted().create(owner, id, name)
  return { id, name, path: `/images/${name}` }
}

describe('a link that is named as a file', () => {
  it('SH1: shows the file as it is kept to whoever has the name, under both spellings, to pages of every origin', async () => {
    const { name, path } = await made()
    for (const one of [path, `/images/original_${name}`]) {
      const { status, headers, body } = await server.ask({ path: one, headers: { origin: 'https://studio.example' } })
      expect([status, headers['content-type'], headers['access-control-allow-origin']]).toEqual([200, 'image/png', '*'])
      expect(headers['cross-origin-resource-policy']).toBe('cross-origin')
      expect(body.equals(png)).toBe(true)
    }
    const part = await server.ask({ path, headers: { range: 'bytes=0-7' } })
    expect([part.status, part.body.length]).toEqual([206, 8])
  })

  it('SH16: delivers PNG where its name says so, whatever the picture is kept as', async () => {
    const { bytes } = await outgoing(png, { format: 'webp', prompt: true }, null)
    const { id, path } = await made(bytes, 'image/webp')
    const told = await server.ask({ path })
    expect([told.status, told.headers['content-type'], probe(told.body)]).toMatchObject([200, 'image/png', size])
    expect(readMetadata(told.body).parameters).toContain('a fox png')
    const [link] = (await server.sharing.links.list(owner, { limit: 1, image: id })).data
    await server.sharing.links.update(owner, present(link, 'link').id, { prompt: false })
    const hidden = await server.ask({ path })
    expect([hidden.status, hidden.headers['content-type'], hidden.body.includes('a fox')]).toEqual([
      200,
      'image/png',
      false,
    ])
    expect((await toPng(hidden.body)).length).toBeGreaterThan(0)
  })

  it('SH16: is JSON, and never a page, where there is nothing', async () => {
    const { path, id } = await made()
    await server.process.images.remove(owner, id)
    for (const one of [path, '/images/nothing.png', '/images', '/images/a/b.png', '/images/%2e%2e%2fsecret']) {
      const { status, headers, json } = await server.ask({ path: one })
      expect([one, status, headers['content-type'], headers['access-control-allow-origin']]).toEqual([
        one,
        404,
        'application/problem+json',
        '*',
      ])
      expect(json()).toMatchObject({ error: 'There is nothing at this address.' })
    }
    await server.process.images.restore(owner, id)
    expect((await server.ask({ path })).status).toBe(200)
    const preflight = await server.ask({ method: 'OPTIONS', path })
    expect([preflight.status, preflight.headers['access-control-allow-methods']]).toEqual([
      200,
      'POST, GET, DELETE, OPTIONS',
    ])
  })

  it('SH1: is made once, told once, stays revoked, and is given to nothing else', async () => {
    const { id, name, path } = await made()
    await Promise.all([unlisted().create(owner, id, name), unlisted().create(owner, id, name)])
    const { data } = await server.sharing.links.list(owner, { limit: 10, image: id })
    expect(data).toMatchObject([{ name, prompt: true, download: true, expiresAt: null, fileUrl: path, state: 'open' }])
    const { id: other } = await server.addImage({ of: owner })
    const somebody = await server.pipeline.addUser()
    await expect(unlisted().create(owner, other, name)).rejects.toMatchObject({ code: 'conflict' })
    await expect(unlisted().create(somebody, id, newId())).rejects.toMatchObject({ code: 'not-found' })
    await expect(unlisted().create(owner, id, '../x')).rejects.toMatchObject({ code: 'bad-request' })
    await server.sharing.links.revoke(owner, data[0]?.id ?? '')
    await unlisted().create(owner, id, name)
    expect((await server.ask({ path })).status).toBe(404)
  })

  it('is found by those who list and delete pictures by it, as long as it is open, and only their own', async () => {
    const [one, other] = [await made(), await made()]
    const somebody = await server.pipeline.addUser()
    const named = (user: string) => unlisted().imagesNamed(user, [one.name, other.name, 'x', '../y'])
    expect(new Set(await named(owner))).toEqual(new Set([one, other].map(({ id, name }) => ({ imageId: id, name }))))
    expect(await named(somebody)).toEqual([])
    expect(await unlisted().imagesNamed(owner, [])).toEqual([])
    await server.sharing.links.create(owner, { target: { kind: 'image', imageId: one.id } })
    expect(await unlisted().namesOf(owner, [one.id, other.id, newId()])).toEqual(
      new Map([one, other].map(({ id, name }) => [id, name])),
    )
    expect(await unlisted().namesOf(somebody, [one.id])).toEqual(new Map())
    expect(await unlisted().nameOfFile(one.name)).toBe(one.name)
    await server.process.images.remove(owner, one.id)
    expect([await unlisted().nameOfFile(one.name), await unlisted().nameOfFile('../x')]).toEqual([null, null])
    expect(await named(owner)).toEqual([{ imageId: other.id, name: other.name }])
  })

  it.each([
    ['a password', { password: 'a fox in the snow' }],
    ['a number of visits', { viewLimit: 5 }],
    ['an end that has come', { expiresAt: '2020-01-01T00:00:00Z' }],
    ['a beginning', { startsAt: '2020-01-01T00:00:00Z' }],
  ])('with %s is not one that anybody may follow', async (_, wish) => {
    const { id, filename } = await server.addImage({ of: owner })
    const { name } = await server.sharing.links.create(owner, { target: { kind: 'image', imageId: id }, ...wish })
    expect(await unlisted().nameOfFile(filename)).toBeNull()
    expect(await unlisted().imagesNamed(owner, [name])).toEqual([])
  })
})
