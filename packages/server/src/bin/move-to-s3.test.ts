// The whole program on a bucket: moved there from a folder, while the store is away, and where it is none.
import { existsSync, rmSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { routes } from '@easel/contract'
import { openLog } from '#base/log.ts'
import { keepImage } from '#library/keep.ts'
import { sweep } from '#library/sweep.ts'
import { png, recordOf } from '#library/testing.ts'
import { createClient } from '#storage/s3/client.ts'
import { openTestStore, type TestStore } from '#storage/s3/testing/store.ts'
import { unpack } from '#transfer/zip/testing.ts'
import { startEasel, type TestEasel } from './testing.ts'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const log = openLog('silent')
let store: TestStore
let dataFolder: string
let environment: Record<string, string>

beforeAll(async () => {
  store = await openTestStore()
  dataFolder = await mkdtemp(join(tmpdir(), 'easel-move-'))
  environment = { ...store.environment, EASEL_STORAGE: 's3://pictures/easel' }
})
afterAll(async () => {
  await store.stop()
  await rm(dataFolder, { recursive: true, force: true })
})

const post = async (easel: TestEasel, path: string, body: object): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' }
  const answer = await easel.fetch(path, { method: 'POST', headers, body: JSON.stringify(body) })
  expect(answer.ok, path).toBe(true)
  return await answer.json()
}

async function keep({ database, storage, events, ownerId: userId }: TestEasel, words: string) {
  const bytes = png(words)
  const record = recordOf(bytes, { prompt: words })
  await keepImage({ db: database.db, storage, events, log }, { userId, bytes, record })
  return { id: record.id, bytes: Buffer.from(bytes) }
}

/** What `aws s3 sync` does: every file becomes an object of its path. */
async function copyInto(prefix: string, folder: string): Promise<void> {
  const client = createClient(store.access)
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const Key = `${prefix}/${relative(folder, path)}`
    await client.send(new PutObjectCommand({ Bucket: 'pictures', Key, Body: await readFile(path) }))
  }
  client.destroy()
}

async function bytesAt(easel: TestEasel, path: string): Promise<Buffer> {
  const answer = await easel.fetch(path)
  expect(answer.status, path).toBe(200)
  return Buffer.from(await answer.arrayBuffer())
}

describe('a library', () => {
  let easel: TestEasel
  let pictures: Awaited<ReturnType<typeof keep>>[]
  let paths: readonly string[]
  afterAll(() => easel.stop({ keepFolder: true }))

  it('SH3, ST5: that moves from a folder into a bucket keeps every link, thumbnail, download and picture', async () => {
    easel = await startEasel({ dataFolder })
    pictures = [await keep(easel, 'a fox'), await keep(easel, 'a hare'), await keep(easel, 'an owl')]
    const ids = pictures.map(({ id }) => id)
    const [imageId = '', second = ''] = ids
    const album = routes.createAlbum.response.parse(await post(easel, '/api/albums', { name: 'Animals' })).data
    await post(easel, `/api/albums/${album.id}/images`, { imageIds: ids })
    const share = async (target: object, wish: object = {}) =>
      routes.createShare.response.parse(await post(easel, '/api/shares', { target, ...wish })).data.name
    const one = await share({ kind: 'image', imageId }, { prompt: true })
    const many = await share({ kind: 'album', albumId: album.id })
    paths = [
      ...ids.flatMap((id) => [`/api/images/${id}/file`, `/api/images/${id}/thumbnail`]),
      `/images/${one}`,
      `/s/${one}/images/${imageId}/file`,
      `/s/${many}/images/${second}/thumbnail`,
      `/s/${many}/images/${second}/view?width=320`,
      `/s/${many}/images/${second}/file`,
    ]
    const before = await Promise.all(paths.map((path) => bytesAt(easel, path)))
    await easel.stop({ keepFolder: true })

    const files = join(dataFolder, 'files')
    await copyInto('easel', files)
    rmSync(files, { recursive: true })
    easel = await startEasel({ dataFolder, environment })

    for (const [index, path] of paths.entries()) {
      expect((await bytesAt(easel, path)).equals(before[index] ?? Buffer.alloc(0)), path).toBe(true)
    }
    for (const path of [`/s/${one}`, `/s/${many}`]) expect((await easel.fetch(path)).status).toBe(200)
    const part = await easel.fetch(`/api/images/${imageId}/file`, { headers: { range: 'bytes=1-3' } })
    expect([part.status, await part.text()]).toEqual([206, 'PNG'])
    const planned = routes.downloadImages.response.parse(
      await post(easel, '/api/images/download', { selection: { ids } }),
    )
    const unpacked = await unpack(await bytesAt(easel, planned.data.url))
    expect(unpacked.map(({ bytes }) => bytes?.length)).toEqual(pictures.map(({ bytes }) => bytes.length))
    expect(await sweep({ ...easel, db: easel.database.db, log }, { olderThanMs: 0 })).toEqual({
      adopted: 0,
      removed: 0,
      unknown: 0,
      missing: 0,
    })
  })

  it('ST1: goes on there: what is new, changed and erased is so in the bucket, and nowhere else', async () => {
    const { id, bytes } = await keep(easel, 'a badger')
    pictures.push({ id, bytes })
    expect((await bytesAt(easel, `/api/images/${id}/file`)).equals(bytes)).toBe(true)
    await bytesAt(easel, `/api/images/${id}/thumbnail`)
    const keysOf = () => [...store.blobs.keys()].filter((key) => key.includes(id))
    expect(keysOf().map((key) => /\.\w+$/.exec(key)?.[0])).toEqual(expect.arrayContaining(['.png', '.json', '.webp']))
    expect(keysOf().every((key) => key.startsWith('easel/images/user-') || key.startsWith('easel/derived/'))).toBe(true)
    expect(existsSync(join(dataFolder, 'files'))).toBe(false)
    const form = new FormData()
    form.append('file', new Blob([png('a newt')], { type: 'image/png' }), 'newt.png')
    expect((await easel.fetch('/api/images', { method: 'POST', body: form })).status).toBe(201)
  })

  it('ST12, LB3: whose store goes away says so, loses nothing, and has everything when it is back', async () => {
    const { database, events, storage } = easel
    const ports = { db: database.db, events, storage, log }
    await store.stop()
    const [first] = pictures
    const file = await easel.fetch(`/api/images/${first?.id}/file`)
    expect([file.status, await file.json()]).toMatchObject([503, { code: 'storage-unavailable' }])
    const form = new FormData()
    form.append('file', new Blob([png('a toad')], { type: 'image/png' }), 'toad.png')
    const upload = await easel.fetch('/api/images', { method: 'POST', body: form })
    expect([upload.status, await upload.json()]).toMatchObject([503, { code: 'storage-unavailable' }])
    await expect(sweep(ports, { olderThanMs: 0 })).rejects.toMatchObject({ code: 'storage-unavailable' })
    expect((await easel.fetch('/api/images')).status).toBe(200)
    const damaged = () => database.db.selectFrom('images').where('damage', 'is not', null).select('id').execute()
    expect(await damaged()).toEqual([])
    await store.start()
    for (const path of paths) await bytesAt(easel, path)
    const again = new FormData()
    again.append('file', new Blob([png('a toad')], { type: 'image/png' }), 'toad.png')
    expect((await easel.fetch('/api/images', { method: 'POST', body: again })).status).toBe(201)
    expect(await sweep(ports, { olderThanMs: 0 })).toMatchObject({ missing: 0 })
    expect(await damaged()).toEqual([])
  })
})

describe('a start', () => {
  it.each([
    [
      'another bucket',
      { EASEL_STORAGE: 's3://others' },
      /^EASEL_STORAGE cannot be used\. The store could not be written to \(s3:\/\/others\): .*NoSuchBucket.*\.$/,
    ],
    ['nobody there', { S3_ENDPOINT: 'http://127.0.0.1:9' }, /^EASEL_STORAGE cannot be used\. .*ECONNREFUSED.*\.$/],
  ])('ST14: with %s is refused in one sentence', async (_, changes, words) => {
    const folder = await mkdtemp(join(tmpdir(), 'easel-refused-'))
    const starting = startEasel({ dataFolder: folder, environment: { ...environment, ...changes } })
    await expect(starting).rejects.toMatchObject({ name: 'StartError', message: expect.stringMatching(words) })
    await rm(folder, { recursive: true, force: true })
  })
})
