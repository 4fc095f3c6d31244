import { createServer, request as ask, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import type { Storage, StorageAccess } from '../spec/storage.ts'
import { openS3Storage } from './open.ts'
import { backend } from './storage.ts'
import { openTestStore, type TestStore } from './testing/store.ts'

const text = (words: string): Buffer => Buffer.from(words)

async function keysOf(storage: Storage, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const { key } of storage.list(prefix)) keys.push(key)
  return keys
}

let store: TestStore
beforeEach(async () => {
  store = await openTestStore()
})
afterEach(() => store.stop())

const openAt = (location: string, access: StorageAccess = store.access) => backend.open(new URL(location), access)

describe('a bucket', () => {
  it('ST14: is tried out when it is opened, and nothing of that stays', async () => {
    await openAt('s3://pictures/here')
    expect([...store.blobs.keys()]).toEqual([])
  })

  it.each<[string, string, Partial<StorageAccess>, RegExp]>([
    ['is not there', 's3://others', {}, /could not be written to \(s3:\/\/others\): .*NoSuchBucket, 404/],
    [
      'does not know who asks',
      's3://pictures',
      { keyId: 'NOBODY' },
      /could not be written to \(s3:\/\/pictures\): .*InvalidAccessKeyId/,
    ],
    [
      'is nowhere',
      's3://pictures',
      { endpoint: 'http://127.0.0.1:9' },
      /could not be written to \(s3:\/\/pictures\): .*ECONNREFUSED/,
    ],
    ['is no bucket', 's3://pictures?region=x', {}, /s3:\/\/bucket or s3:\/\/bucket\/prefix/],
  ])('ST14: that %s is refused in a sentence', async (_, location, access, words) => {
    const opening = openAt(location, { ...store.access, ...access })
    await expect(opening).rejects.toMatchObject({ name: 'StorageError', message: expect.stringMatching(words) })
    await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('S3RVER') })
  })

  it('has blobs below its prefix alone, named by their keys', async () => {
    const [here, there, all] = [
      await openAt('s3://pictures/easel/here'),
      await openAt('s3://pictures/easel/here-too/'),
      await openAt('s3://pictures'),
    ]
    await here.put('images/a.png', text('here'))
    await there.put('images/a.png', text('there'))
    expect([...store.blobs.keys()]).toEqual(['easel/here/images/a.png', 'easel/here-too/images/a.png'])
    expect([await keysOf(here), await keysOf(there)]).toEqual([['images/a.png'], ['images/a.png']])
    expect(await keysOf(all, 'easel/here')).toEqual(['easel/here/images/a.png'])
    await here.delete('images/a.png')
    expect(await there.read('images/a.png')).toEqual(text('there'))
  })

  it('ST5: passes over names that no key has, such as marks for folders', async () => {
    const storage = await openAt('s3://pictures')
    await storage.put('images/a', text('x'))
    const kept = present(store.blobs.get('images/a'), 'a blob')
    for (const name of ['images/', '.hidden', 'images/.tmp/b', 'images/ö.png', 'images//c', 'images/d ']) {
      store.blobs.set(name, kept)
    }
    expect(await keysOf(storage)).toEqual(['images/a'])
  })

  it('ST5: is listed to its end, page by page', async () => {
    const storage = await openAt('s3://pictures/p')
    const keys = Array.from({ length: 95 }, (_, index) => `images/${String(index).padStart(3, '0')}`)
    await Promise.all(keys.map((key) => storage.put(key, text(key))))
    expect(await keysOf(storage, 'images')).toEqual(keys)
  })
})

describe('a store that is away', () => {
  const away = { name: 'StorageError', fault: 'unreachable', code: 'storage-unavailable' }

  it('ST12: is no store without blobs, and has them all when it is back', async () => {
    const storage = await openAt('s3://pictures')
    await storage.put('a', text('x'))
    await store.stop()
    for (const work of [
      () => storage.get('a'),
      () => storage.read('a'),
      () => storage.stat('a'),
      () => storage.delete('a'),
      () => storage.put('b', text('y')),
      () => keysOf(storage),
      () => keysOf(storage, 'a'),
    ]) {
      await expect(work()).rejects.toMatchObject(away)
    }
    await store.start()
    expect(await storage.read('a')).toEqual(text('x'))
    await storage.put('b', text('y'))
    expect(await keysOf(storage)).toEqual(['a', 'b'])
  })

  it('ST15: a bucket that is gone has not lost its blobs', async () => {
    const storage = await openAt('s3://pictures')
    await storage.put('a', text('x'))
    store.buckets.clear()
    for (const work of [
      () => storage.stat('a'),
      () => storage.read('a'),
      () => storage.get('a'),
      () => storage.delete('a'),
    ]) {
      await expect(work()).rejects.toMatchObject({ name: 'StorageError', fault: 'failed' })
    }
  })
})

const impatient = { answerMs: 1500, silenceMs: 1500 }

/** Something that is no store at the other end. */
async function answering(listener: RequestListener): Promise<{ server: Server; access: StorageAccess }> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // oxlint-disable-line typescript/consistent-type-assertions -- it listens
  return { server, access: { ...store.access, endpoint: `http://127.0.0.1:${port}` } }
}

const passOn: RequestListener = (request, response) => {
  const { url, method = 'GET', headers } = request
  const passed = ask(`${store.endpoint}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 500, answer.headers)
    answer.pipe(response)
  })
  request.pipe(passed)
}

describe('what stands between', () => {
  let server: Server | null = null
  afterEach(() => {
    server?.closeAllConnections()
    server?.close()
    server = null
  })

  /** A store that was opened, and another answer to everything from then on. */
  async function openBehind(answer: RequestListener): Promise<Storage> {
    let listener = passOn
    const opened = await answering((request, response) => listener(request, response))
    server = opened.server
    const storage = await openS3Storage(store.location, opened.access, impatient)
    await storage.put('a', Buffer.alloc(3_000_000, 7))
    listener = answer
    return storage
  }

  it('ST15: a page that says 404 is not the store saying that a blob is missing', async () => {
    const storage = await openBehind((_, response) => {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>404 Not Found</h1>')
    })
    for (const work of [() => storage.stat('a'), () => storage.read('a'), () => storage.delete('a')]) {
      await expect(work()).rejects.toMatchObject({ name: 'StorageError', fault: 'failed' })
    }
  })

  it('ST12: a store that takes a request and never answers is out of reach, and so is one that stops in the middle', async () => {
    const storage = await openBehind(() => undefined)
    const works = [storage.stat('a'), storage.put('b', text('y')), keysOf(storage)]
    for (const work of await Promise.allSettled(works)) {
      expect(work).toMatchObject({ reason: { name: 'StorageError', fault: 'unreachable' } })
    }
    server?.closeAllConnections()
    server?.close()
    const stopping = await openBehind((_, response) => {
      response.writeHead(200, { 'content-length': '3000000', 'last-modified': new Date().toUTCString() })
      response.write(Buffer.alloc(700_000, 7))
    })
    await expect(stopping.read('a')).rejects.toMatchObject({
      fault: 'unreachable',
      message: expect.stringContaining('stopped'),
    })
  })

  it('ST12: a body that is read slowly is not one that does not come', async () => {
    const storage = await openBehind(passOn)
    const got = present(await storage.get('a'), 'a')
    let length = 0
    for await (const chunk of got.body) {
      if (length === 0) await new Promise((resolve) => void setTimeout(resolve, 2 * impatient.silenceMs))
      length += chunk.length
    }
    expect(length).toBe(3_000_000)
  })

  it('ST3: a body that breaks off is an error, not a shorter blob', async () => {
    const storage = await openBehind((_, response) => {
      response.writeHead(200, { 'content-length': '3000000', 'last-modified': new Date().toUTCString() })
      response.write(Buffer.alloc(700_000, 7), () => setTimeout(() => response.destroy(), 50))
    })
    const got = present(await storage.get('a'), 'a')
    expect(got.size).toBe(3_000_000)
    const read = async () => {
      let length = 0
      for await (const chunk of got.body) length += chunk.length
      return length
    }
    await expect(read()).rejects.toMatchObject({ name: 'StorageError', fault: 'unreachable' })
    await expect(storage.read('a')).rejects.toMatchObject({ fault: 'unreachable' })
  })
})

describe('a signed address', () => {
  const read = {
    seconds: 60,
    contentType: 'image/png',
    contentDisposition: `inline; filename="a fox.png"; filename*=UTF-8''%F0%9F%A6%8A.png`,
    cacheControl: 'public, max-age=60',
  }

  it('ST16: gives a blob to who has no key, with the headers that were asked for', async () => {
    const storage = await openAt('s3://pictures/p')
    await storage.put('a', text('x'.repeat(100)))
    const address = await present(storage.sign, 'signing')('a', read)
    expect(address.startsWith(`${store.endpoint}/pictures/p/a?`)).toBe(true)
    const answer = await fetch(address, { headers: { range: 'bytes=0-9' } })
    expect([answer.status, await answer.text()]).toEqual([206, 'x'.repeat(10)])
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('content-disposition')).toBe(read.contentDisposition)
    expect(answer.headers.get('cache-control')).toBe(read.cacheControl)
    expect(new URL(address).searchParams.get('X-Amz-Expires')).toBe('60')
  })

  it('ST16: is at the address that people reach the store by', async () => {
    const storage = await openAt('s3://pictures', { ...store.access, publicEndpoint: 'https://files.example.com' })
    expect(await storage.sign?.('a', read)).toMatch(
      /^https:\/\/files\.example\.com\/pictures\/a\?.*X-Amz-Signature=[0-9a-f]{64}/,
    )
    await expect(storage.sign?.('../a', read)).rejects.toMatchObject({ fault: 'bad-key' })
  })
})
