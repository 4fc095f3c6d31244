// Contract E's addresses of files: whose they are, and links that a program can hand to what loads the picture.
import { routes, type SyncGeneration } from '@easel/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { startPaintEngine, type PaintEngine } from '#generation/testing/paint.ts'
import type { ImageRow } from '#library/image-record.ts'
import { openPeople, type People, type TestPerson } from './testing/people.ts'
import { openServer } from './testing/server.ts'

let people: People
let engine: PaintEngine
let row: ImageRow
let path: string
beforeAll(async () => {
  engine = await startPaintEngine()
  people = await openPeople({ works: true })
  row = await people.server.addImage({ of: people.user.id })
  path = `/uploads/generated/${people.user.id}/${row.filename}`
})
afterAll(async () => {
  await people.close()
  await engine.close()
})

const Key = z.object({ data: z.object({ key: z.string() }) })

async function bearerOf(person: TestPerson, scopes: readonly string[] = ['read', 'generate']) {
  const { headers } = person
  const body = { name: `key ${scopes.join()}`, scopes }
  const answer = await people.server.ask({ method: 'POST', path: '/api/me/keys', headers, body })
  return { authorization: `Bearer ${Key.parse(answer.json()).data.key}` }
}

async function generate(headers: Record<string, string>): Promise<SyncGeneration> {
  const { connections } = people.server.process
  const [connection] = await connections.list(people.user.id)
  const made = { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl }
  const { id } = connection ?? (await connections.create(people.user.id, made))
  const body = { prompt: 'a fox', profileId: id }
  const answer = await people.server.ask({ method: 'POST', path: '/api/images/generate', headers, body })
  return routes.generateImages.response.parse(answer.json())
}

const get = (asked: string, headers: Record<string, string> = {}) => people.server.ask({ path: asked, headers })
const denied = { error: 'Access denied - you can only access your own images' }

describe('whose file it is', () => {
  it('LI11: its owner’s, by cookie and by key', async () => {
    for (const headers of [people.user.headers, await bearerOf(people.user)]) {
      const answer = await get(path, headers)
      expect([answer.status, answer.body.length, answer.headers['content-type']]).toEqual([200, row.bytes, 'image/png'])
    }
    expect((await get(`${path}x`, people.user.headers)).status).toBe(404)
    expect((await get(path, await bearerOf(people.user, ['write']))).status).toBe(403)
  })

  it('LI11: nobody else’s who is known, an administrator’s neither, whether or not there is such a file', async () => {
    const signed = await generate(await bearerOf(people.user))
    for (const { headers } of [people.other, people.admin]) {
      for (const asked of [path, `${path}x`, signed.data[0]?.url ?? '', '/uploads/generated/x/y.png']) {
        const answer = await get(asked, headers)
        expect([answer.status, answer.json()]).toMatchObject([403, denied])
      }
    }
  })

  it('LI11: not theirs who say nothing, or something that is not true', async () => {
    const signed = (await generate(await bearerOf(people.user))).data[0]?.url ?? ''
    for (const headers of [{}, { authorization: 'Bearer made-up' }, { cookie: 'easel.session_token=made.up' }]) {
      for (const asked of [
        path,
        `${path}x`,
        `${path}?signature=`,
        `${path}?signature=AAAA`,
        '/uploads/generated/x/y',
      ]) {
        const answer = await get(asked, headers)
        expect([answer.status, answer.json()]).toMatchObject([401, { error: 'Unauthorized' }])
      }
    }
    expect((await get(signed, { authorization: 'Bearer made-up' })).status).toBe(401)
    const crossSite = { ...people.user.headers, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'image' }
    expect((await get(path, crossSite)).status).toBe(401)
  })
})

describe('a link', () => {
  it('LI10: is signed for who asked by a token, and opens that one file to whoever has it', async () => {
    const answer = await generate(await bearerOf(people.user))
    const [image] = answer.data
    expect(image?.url).toMatch(new RegExp(`^/${image?.filepath}\\?signature=[A-Za-z0-9_-]{48}$`))
    const url = image?.url ?? ''
    const file = await get(url)
    expect([file.status, file.body.length]).toEqual([200, image?.size])
    expect(file.headers).toMatchObject({ 'cache-control': 'private, no-cache', 'x-content-type-options': 'nosniff' })
    const query = url.slice(url.indexOf('?'))
    for (const other of [`${path}${query}`, `${url}x`, `${url}&signature=x`, url.replace('.png', '%2Epng')]) {
      expect((await get(other)).status).toBe(401)
    }
    await people.server.process.images.remove(people.user.id, image?.id ?? '')
    expect((await get(url)).status).toBe(404)
  })

  it('LI10: is bare for a page, which has its cookie, and in local mode', async () => {
    const [image] = (await generate(people.user.headers)).data
    expect(image?.url).toBe(`/${image?.filepath}`)

    const server = await openServer()
    const { userId } = server.pipeline
    const { connections } = server.process
    const { id } = await connections.create(userId, { name: 'Paint', provider: 'paint', baseUrl: engine.baseUrl })
    const headers = { authorization: 'Bearer whatever' }
    const body = { prompt: 'a fox', profileId: id }
    const answer = await server.ask({ method: 'POST', path: '/api/images/generate', headers, body })
    const [local] = routes.generateImages.response.parse(answer.json()).data
    expect(local?.url).toBe(`/${local?.filepath}`)
    expect((await server.ask({ path: local?.url ?? '' })).status).toBe(200)
    await server.close()
  })

  it('LI11: contract E says 401 in its own words', async () => {
    for (const [method, asked] of [
      ['GET', '/api/profiles'],
      ['POST', '/api/images/generate'],
    ] as const) {
      const answer = await people.server.ask({ method, path: asked, headers: { authorization: 'Bearer made-up' } })
      expect([answer.status, answer.json()]).toMatchObject([401, { error: 'Unauthorized', code: 'unauthorized' }])
    }
  })
})
