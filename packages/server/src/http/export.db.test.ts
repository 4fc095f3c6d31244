// Everything of a user as one archive.
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { request, type IncomingMessage } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { newId } from '#base/ids.ts'
import { createCollections } from '#library/collections.ts'
import { Sidecar } from '#library/image-record.ts'
import { png, recordOf } from '#library/testing.ts'
import { createPromptParts } from '#prompts/parts.ts'
import { createExports } from '#transfer/export/export.ts'
import { unpack } from '#transfer/zip/testing.ts'
import { StorageError, type Storage } from '#storage/spec/storage.ts'
import { collectGarbage } from './testing/collect-garbage.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

let server: TestServer
const key = 'sk-never-to-be-exported-0123456789'
beforeAll(async () => {
  server = await openServer({ works: false })
})
afterAll(() => server.close())

async function download(headers: Record<string, string> = {}) {
  const answer = await server.ask({ path: '/api/me/export', headers })
  expect(Number(answer.headers['content-length'])).toBe(answer.body.length)
  return answer
}

async function filesOf(body: Buffer): Promise<Map<string, Buffer>> {
  const found = await unpack(body)
  return new Map(found.map(({ entry, bytes }) => [entry.fileName, bytes ?? Buffer.alloc(0)]))
}

const jsonIn = (files: Map<string, Buffer>, name: string): unknown => JSON.parse(String(files.get(name)))
const linesIn = (files: Map<string, Buffer>, name: string) =>
  String(files.get(name))
    .split('\n')
    .filter((line) => line !== '')

const Manifest = z.object({
  version: z.literal(1),
  counts: z.object({
    pictures: z.int(),
    trash: z.int(),
    generations: z.int(),
    tags: z.int(),
    albums: z.int(),
    albumPictures: z.int(),
    searches: z.int(),
    prompts: z.int(),
    shares: z.int(),
  }),
  missing: z.array(z.object({ id: z.string(), filename: z.string(), why: z.string() })),
})

/** Files without a name in the folder of temporary ones that this process holds open. */
function heldOpen(): string[] {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      // Closed meanwhile: the very one that the folder was read with.
      return ''
    }
  })
  return links.filter((link) => link.startsWith(server.temporaryFolder))
}

async function nothingLeft(): Promise<void> {
  expect(readdirSync(server.temporaryFolder)).toEqual([])
  if (process.platform === 'linux') await until(() => heldOpen().length === 0)
}

describe('GET /api/me/export', () => {
  it('TR20, TR23: holds everything of its owner, nothing of others, and no secret', async () => {
    const { db, userId, addUser } = server.pipeline
    const fox = png(newId())
    const tags = [{ tagType: 'LABEL' as const, tagId: 'Füchse 🦊' }]
    const live = await server.addImage({ file: fox, prompt: 'ein Fuchs', tags, createdAt: '2024-02-29T10:00:00.000Z' })
    const gone = await server.addImage({ file: png(newId()), prompt: 'in the trash' })
    await server.process.images.remove(userId, gone.id)
    const other = await addUser()
    const theirs = await server.addImage({ file: png(newId()), prompt: 'somebody else’s prompt', of: other })
    const { albums, searches, details } = createCollections({
      ...server.process,
      db,
      log: server.pipeline.log,
      trashDays: 30,
    })
    await details.update(userId, live.id, { title: 'T', notes: 'N', favourite: true, rating: 4 })
    for (const [of, name, id] of [
      [userId, 'Foxes', live.id],
      [other, 'somebody else’s album', theirs.id],
    ] as const) {
      const album = await albums.create(of, { name })
      await albums.add(of, album.id, [id])
      await albums.update(of, album.id, { coverId: id })
      await searches.create(of, { name: `of ${name}`, query: { q: 'fox', album: album.id } })
      const parts = createPromptParts({ db, events: server.process.events })
      await parts.create(of, { kind: 'style', name: `in ${name}`, text: '{prompt} in oil', negativePrompt: 'fog' })
    }
    const { id: connectionId } = await server.process.connections.create(userId, {
      name: 'Mine',
      provider: 'paint',
      baseUrl: 'http://127.0.0.1:9/v1',
      key,
    })
    await server.process.generations.submit(userId, { prompt: 'a generation', connectionId }, { origin: 'easel' })
    const secrets = {
      credential: {
        id: newId(),
        user_id: userId,
        provider_id: 'credential',
        account_id: 'x',
        password: 'hash-of-password',
      },
      session: { id: newId(), user_id: userId, token: 'token-of-session', expires_at: new Date() },
      key: { id: newId(), user_id: userId, name: 'n', scopes: '[]', digest: 'digest-of-key', hint: 'hint' },
      factor: { id: newId(), user_id: userId, secret: 'secret-of-factor', backup_codes: 'codes-of-factor' },
    }
    await db.insertInto('credentials').values(secrets.credential).execute()
    await db.insertInto('sessions').values(secrets.session).execute()
    await db.insertInto('api_keys').values(secrets.key).execute()
    await db.insertInto('two_factors').values(secrets.factor).execute()

    const link = await server.sharing.links.create(userId, {
      target: { kind: 'images', imageIds: [live.id] },
      title: 'For you',
      password: 'password-of-link',
    })

    const answer = await download()
    expect(answer.headers).toMatchObject({ 'content-type': 'application/zip', 'x-content-type-options': 'nosniff' })
    expect(answer.headers['content-disposition']).toContain('easel-export.zip')
    const files = await filesOf(answer.body)
    const name = `pictures/2024/02/${live.filename}`
    expect(files.get(name)).toEqual(Buffer.from(fox))
    expect(Sidecar.parse(jsonIn(files, `${name}.json`))).toMatchObject({
      id: live.id,
      prompt: 'ein Fuchs',
      tags,
      title: 'T',
      notes: 'N',
      favourite: true,
      rating: 4,
    })
    const trashed = [...files.keys()].filter((file) => file.startsWith('trash/'))
    expect(new Set(trashed.map((file) => file.split('/').at(-1)))).toEqual(
      new Set([gone.filename, `${gone.filename}.json`]),
    )
    expect(jsonIn(files, trashed.find((file) => file.endsWith('.json')) ?? '')).toMatchObject({
      id: gone.id,
      deletedAt: expect.any(String),
    })
    expect(Manifest.parse(jsonIn(files, 'manifest.json'))).toMatchObject({
      counts: {
        pictures: 1,
        trash: 1,
        generations: 1,
        tags: 1,
        albums: 1,
        albumPictures: 1,
        searches: 1,
        prompts: 1,
        shares: 1,
      },
      missing: [],
    })
    expect(linesIn(files, 'generations.jsonl').map((line) => JSON.parse(line))).toMatchObject([
      { resolvedPrompt: 'a generation', connectionName: 'Mine', state: 'queued' },
    ])
    expect(linesIn(files, 'tags.jsonl').map((line) => JSON.parse(line))).toEqual(tags)
    expect(linesIn(files, 'albums.jsonl').map((line) => JSON.parse(line))).toMatchObject([{ name: 'Foxes' }])
    expect(linesIn(files, 'album-pictures.jsonl').map((line) => JSON.parse(line))).toMatchObject([
      { imageId: live.id, filename: live.filename, isCover: true },
    ])
    expect(linesIn(files, 'searches.jsonl').map((line) => JSON.parse(line))).toMatchObject([
      { name: 'of Foxes', query: { q: 'fox', album: expect.any(String) } },
    ])
    expect(linesIn(files, 'prompts.jsonl').map((line) => JSON.parse(line))).toMatchObject([
      { kind: 'style', name: 'in Foxes', text: '{prompt} in oil', negativePrompt: 'fog' },
    ])
    expect(linesIn(files, 'shares.jsonl').map((line) => JSON.parse(line))).toMatchObject([
      { id: link.id, kind: 'images', imageIds: [live.id], title: 'For you', name: link.name, hadPassword: true },
    ])
    expect(jsonIn(files, 'connections.json')).toMatchObject([{ name: 'Mine', provider: 'paint', hadKey: true }])
    expect(jsonIn(files, 'account.json')).toMatchObject({ id: userId })
    expect(String(files.get('README.txt'))).toContain('easel import')
    const everything = [...files.values()].map((bytes) => bytes.toString('latin1')).join('\n')
    const never = [
      key,
      'somebody else',
      'hash-of-password',
      'token-of-session',
      'digest-of-key',
      'secret-of-factor',
      'codes-of-factor',
      'argon2',
    ]
    for (const secret of never) expect(everything).not.toContain(secret)
    const { secret } = await db
      .selectFrom('connections')
      .select('secret')
      .where('id', '=', connectionId)
      .executeTakeFirstOrThrow()
    expect(everything).not.toContain(secret)
    await nothingLeft()
  })

  it('TR21: is taken up again where it broke off, and begins anew when something changed', async () => {
    const whole = await download()
    const etag = String(whole.headers.etag)
    const middle = Math.floor(whole.body.length / 2)
    const headers = { range: `bytes=${middle}-`, 'if-range': etag }
    const rest = await download(headers)
    expect(rest.status).toBe(206)
    expect(rest.headers['content-range']).toBe(`bytes ${middle}-${whole.body.length - 1}/${whole.body.length}`)
    expect(rest.body.equals(whole.body.subarray(middle))).toBe(true)
    const beyond = await server.ask({ path: '/api/me/export', headers: { range: `bytes=${whole.body.length}-` } })
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${whole.body.length}`])
    await server.addImage({ file: png(newId()) })
    const anew = await download(headers)
    expect(anew.status).toBe(200)
    expect(anew.body.length).toBeGreaterThan(whole.body.length)
    await nothingLeft()
  })

  it('TR21: leaves nothing behind when whoever reads it goes away', async () => {
    await server.addImage({ file: Buffer.concat([png(newId()), Buffer.alloc(8 * 1024 * 1024)]) })
    const { hostname, port } = new URL(server.baseUrl)
    const sent = request({ hostname, port, path: '/api/me/export', agent: false }).end()
    const [response]: IncomingMessage[] = (await once(sent, 'response')) as [IncomingMessage] // oxlint-disable-line typescript/consistent-type-assertions -- what the event carries
    if (process.platform === 'linux') expect(heldOpen().length).toBeGreaterThan(0)
    await once(response ?? sent, 'data')
    sent.destroy()
    await nothingLeft()
    const early = request({ hostname, port, path: '/api/me/export', agent: false }).end()
    early.on('error', () => {})
    await once(early, 'finish')
    early.destroy()
    await nothingLeft()
    expect(server.pipeline.lines.filter((line) => line.includes('"level":50'))).toEqual([])
  })

  it('TR22: names what is missing or damaged, and gives everything else', async () => {
    const { files, db, userId } = server.pipeline
    const lost = await server.addImage({ file: png(newId()) })
    const cut = await server.addImage({ file: png(newId()) })
    const changed = await server.addImage({ file: png(newId()) })
    const odd = await server.addImage({ file: png(newId()) })
    await files.delete(lost.storage_key)
    await files.put(cut.storage_key, Buffer.from('short'))
    await files.put(changed.storage_key, Buffer.alloc(changed.bytes))
    for (const [{ id }, damage] of [
      [changed, 'The file is not the one that was saved.'],
      [odd, 'It cannot be decoded.'],
    ] as const) {
      await db.updateTable('images').set({ damage }).where('id', '=', id).execute()
    }
    const { body } = await download()
    const found = await filesOf(body)
    const { missing, counts } = Manifest.parse(jsonIn(found, 'manifest.json'))
    expect(new Set(missing.map(({ id, why }) => `${id} ${why}`))).toEqual(
      new Set([
        `${lost.id} The file is missing.`,
        `${cut.id} The file has another size than when it was saved.`,
        `${changed.id} The file is not the one that was saved.`,
      ]),
    )
    const names = [...found.keys()]
    expect(names.filter((name) => name.endsWith(odd.filename)).length, 'whole, if not to be shown').toBe(1)
    for (const { filename } of [lost, cut, changed]) {
      expect(names.filter((name) => name.includes(filename)).map((name) => name.slice(-9))).toEqual([
        `${filename}.json`.slice(-9),
      ])
    }
    const rows = await db.selectFrom('images').select('id').where('user_id', '=', userId).execute()
    expect(counts.pictures + counts.trash + missing.length).toBe(rows.length)
  })
})

it('TR22: is no archive without pictures while the store does not answer', async () => {
  const { db, log, files, userId } = server.pipeline
  await server.addImage({ file: png(newId()) })
  const away = new StorageError('unreachable', 'connect ECONNREFUSED 10.0.0.7:9000')
  const storage: Storage = { ...files, stat: () => Promise.reject(away) }
  const exports = createExports({ db, log, storage, temporaryFolder: server.temporaryFolder })
  await expect(exports.open(userId, new AbortController().signal)).rejects.toBe(away)
  await nothingLeft()
})

describe('a large library', () => {
  const count = 800
  const size = 256 * 1024

  it('TR21: takes no more memory than a small one', { timeout: 120_000 }, async () => {
    const { db, log, files, addUser } = server.pipeline
    const userId = await addUser()
    const record = recordOf(png())
    const rows = Array.from({ length: count }, (_, at) => ({
      id: newId(),
      user_id: userId,
      generation_id: null,
      generation_index: null,
      filename: `${at}.png`,
      storage_key: `images/user-${userId}/2026/11/${at}.png`,
      source: 'import' as const,
      mime_type: 'image/png',
      bytes: size,
      width: 16,
      height: 16,
      sha256: record.sha256,
      crc32: 0,
      thumbhash: null,
      derived_at: null,
      damage: null,
      prompt: 'x'.repeat(2000),
      revised_prompt: null,
      negative_prompt: null,
      description: null,
      model: null,
      provider: null,
      seed: null,
      parent_id: null,
      history_second: 'x',
      history_number: at,
      created_at: new Date(),
      deleted_at: null,
    }))
    for (let at = 0; at < count; at += 500) {
      await db
        .insertInto('images')
        .values(rows.slice(at, at + 500))
        .execute()
    }
    // Files that are nowhere, so that the disk is no part of this.
    const storage: Storage = {
      ...files,
      stat: async () => ({ size, modifiedMs: 0 }),
      get: async (_key, { first, last } = { first: 0, last: size - 1 }) => ({
        size,
        body: (async function* () {
          yield new Uint8Array(last - first + 1)
        })(),
      }),
    }
    const exports = createExports({ db, storage, log, temporaryFolder: server.temporaryFolder })
    const before = process.memoryUsage().arrayBuffers
    const opened = await exports.open(userId, new AbortController().signal)
    let length = 0
    let parts = 0
    let most = 0
    for await (const part of opened.read()) {
      length += part.length
      parts += 1
      if (parts % 200 > 0) continue
      // What nobody holds any more is no use of memory.
      collectGarbage()
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    expect(length).toBe(opened.length)
    expect(length).toBeGreaterThan(count * size)
    // 200 MB went through.
    expect(most).toBeLessThan(64 * 1024 * 1024)
    await nothingLeft()
  })
})
