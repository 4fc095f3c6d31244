// How what links show is delivered: what is remembered and what ends it, files that a proxy sends, a CDN. Rules SH20, SH24 … in docs/spec/sharing.md.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { routes, type ShareCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { createLinks } from '#sharing/links.ts'
import { thumbnailKey } from '#library/image-record.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let server: TestServer
let owner: string
/** Milliseconds by which the clock of links is ahead. */
let ahead = 0

async function openAlbum(of: TestServer, wish: Partial<ShareCreate> = {}) {
  const { albums } = of.collections
  const albumId = (await albums.create(owner, { name: newId() })).id
  const image = await of.addImage({ of: owner })
  const other = await of.addImage({ of: owner })
  await albums.add(owner, albumId, [image.id, other.id])
  const link = await of.sharing.links.create(owner, { target: { kind: 'album', albumId }, ...wish })
  const path = `/s/${link.name}`
  return {
    ...link,
    albumId,
    image,
    path,
    file: `${path}/images/${image.id}/file`,
    thumbnail: `${path}/images/${image.id}/thumbnail`,
  }
}

describe('what is remembered', () => {
  beforeAll(async () => {
    server = await openServer({ works: false, accounts: {}, clock: { now: () => Date.now() + ahead } })
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    owner = await server.pipeline.addUser()
  })

  const statusOf = async (path: string) => (await server.ask({ path })).status

  /** A link whose pictures this process knows by now: what changes behind its back, it does not see. */
  async function known(wish: Partial<ShareCreate> = {}) {
    const link = await openAlbum(server, wish)
    await until(async () => {
      // What was written for the owner just now is over, and so is what was remembered before.
      ahead += 10_000
      await server.ask(`${link.path}/images`)
      await server.pipeline.db.updateTable('shares').set({ download: false }).where('id', '=', link.id).execute()
      const remembers = (await statusOf(link.file)) === 200
      await server.pipeline.db.updateTable('shares').set({ download: true }).where('id', '=', link.id).execute()
      return remembers
    })
    return link
  }

  it('SH20, SH24: a link that was revoked is over with the answer', async () => {
    const { id, file, path } = await known()
    await server.sharing.links.revoke(owner, id)
    expect([await statusOf(file), await statusOf(path)]).toEqual([404, 404])
  })

  it('SH24: a password that was set, and originals that may not be saved any more, hold with the answer', async () => {
    const { id, file, thumbnail } = await known()
    await server.sharing.links.update(owner, id, { download: false })
    expect([await statusOf(file), await statusOf(thumbnail)]).toEqual([403, 200])
    await server.sharing.links.update(owner, id, { password: 'a fox in the snow' })
    expect(await statusOf(thumbnail)).toBe(401)
  })

  it('SH24: a picture that was put into the trash or taken out of the album is gone with the answer', async () => {
    const { file, thumbnail, image, albumId } = await known()
    await server.collections.albums.takeOut(owner, albumId, [image.id])
    expect([await statusOf(file), await statusOf(thumbnail)]).toEqual([404, 404])
    const again = await known()
    await server.process.images.remove(owner, again.image.id)
    expect([await statusOf(again.file), await statusOf(again.thumbnail)]).toEqual([404, 404])
  })

  it('SH24: what another process ends is over here', async () => {
    const { id, file, path } = await known()
    const other = await server.pipeline.startProcess({ works: false })
    const elsewhere = createLinks({
      ...server.pipeline,
      events: other.events,
      hashPassword: async () => 'hash',
      publicUrl: null,
      cdnUrl: null,
      galleryIsOn: () => true,
    })
    await elsewhere.revoke(owner, id)
    await until(async () => (await statusOf(file)) === 404)
    expect(await statusOf(path)).toBe(404)
  })

  it('SH24: an account that was closed closes its links', async () => {
    const { file } = await known()
    await server.pipeline.db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', owner).execute()
    await until(async () => (await statusOf(file)) === 404)
  })
})

describe('files that the proxy sends', () => {
  const prefix = '/easel-files/'
  const noFiles = { works: false, accounts: {}, handOff: prefix } as const
  beforeAll(async () => {
    server = await openServer({ ...noFiles, trustedProxies: ['127.0.0.1'] })
    owner = await server.pipeline.addUser()
  })
  afterAll(() => server.close())

  const demanded = ['etag', 'cache-control', 'content-security-policy', 'x-robots-tag', 'x-content-type-options']

  it('SH25: an original is handed over with every header of it and without a byte', async () => {
    const { file, image } = await openAlbum(server, { prompt: true })
    const answer = await server.ask({ path: file, headers: { range: 'bytes=3-5' } })
    expect([answer.status, answer.body.length]).toEqual([200, 0])
    expect(answer.headers['x-accel-redirect']).toBe(prefix + image.storage_key)
    expect(answer.headers['content-type']).toBe('image/png')
    expect(answer.headers['content-disposition']).toMatch(/^inline; filename="/)
    expect(answer.headers['cache-control']).toBe('public, max-age=300')
    for (const name of demanded) expect(answer.headers).toHaveProperty(name)
    const again = await server.ask({ path: file, headers: { 'if-none-match': answer.headers.etag ?? '' } })
    expect([again.status, again.headers['x-accel-redirect']]).toEqual([304, undefined])
  })

  it('SH25: the file without its prompt is what is handed over where the link tells none', async () => {
    const { file, image } = await openAlbum(server)
    const { headers } = await server.ask(file)
    expect(headers['x-accel-redirect']).toMatch(`${prefix}derived/`)
    expect(headers['x-accel-redirect']).not.toContain(image.filename)
  })

  it('SH25: a thumbnail of a closed link is handed over once it is a file, and made where it is none', async () => {
    const password = 'a fox in the snow'
    const { thumbnail: path, image, path: link } = await openAlbum(server, { password })
    const given = await server.ask({ method: 'POST', path: link, body: { password } })
    const headers = { cookie: given.headers['set-cookie']?.map((one) => one.split(';')[0]).join('; ') ?? '' }
    const thumbnail = { path, headers }
    await server.process.storage.delete(thumbnailKey(image.id, 320))
    const made = await server.ask(thumbnail)
    expect([made.status, made.headers['x-accel-redirect']]).toEqual([200, undefined])
    expect(made.body.length).toBeGreaterThan(0)
    const handed = await server.ask(thumbnail)
    expect(handed.headers['x-accel-redirect']).toBe(prefix + thumbnailKey(image.id, 320))
    expect([handed.status, handed.body.length, handed.headers['content-type']]).toEqual([200, 0, 'image/webp'])
    for (const name of demanded) expect(handed.headers).toHaveProperty(name)
    expect(handed.headers['x-accel-expires']).toBe('0')
    const again = await server.ask({ path, headers: { ...headers, 'if-none-match': handed.headers.etag ?? '' } })
    expect([again.status, again.headers['x-accel-redirect']]).toEqual([304, undefined])
  })

  it('SH27: small pictures of open links may be kept for two seconds, never past the link’s end, and nothing else', async () => {
    const { path, file, thumbnail, id } = await openAlbum(server, { prompt: true })
    const view = thumbnail.replace('/thumbnail', '/view')
    const keptOf = async (at: string, headers: Record<string, string> = {}) => {
      const answer = await server.ask({ path: at, headers })
      return [answer.status, answer.headers['x-accel-expires'], answer.headers['x-accel-redirect'] !== undefined]
    }
    for (const small of [thumbnail, view, `${view}?width=320`]) expect(await keptOf(small)).toEqual([200, '2', false])
    const { etag = '' } = (await server.ask(thumbnail)).headers
    expect(await keptOf(thumbnail, { 'if-none-match': etag })).toEqual([304, '2', false])
    expect(await keptOf(file)).toEqual([200, '0', true])
    for (const rest of [path, `${path}/images`, `${path}/card.jpg`, `${path}/zip`])
      expect(await keptOf(rest), rest).toEqual([200, '0', false])
    await server.sharing.links.update(owner, id, { viewLimit: 9 })
    expect(await keptOf(thumbnail)).toEqual([200, '0', true])
    await server.sharing.links.revoke(owner, id)
    for (const at of [thumbnail, file, path]) expect((await keptOf(at)).slice(1)).toEqual([undefined, false])
    const ending = await openAlbum(server, { expiresAt: new Date(Date.now() + 1500).toISOString() })
    expect(['0', '1']).toContain((await server.ask(ending.thumbnail)).headers['x-accel-expires'])
  })

  it('SH25: what may not be seen and what is not there is handed over to nobody', async () => {
    const { id, file, image } = await openAlbum(server, { prompt: true })
    await server.sharing.links.revoke(owner, id)
    const refused = await server.ask(file)
    expect([refused.status, refused.headers['x-accel-redirect']]).toEqual([404, undefined])
    const other = await openAlbum(server, { prompt: true })
    await server.process.storage.delete(other.image.storage_key)
    const missing = await server.ask(other.file)
    expect([missing.status, missing.headers['x-accel-redirect']]).toEqual([404, undefined])
    const closed = await openAlbum(server, { password: 'a fox in the snow' })
    expect((await server.ask(closed.file)).headers['x-accel-redirect']).toBeUndefined()
    expect(image.id).not.toBe(other.image.id)
  })

  it('SH25: whoever comes by another way gets the bytes', async () => {
    const direct = await openServer({ ...noFiles, trustedProxies: ['203.0.113.9'] })
    owner = await direct.pipeline.addUser()
    const { file, thumbnail } = await openAlbum(direct, { prompt: true })
    const headers = { 'x-forwarded-for': '203.0.113.9' }
    for (const path of [file, thumbnail]) {
      const answer = await direct.ask({ path, headers })
      expect([answer.status, answer.headers['x-accel-redirect']]).toEqual([200, undefined])
      expect(answer.headers['x-accel-expires']).toBeUndefined()
      expect(answer.body.length).toBeGreaterThan(0)
    }
    await direct.close()
  })
})

describe('a CDN', () => {
  const cdnUrl = 'https://cdn.example'
  beforeAll(async () => {
    server = await openServer({ works: false, accounts: {}, publicUrl: 'https://easel.example', cdnUrl })
    owner = await server.pipeline.addUser()
  })
  afterAll(() => server.close())

  const imagesOf = async (name: string, headers = {}) =>
    routes.visitShare.response.parse((await server.ask({ path: `/s/${name}/images`, headers })).json()).data.images

  it('SH26: sends the pictures of open links; their page lets it, and what is saved comes from here', async () => {
    const { name, path, image } = await openAlbum(server)
    const [first] = await imagesOf(name)
    const own = `/s/${name}/images/${image.id}`
    expect(first).toMatchObject({ thumbnailUrl: `${cdnUrl}${own}/thumbnail`, viewUrl: `${cdnUrl}${own}/view` })
    expect(first?.fileUrl).toBe(`${own}/file`)
    const page = await server.ask(path)
    expect(page.headers['content-security-policy']).toContain(`img-src 'self' data: blob: ${cdnUrl};`)
    expect(page.text).toContain(`src="${cdnUrl}${own}/thumbnail"`)
    expect(page.text).toContain(`https://easel.example${path}/card.jpg`)
  })

  it('SH26: sends nothing of a link that has a number of visits', async () => {
    const { name } = await openAlbum(server, { viewLimit: 2 })
    expect((await imagesOf(name)).every(({ viewUrl }) => viewUrl.startsWith('/s/'))).toBe(true)
  })

  it('SH26: stands in the addresses of files that owners are told', async () => {
    const { id: imageId } = await server.addImage({ of: owner })
    const target = { kind: 'image', imageId } as const
    const [open, limited] = [
      await server.sharing.links.create(owner, { target }),
      await server.sharing.links.create(owner, { target, viewLimit: 1 }),
    ]
    expect(open.fileUrl).toBe(`${cdnUrl}/images/${open.name}`)
    expect(open.url).toBe(`https://easel.example/s/${open.name}`)
    expect(limited.fileUrl).toBe(`https://easel.example/images/${limited.name}`)
  })
})
