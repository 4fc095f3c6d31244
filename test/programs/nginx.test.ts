// A real nginx in front of Easel, as docs/nginx.md has it: what it sends, what it keeps, and for how long.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { routes } from '@easel/contract'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { encodePng } from '../../packages/server/src/media/pixels.ts'
import { handOffPrefix, hasNginx, proxyAddress, startNginx } from '../../bench/nginx.ts'

const side = 400
const json = { 'content-type': 'application/json' }

// Debian: apt-get install nginx-light
describe.skipIf(!hasNginx())('behind nginx (left out where there is none)', () => {
  let folder: string
  let easel: TestEasel
  let nginx: Awaited<ReturnType<typeof startNginx>>
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'easel-nginx-'))
    const environment = { EASEL_TRUSTED_PROXIES: proxyAddress, EASEL_HAND_OFF: `x-accel:${handOffPrefix}` }
    easel = await startEasel({ environment })
    const files = join(easel.dataFolder, 'files')
    nginx = await startNginx({ folder: join(folder, 'nginx'), plain: folder, files, easel: easel.baseUrl })
  })
  afterAll(async () => {
    await nginx.stop()
    await easel.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const send = (method: string, path: string, body: object) =>
    easel.fetch(path, { method, headers: json, body: JSON.stringify(body) })

  /** A link to a picture, as nothing has asked for it yet. */
  async function share(wish: object = {}) {
    const pixels = randomBytes(side * side * 4)
    const base64 = Buffer.from(await encodePng(pixels, side, side)).toString('base64')
    const imageId = routes.addImage.response.parse(await (await send('POST', '/api/images', { base64 })).json()).data.id
    const target = { kind: 'image', imageId }
    const made = routes.createShare.response.parse(
      await (await send('POST', '/api/shares', { target, ...wish })).json(),
    )
    const { id, name } = made.data
    const path = `/s/${name}/images/${imageId}`
    return {
      id,
      page: `/s/${name}`,
      thumbnail: `${path}/thumbnail`,
      view: `${path}/view?width=320`,
      file: `${path}/file`,
    }
  }

  const at = async (path: string, headers: Record<string, string> = {}) => await fetch(nginx.url + path, { headers })
  const statusOf = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await at(path, headers)
    await answer.arrayBuffer()
    return answer.status
  }
  const revoke = (id: string) => easel.fetch(`/api/shares/${id}`, { method: 'DELETE' })
  /** Until nothing that was kept before is sent any more. */
  const afterwards = () => delay(3_100)

  it('SH25, SH27: sends the same bytes under the same headers as Easel itself', async () => {
    const { thumbnail, view, file } = await share()
    const names = ['etag', 'cache-control', 'content-type', 'content-length', 'content-security-policy', 'x-robots-tag']
    for (const path of [thumbnail, view, file]) {
      const direct = await easel.fetch(path)
      // The second comes from what is kept, where something is.
      await statusOf(path)
      const handed = await at(path)
      for (const name of names)
        expect([path, name, handed.headers.get(name)]).toEqual([path, name, direct.headers.get(name)])
      for (const name of ['x-accel-expires', 'x-accel-redirect']) expect(handed.headers.get(name)).toBeNull()
      expect(Buffer.from(await handed.arrayBuffer()).equals(Buffer.from(await direct.arrayBuffer()))).toBe(true)
      expect(await statusOf(path, { 'if-none-match': direct.headers.get('etag') ?? '' })).toBe(304)
    }
    expect((await at(view, { accept: 'image/avif' })).headers.get('content-type')).toBe('image/avif')
    expect((await at(view, { accept: 'image/webp' })).headers.get('content-type')).toBe('image/webp')
    const part = await at(file, { range: 'bytes=1-3' })
    expect([part.status, await part.text()]).toEqual([206, 'PNG'])
  })

  it('SH27: a link that is taken back is over at once, and its small pictures are within the seconds they are kept', async () => {
    const { id, page, thumbnail, view, file } = await share()
    for (const path of [page, thumbnail, view, file]) expect(await statusOf(path)).toBe(200)
    await revoke(id)
    for (const path of [page, file]) expect(await statusOf(path)).toBe(404)
    await afterwards()
    for (const path of [thumbnail, view]) expect(await statusOf(path)).toBe(404)
  })

  it('SH27: within those seconds nginx answers without asking, and asks each time for what is not everybody’s', async () => {
    const keptOf = async (path: string, cookie = '') => (await at(path, { cookie })).headers.get('x-kept')
    const { thumbnail } = await share()
    await expect.poll(() => keptOf(thumbnail)).toBe('HIT')
    const password = 'a fox in the snow'
    const closed = await share({ password })
    const body = JSON.stringify({ password })
    const given = await fetch(nginx.url + closed.page, { method: 'POST', headers: json, body })
    const cookie = given.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    for (let n = 0; n < 3; n++) expect(await keptOf(closed.thumbnail, cookie)).not.toBe('HIT')
  })

  it('SH27: what nobody has asked for is refused at once, and no refusal is kept', async () => {
    const { id, thumbnail } = await share({ startsAt: new Date(Date.now() + 3_600_000).toISOString() })
    expect(await statusOf(thumbnail)).toBe(403)
    await send('PATCH', `/api/shares/${id}`, { startsAt: null })
    expect(await statusOf(thumbnail)).toBe(200)
  })

  it('SH27: nothing of a link with a password is sent to who has not given it, whoever has seen it', async () => {
    const { page, thumbnail, view, file } = await share({ password: 'a fox in the snow' })
    const body = JSON.stringify({ password: 'a fox in the snow' })
    const given = await fetch(nginx.url + page, { method: 'POST', headers: json, body })
    const cookie = given.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    for (const path of [thumbnail, view, file]) {
      expect(await statusOf(path, { cookie })).toBe(200)
      expect(await statusOf(path)).toBe(401)
    }
  })

  it('SH12, SH27: of a number of visits each is counted, and none is given away', async () => {
    const { thumbnail } = await share({ viewLimit: 2 })
    const first = await at(thumbnail, { 'user-agent': 'one' })
    await first.arrayBuffer()
    const cookie = first.headers.getSetCookie()[0]?.split(';')[0] ?? ''
    expect([first.status, await statusOf(thumbnail, { cookie })]).toEqual([200, 200])
    expect([await statusOf(thumbnail), await statusOf(thumbnail)]).toEqual([200, 410])
  })

  it('SH12, SH27: pages are counted, each visitor’s, however soon one follows another', async () => {
    const { id, page, thumbnail } = await share()
    for (const agent of ['one', 'two', 'three']) {
      expect(await statusOf(page, { 'user-agent': agent })).toBe(200)
      expect(await statusOf(thumbnail, { 'user-agent': agent })).toBe(200)
    }
    const { data } = routes.getShare.response.parse(await (await easel.fetch(`/api/shares/${id}`)).json())
    expect(data.views).toBe(3)
  })
})
