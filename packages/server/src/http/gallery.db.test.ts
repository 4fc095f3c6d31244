// Albums published at addresses of their owners' choosing, and their feeds. Rules SH30 … in docs/spec/sharing.md.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ShareChange, ShareCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { guest } from './testing/guest.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let server: TestServer
let owner: string
const origin = 'https://easel.example'

beforeAll(async () => {
  server = await openServer({
    works: false,
    accounts: { guests: () => ({ allowed: true, days: 7 }) },
    publicUrl: origin,
  })
})
afterAll(() => server.close())
beforeEach(async () => {
  owner = await server.pipeline.addUser()
})

const links = () => server.sharing.links
const anAddress = () => `foxes-${newId()}`
const statusOf = async (path: string) => (await server.ask({ path })).status

async function album(of = owner, images = 1) {
  const { albums } = server.collections
  const { id } = await albums.create(of, { name: newId() })
  const ids: string[] = []
  for (let n = 0; n < images; n++)
    ids.push((await server.addImage({ of, title: `Fox & ${n}`, prompt: 'a fox <b>' })).id)
  await albums.add(of, id, ids)
  return { id, ids }
}

async function publish(wish: Partial<ShareCreate> = {}, of = owner) {
  const { id: albumId, ids } = await album(of, 2)
  const address = anAddress()
  const link = await links().create(of, { target: { kind: 'album', albumId }, address, ...wish })
  return {
    ...link,
    albumId,
    ids,
    page: `/g/${wish.address ?? address}`,
    feed: `/g/${wish.address ?? address}/feed.xml`,
  }
}

const setGallery = (gallery: boolean) => server.defaults.update({ gallery }, async () => {})

describe('a published album', () => {
  it('SH30: has the page of its link at its address, which is what its owner is told', async () => {
    const { page, url, name, feed } = await publish({ title: 'Foxes' })
    expect(url).toBe(origin + page)
    const answer = await server.ask(page)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain(`<link rel="canonical" href="${origin}${page}"`)
    expect(answer.text).toContain(`type="application/rss+xml" href="${origin}${feed}"`)
    expect(answer.text).toContain(`/s/${name}/images/`)
    expect(answer.headers['x-robots-tag']).toBe('noindex')
    const more = await server.ask({ path: page, headers: { 'if-none-match': answer.headers.etag ?? '' } })
    expect(more.status).toBe(304)
  })

  it('SH30: is listed by search engines only where its owner says so', async () => {
    const { page, feed } = await publish({ listed: true })
    for (const path of [page, feed]) expect((await server.ask(path)).headers).not.toHaveProperty('x-robots-tag')
    expect((await server.ask(page)).text).not.toContain('noindex')
  })

  it.each<[string, ShareChange]>([
    ['body.password', { password: 'a fox in the snow' }],
    ['body.viewLimit', { viewLimit: 3 }],
  ])('SH30: has no %s', async (field, change) => {
    const { id, albumId } = await publish()
    const refused = { code: 'validation-failed', fields: [{ field }] }
    await expect(links().update(owner, id, change)).rejects.toMatchObject(refused)
    const target = { kind: 'album', albumId } as const
    await expect(links().create(owner, { target, address: anAddress(), ...change })).rejects.toMatchObject(refused)
    const plain = await links().create(owner, { target, ...change })
    await expect(links().update(owner, plain.id, { address: anAddress() })).rejects.toMatchObject(refused)
  })

  it('SH30: guests publish nothing', async () => {
    const { browser } = await guest(server)
    const headers = { cookie: browser.cookies(), origin }
    const post = (body: object) => server.ask({ method: 'POST', path: '/api/shares', headers, body })
    const target = { kind: 'album', albumId: newId() }
    const refused = await post({ target, address: anAddress() })
    expect([refused.status, refused.text.includes('Guests cannot publish')]).toEqual([403, true])
    // Nothing else keeps them from making links.
    expect((await post({ target })).status).toBe(404)
  })

  it.each(['/g/nothing-here', '/g/A', '/g/..%2f..%2fetc', '/g/%F0%9F%A6%8A', `/g/${'a'.repeat(290)}`])(
    'SH30: there is nothing at %s',
    async (path) => {
      expect([await statusOf(path), await statusOf(`${path}/feed.xml`)]).toEqual([404, 404])
    },
  )
})

describe('an address', () => {
  it('SH31: is taken as long as somebody has it, and of two at once one gets it', async () => {
    const { address } = await publish()
    const other = await server.pipeline.addUser()
    await expect(publish({ address: address ?? '' }, other)).rejects.toMatchObject({ code: 'conflict' })
    await expect(publish({ address: address ?? '' })).rejects.toMatchObject({ code: 'conflict' })
    const [one, two] = [await album(), await album(other)]
    const wanted = anAddress()
    const ask = (user: string, albumId: string) =>
      links().create(user, { target: { kind: 'album', albumId }, address: wanted })
    const asked = await Promise.allSettled([ask(owner, one.id), ask(other, two.id)])
    expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    for (const result of asked)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' })
  })

  it('SH31: of a link that was revoked is its owner’s to use again, and nobody else’s', async () => {
    const { id, address, page } = await publish()
    await links().revoke(owner, id)
    expect(await statusOf(page)).toBe(404)
    const other = await server.pipeline.addUser()
    await expect(publish({ address: address ?? '' }, other)).rejects.toMatchObject({ code: 'conflict' })
    await publish({ address: address ?? '' })
    expect(await statusOf(page)).toBe(200)
  })

  it('SH31: is given up by who takes it off an open link', async () => {
    const { id, address, page, name } = await publish()
    expect(await links().update(owner, id, { address: null })).toMatchObject({
      address: null,
      url: `${origin}/s/${name}`,
    })
    expect([await statusOf(page), await statusOf(`/s/${name}`)]).toEqual([404, 200])
    await publish({ address: address ?? '' }, await server.pipeline.addUser())
    expect(await statusOf(page)).toBe(200)
  })
})

describe('a gallery that is switched off', () => {
  afterEach(() => setGallery(true))

  it('SH32: ends what is published at once, by every name, until it is switched on', async () => {
    const { id, page, feed, name, ids } = await publish()
    const all = [page, feed, `/s/${name}`, `/s/${name}/images/${ids[0]}/thumbnail`, `/s/${name}/zip`]
    expect(await Promise.all(all.map(statusOf))).toEqual([200, 200, 200, 200, 200])
    await setGallery(false)
    expect(await Promise.all(all.map(statusOf))).toEqual([404, 404, 404, 404, 404])
    expect((await links().get(owner, id)).state).toBe('unpublished')
    await setGallery(true)
    await until(async () => (await statusOf(page)) === 200)
  })

  it('SH32: gives no address, and lets everything else be changed', async () => {
    const { id } = await publish()
    await setGallery(false)
    await expect(publish()).rejects.toMatchObject({ code: 'forbidden' })
    await expect(links().update(owner, id, { address: anAddress() })).rejects.toMatchObject({ code: 'forbidden' })
    expect(await links().update(owner, id, { title: 'Later' })).toMatchObject({ title: 'Later', state: 'unpublished' })
  })
})

describe('a feed', () => {
  it('SH33: has the pictures that stand last, the last first, and tells what the page tells', async () => {
    const { id, feed, ids, name } = await publish({ title: 'Foxes & “friends”' })
    const answer = await server.ask(feed)
    expect(answer.headers['content-type']).toBe('application/rss+xml; charset=utf-8')
    expect(answer.headers['cache-control']).toBe('public, max-age=300')
    expect(answer.text).toContain('<title>Foxes &amp; “friends”</title>')
    const guids = [...answer.text.matchAll(/<guid isPermaLink="false">([^<]+)<\/guid/g)].map(([, guid]) => guid)
    expect(guids).toEqual(ids.toReversed())
    const view = `${origin}/s/${name}/images/${ids[1]}/view`
    expect(answer.text).toContain(`<enclosure url="${view}" length="0" type="image/webp" />`)
    expect(answer.text).not.toContain('a fox')
    expect(answer.text).not.toContain('Fox &amp; 1')
    await links().update(owner, id, { prompt: true })
    expect((await server.ask(feed)).text).toContain('Fox &amp; 1')
    const again = await server.ask({ path: feed, headers: { 'if-none-match': answer.headers.etag ?? '' } })
    expect(again.status).toBe(200)
  })

  it('SH33: is no visit', async () => {
    const { id, feed } = await publish()
    await server.ask(feed)
    expect((await links().get(owner, id)).views).toBe(0)
  })
})
