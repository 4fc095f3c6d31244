// Originals that the storage itself sends, at addresses that are signed. Rule SH28 in docs/spec/sharing.md.
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ShareCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { png } from '#library/testing.ts'
import { readMetadata } from '#media/read-metadata.ts'
import { openS3Storage } from '#storage/s3/open.ts'
import { openTestStore, type TestStore } from '#storage/s3/testing/store.ts'
import { openServer, type TestServer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let store: TestStore
let server: TestServer
let owner: string

beforeAll(async () => {
  store = await openTestStore()
  const storage = await openS3Storage(store.location, store.access)
  server = await openServer({ works: false, accounts: {}, signedUrls: true, wrapStorage: () => storage })
})
afterAll(async () => {
  await server.close()
  await store.stop()
})
beforeEach(async () => {
  owner = await server.pipeline.addUser()
})

async function openLink(wish: Partial<ShareCreate> = {}) {
  const image = await server.addImage({ of: owner, file: png(newId()), prompt: 'a secret fox' })
  const link = await server.sharing.links.create(owner, { target: { kind: 'image', imageId: image.id }, ...wish })
  return { ...link, image, file: `/s/${link.name}/images/${image.id}/file`, named: `/images/${link.name}` }
}

const fetched = async (address: string) => {
  const answer = await fetch(address)
  return { answer, bytes: Buffer.from(await answer.arrayBuffer()) }
}

describe('an original of an open link', () => {
  it('SH28: comes from the storage, with its type and name, for five minutes at most', async () => {
    const { file, named, image } = await openLink({ prompt: true })
    for (const path of [file, named]) {
      const sent = await server.ask(path)
      expect([sent.status, sent.body.length]).toEqual([302, 0])
      expect(sent.headers['cache-control']).toBe('private, no-store')
      for (const name of ['etag', 'content-disposition']) expect(sent.headers).not.toHaveProperty(name)
      const address = new URL(sent.headers.location ?? '')
      expect(address.origin).toBe(store.endpoint)
      expect(Number(address.searchParams.get('X-Amz-Expires'))).toBeLessThanOrEqual(300)
      const { answer, bytes } = await fetched(address.href)
      expect(answer.status).toBe(200)
      expect(bytes.equals(store.blobs.get(image.storage_key)?.bytes ?? Buffer.alloc(0))).toBe(true)
      expect(answer.headers.get('content-type')).toBe('image/png')
      expect(answer.headers.get('content-disposition')).toMatch(/^inline; filename="/)
      expect(answer.headers.get('cache-control')).toBe('public, max-age=300')
    }
  })

  it('SH28: is the one without the prompt where the link tells none', async () => {
    const { file, image } = await openLink()
    const { headers } = await server.ask(file)
    expect(headers.location).toContain('/derived/')
    expect(headers.location).not.toContain(image.filename)
    const { bytes } = await fetched(headers.location ?? '')
    expect(JSON.stringify(readMetadata(bytes))).not.toContain('secret fox')
    expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  })

  it('SH28: is sent to nobody beyond the end of the link', async () => {
    const { file } = await openLink({ prompt: true, expiresAt: new Date(Date.now() + 20_000).toISOString() })
    const address = new URL((await server.ask(file)).headers.location ?? '')
    const seconds = Number(address.searchParams.get('X-Amz-Expires'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(20)
  })

  it('SH28: is not changed: 304', async () => {
    const { file } = await openLink({ prompt: true })
    const headers = { 'sec-fetch-mode': 'cors' }
    const { etag = '' } = (await server.ask({ path: file, headers })).headers
    const again = await server.ask({ path: file, headers: { 'if-none-match': etag } })
    expect([again.status, again.headers.location]).toEqual([304, undefined])
  })
})

describe('this server', () => {
  it.each<[string, Record<string, string>, string]>([
    ['scripts of other origins', { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'cross-site' }, 'GET'],
    ['pictures on its own pages', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'same-origin' }, 'GET'],
    ['who only asks for the headers', {}, 'HEAD'],
  ])('SH28: answers %s', async (_, headers, method) => {
    const { file, image } = await openLink({ prompt: true })
    const answer = await server.ask({ path: file, headers, method })
    expect([answer.status, answer.headers['content-length']]).toEqual([200, String(image.bytes)])
  })

  it('SH28: sends itself what has a password or a number of visits, and refuses what it refuses', async () => {
    const limited = await openLink({ prompt: true, viewLimit: 5 })
    expect((await server.ask(limited.file)).status).toBe(200)
    const closed = await openLink({ prompt: true, password: 'a fox in the snow' })
    const kept = await openLink({ prompt: true, download: false })
    const gone = await openLink({ prompt: true })
    await server.sharing.links.revoke(owner, gone.id)
    const missing = await openLink({ prompt: true })
    await server.process.storage.delete(missing.image.storage_key)
    const links = [closed, kept, gone, missing]
    const answers = await Promise.all(links.map(({ file }) => server.ask(file)))
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 404, 404])
    for (const { headers } of answers) expect(headers).not.toHaveProperty('location')
  })

  it('SH28: sends owners their pictures itself', async () => {
    const local = await openServer({ works: false, signedUrls: true, wrapStorage: () => server.process.storage })
    const image = await local.addImage({ file: png(newId()) })
    const answer = await local.ask(`/api/images/${image.id}/file`)
    expect([answer.status, answer.body.length]).toEqual([200, image.bytes])
    await local.close()
  })

  it('ST12: says in words that the storage does not answer, and not where it is', async () => {
    const { file, image } = await openLink({ prompt: true })
    const thumbnail = file.replace(/file$/, 'thumbnail')
    await server.process.storage.delete(image.storage_key)
    await store.stop()
    for (const path of [file, thumbnail]) {
      const answer = await server.ask({ path, headers: { 'sec-fetch-mode': 'cors' } })
      expect([answer.status, answer.json()]).toMatchObject([503, { code: 'storage-unavailable' }])
      expect(answer.text).not.toMatch(/127\.0\.0\.1|images\/user-|ECONN/)
    }
    expect((await server.ask('/readyz')).status).toBe(200)
    await store.start()
    expect((await server.ask({ path: file, headers: { 'sec-fetch-mode': 'cors' } })).status).toBe(404)
  })
})
