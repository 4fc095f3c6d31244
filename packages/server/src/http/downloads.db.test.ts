// Pictures as one archive, by an address that browsers fetch themselves.
import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readdirSync, readlinkSync, rmSync, writeSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { request, type IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { DownloadRequest, routes } from '@easel/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { Sidecar } from '#library/image-record.ts'
import { png } from '#library/testing.ts'
import { probe } from '#media/probe.ts'
import { readMetadata } from '#media/read-metadata.ts'
import { createDownloads } from '#transfer/download/downloads.ts'
import { createPictureFiles } from '#transfer/download/picture-files.ts'
import { createTransfer } from '#transfer/transfer.ts'
import { bytesOf, unpack } from '#transfer/zip/testing.ts'
import { openPeople } from './testing/people.ts'
import { openServer, until, type TestServer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000 })

const hasPython = spawnSync('python3', ['--version']).status === 0
const noPython = 'python3 is not there'

let server: TestServer
beforeAll(async () => {
  server = await openServer({ works: false })
})
afterAll(() => server.close())
// Each test has a library of its own.
beforeEach(async () => {
  await server.pipeline.db.deleteFrom('downloads').execute()
  await server.pipeline.db.deleteFrom('images').execute()
})

const fox = { prompt: 'a fox' }
const ids = (...rows: readonly { id: string }[]) => ({ ids: rows.map(({ id }) => id) })

/** Asks for an archive. */
async function plan(body: object, of: TestServer = server, headers = {}) {
  const answer = await of.ask({ method: 'POST', path: '/api/images/download', body, headers })
  expect(answer.status, answer.text).toBe(201)
  return routes.downloadImages.response.parse(answer.json()).data
}

const fetchZip = (url: string, headers: Record<string, string> = {}) => server.ask({ path: url, headers })

async function filesOf(body: Buffer): Promise<Map<string, Buffer>> {
  const found = await unpack(body)
  return new Map(found.map(({ entry, bytes }) => [entry.fileName, bytes ?? Buffer.alloc(0)]))
}

/** Files of the library that this process holds open. */
function heldOpen(): string[] {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`)
    } catch {
      // Closed meanwhile: the very one that the folder was read with.
      return ''
    }
  })
  return links.filter((link) => link.startsWith(server.pipeline.folder) || link.startsWith(server.temporaryFolder))
}

async function nothingLeft(): Promise<void> {
  expect(readdirSync(server.temporaryFolder)).toEqual([])
  if (process.platform === 'linux') await until(() => heldOpen().length === 0)
}

describe('an archive', () => {
  it('TR60, TR64: holds the chosen pictures byte for byte under names for people, and nobody else’s', async () => {
    const other = await server.pipeline.addUser()
    const theirs = await server.addImage({ file: png('theirs'), of: other })
    const rows = []
    for (const [words, more] of [
      ['one', fox],
      ['two', fox],
      ['three', { title: '  Über/Füchse: 🦊 ', prompt: 'x' }],
      ['four', { prompt: null, parameters: { originalFilename: 'C:\\Holiday\\IMG_1.PNG' } }],
      ['five', { prompt: null }],
    ] as const) {
      rows.push({ ...(await server.addImage({ file: png(words), ...more })), file: png(words) })
    }
    const download = await plan({ selection: ids(...rows, theirs, { id: newId() }, ...rows) })
    expect(download).toMatchObject({
      pictures: 5,
      missing: 0,
      filename: expect.stringMatching(/^easel-pictures-.*zip$/),
    })
    const answer = await fetchZip(download.url)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/zip',
      'content-length': String(download.size),
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
      'content-disposition': expect.stringContaining('attachment'),
    })
    const files = await filesOf(answer.body)
    expect([...files.keys()]).toEqual([
      'a fox.png',
      'a fox (2).png',
      'Über Füchse_ 🦊.png',
      'IMG_1.png',
      present(rows[4], 'five').filename,
    ])
    expect([...files.values()]).toEqual(rows.map(({ file }) => Buffer.from(file)))
    await nothingLeft()
  })

  it('TR60: holds all that a search finds, with records, and an album in its order', async () => {
    const rows = []
    for (const prompt of ['a fox', 'a hen', 'a fox again'])
      rows.push(await server.addImage({ file: png(prompt), prompt }))
    const search = { selection: { search: { q: 'fox' } }, records: true }
    const files = await filesOf((await fetchZip((await plan(search)).url)).body)
    expect([...files.keys()]).toEqual(['a fox again.png', 'a fox again.png.json', 'a fox.png', 'a fox.png.json'])
    expect(Sidecar.parse(JSON.parse(String(files.get('a fox.png.json'))))).toMatchObject({
      id: rows[0]?.id,
      prompt: 'a fox',
    })
    const { userId } = server.pipeline
    const album = await server.collections.albums.create(userId, { name: `Best/of ${newId()}` })
    const order = [rows[1], rows[2], rows[0]].map((row) => present(row, 'row').id)
    await server.collections.albums.add(userId, album.id, order)
    const download = await plan({ selection: { search: { album: album.id } }, sort: 'album' })
    expect(download.filename).toBe(`${album.name.replace('/', '-')}.zip`)
    const inOrder = await filesOf((await fetchZip(download.url)).body)
    expect([...inOrder.keys()]).toEqual(['a hen.png', 'a fox again.png', 'a fox.png'])
  })

  it('TR60: of more pictures than one part is whole, and no entry is lost where parts meet', async () => {
    const description = 'x'.repeat(100_000)
    for (let number = 0; number < 12; number++) {
      await server.addImage({ file: png(`${number}`), ...fox, description })
    }
    const download = await plan({ selection: { search: {} }, records: true })
    const whole = (await fetchZip(download.url)).body
    const files = await filesOf(whole)
    expect(files.size).toBe(24)
    const parts = await server.pipeline.db.selectFrom('download_parts').select('number').execute()
    expect(parts.length).toBeGreaterThan(3)
    expect(files.get('a fox (12).png')).toEqual(Buffer.from(png('0')))
    for (let at = 0; at < 40; at++) {
      const first = Math.floor((whole.length / 40) * at)
      const last = Math.min(first + 997 * at, whole.length - 1)
      const part = await fetchZip(download.url, { range: `bytes=${first}-${last}` })
      expect([part.status, part.body.equals(whole.subarray(first, last + 1))], `${first}-${last}`).toEqual([206, true])
    }
  })

  it('TR61: says how long it is, and is taken up again anywhere, by any process', async () => {
    const row = await server.addImage({ file: png('one'), ...fox })
    const { url, size } = await plan({ selection: ids(row) })
    const length = present(size, 'size')
    const whole = await fetchZip(url)
    const etag = String(whole.headers.etag)
    const head = await server.ask({ method: 'HEAD', path: url })
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(length), 0])
    const half = Math.floor(length / 2)
    const rest = await fetchZip(url, { range: `bytes=${half}-`, 'if-range': etag })
    expect([rest.status, rest.headers['content-range']]).toEqual([206, `bytes ${half}-${length - 1}/${length}`])
    expect(rest.body.equals(whole.body.subarray(half))).toBe(true)
    expect((await fetchZip(url, { range: 'bytes=0-0', 'if-range': '"other"' })).status).toBe(200)
    const beyond = await fetchZip(url, { range: `bytes=${length}-` })
    expect([beyond.status, beyond.headers['content-range']]).toEqual([416, `bytes */${length}`])
    // Nothing of it stands in the process that planned it.
    const another = createTransfer(server.transferPorts)
    const token = present(url.split('/').at(-1), 'token')
    const opened = present(await another.downloads.open(token, new AbortController().signal), 'archive')
    expect((await bytesOf(opened.read())).equals(whole.body)).toBe(true)
    expect(opened.etag).toBe(etag)
  })

  it('TR62: stays what it was when it was asked for, whatever is changed, thrown away or added', async () => {
    const one = await server.addImage({ file: png('one'), ...fox })
    const two = await server.addImage({ file: png('two'), ...fox })
    const { url } = await plan({ selection: { search: {} }, records: true })
    const whole = (await fetchZip(url)).body
    const { userId } = server.pipeline
    await server.collections.details.update(userId, one.id, { title: 'Another', rating: 5 })
    await server.process.images.remove(userId, two.id)
    await server.addImage({ file: png('three'), ...fox })
    expect((await fetchZip(url)).body.equals(whole)).toBe(true)
  })

  it('TR62: keeps its length when a picture is erased: zeros, which its checksum tells, and the others are sound', async () => {
    const one = await server.addImage({ file: png('one'), ...fox })
    const two = await server.addImage({ file: png('two'), prompt: 'a hen' })
    const { url, size } = await plan({ selection: ids(one, two) })
    await server.pipeline.files.delete(one.storage_key)
    await server.pipeline.db.deleteFrom('images').where('id', '=', one.id).execute()
    const { body } = await fetchZip(url)
    expect(body.length).toBe(size)
    const found = await unpack(body)
    const zeros = Buffer.alloc(png('one').length)
    expect(found.map(({ bytes }) => bytes)).toEqual([zeros, Buffer.from(png('two'))])
    expect(found.map(({ entry, bytes }) => entry.crc32 === crc32(bytes ?? ''))).toEqual([false, true])
    const log = server.pipeline.lines.filter((line) => line.includes('file changed after it was put in an archive'))
    expect(log.length).toBe(1)
  })

  it('TR62: names what is known to be missing beforehand, and gives everything else', async () => {
    const lost = await server.addImage({ file: png('one'), ...fox })
    const sound = await server.addImage({ file: png('two'), ...fox })
    await server.pipeline.files.delete(lost.storage_key)
    await server.pipeline.db.updateTable('images').set({ damage: 'gone' }).where('id', '=', lost.id).execute()
    const download = await plan({ selection: ids(lost, sound) })
    expect(download).toMatchObject({ pictures: 1, missing: 1 })
    const files = await filesOf((await fetchZip(download.url)).body)
    expect([...files.keys()]).toEqual(['a fox (2).png', 'missing.json'])
    expect(JSON.parse(String(files.get('missing.json')))).toEqual({
      missing: [{ id: lost.id, filename: lost.filename, why: 'The file is missing.' }],
    })
  })

  it('TR60: holds so many and no more, and what is planned in vain is not kept', async () => {
    for (const words of ['one', 'two', 'three']) await server.addImage({ file: png(words), ...fox })
    const { userId, db, log } = server.pipeline
    const ports = { ...server.process, db, log, pictureFiles: createPictureFiles(server.process.storage) }
    const request = DownloadRequest.parse({ selection: { search: {} } })
    const signal = new AbortController().signal
    const created = (mostPictures: number) =>
      createDownloads({ ...ports, mostPictures }).create(userId, request, signal)
    expect(await created(3)).toMatchObject({ pictures: 3 })
    await expect(created(2)).rejects.toMatchObject({ code: 'too-large' })
    const gone = createDownloads(ports).create(userId, request, AbortSignal.abort())
    await expect(gone).rejects.toMatchObject({ code: 'bad-request' })
    expect((await db.selectFrom('downloads').select('id').execute()).length).toBe(1)
  })

  it('TR63: is at its address for an hour after it was used last, a day at most, and then forgotten', async () => {
    const row = await server.addImage({ file: png('one'), ...fox })
    const { url, id, expiresAt } = await plan({ selection: ids(row) })
    const { db } = server.pipeline
    const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000
    expect([minutes > 55, minutes <= 60]).toEqual([true, true])
    for (const wrong of ['x', 'A'.repeat(43), `${url.split('/').at(-1)}x`, '%00', '..%2f..', '🦊'].map(encodeURI)) {
      expect((await fetchZip(`/api/images/download/${wrong}`)).status, wrong).toBe(404)
    }
    const ends = (ms: number) =>
      db
        .updateTable('downloads')
        .set({ expires_at: new Date(Date.now() + ms) })
        .where('id', '=', id)
        .execute()
    await ends(60_000)
    expect((await fetchZip(url)).status).toBe(200)
    const used = await db.selectFrom('downloads').select('expires_at').where('id', '=', id).executeTakeFirstOrThrow()
    expect(used.expires_at.getTime()).toBeGreaterThan(Date.now() + 50 * 60_000)
    await ends(-1)
    expect((await fetchZip(url)).status).toBe(404)
    const { downloads } = createTransfer(server.transferPorts)
    const left = () => db.selectFrom('download_parts').select('number').execute()
    await downloads.prune()
    expect((await left()).length, 'for whoever is still at it').toBe(1)
    await ends(-25 * 60 * 60_000)
    await downloads.prune()
    expect(await left()).toEqual([])
  })

  it('TR63: is nothing to somebody whose account is closed, and the token stands nowhere', async () => {
    const people = await openPeople()
    const { db, lines } = people.server.pipeline
    const row = await people.server.addImage({ file: png('one'), of: people.user.id })
    const { url } = await plan({ selection: ids(row) }, people.server, people.user.headers)
    expect((await people.server.ask(url)).status).toBe(200)
    const token = present(url.split('/').at(-1), 'token')
    expect(JSON.stringify(await db.selectFrom('downloads').selectAll().execute())).not.toContain(token)
    expect(lines.join('\n')).not.toContain(token)
    await db.updateTable('users').set({ disabled_at: new Date() }).where('id', '=', people.user.id).execute()
    expect((await people.server.ask(url)).status).toBe(404)
    await people.close()
  })

  it('TR63: no more than fifty of a user wait at a time', async () => {
    const row = await server.addImage({ file: png('one'), ...fox })
    const { userId, db } = server.pipeline
    const ends = new Date(Date.now() + 60_000)
    const waiting = () => ({
      id: newId(),
      user_id: userId,
      digest: newId(),
      filename: '',
      form: '{}',
      expires_at: ends,
    })
    await db
      .insertInto('downloads')
      .values(Array.from({ length: 49 }, waiting))
      .execute()
    await plan({ selection: ids(row) })
    const answer = await server.ask({ method: 'POST', path: '/api/images/download', body: { selection: ids(row) } })
    expect([answer.status, answer.headers['retry-after'] !== undefined]).toEqual([429, true])
  })

  it('TR61: leaves nothing behind when whoever reads it goes away', async () => {
    const rows = []
    for (const words of ['one', 'two', 'three']) {
      rows.push(await server.addImage({ file: Buffer.concat([png(words), Buffer.alloc(8 * 1024 * 1024)]), ...fox }))
    }
    const { hostname, port } = new URL(server.baseUrl)
    for (const form of [{}, { format: 'webp' }]) {
      const { url } = await plan({ selection: ids(...rows), ...form })
      for (let turn = 0; turn < 5; turn++) {
        const sent = request({ hostname, port, path: url, agent: false }).end()
        sent.on('error', () => {})
        const [response]: IncomingMessage[] = (await once(sent, 'response')) as [IncomingMessage] // oxlint-disable-line typescript/consistent-type-assertions -- what the event carries
        if (turn % 2 === 0) await once(response ?? sent, 'data')
        sent.destroy()
      }
      await nothingLeft()
      // Nobody holds a place in the line that the next one needs.
      expect((await fetchZip(url)).status).toBe(200)
    }
    await nothingLeft()
    expect(server.pipeline.lines.filter((line) => line.includes('request failed'))).toEqual([])
  })

  it('TR1, TR61: is read by Python where it is longer than 4 GiB, and any range of it comes', async (context) => {
    if (!hasPython) return context.skip(noPython)
    const folder = mkdtempSync(join(tmpdir(), 'easel-long-'))
    const { db, folder: files } = server.pipeline
    const bytes = 1024 ** 3
    await server.addImage({ file: png('last'), prompt: 'the last one', createdAt: '2020-01-01T00:00:00.000Z' })
    for (let number = 0; number < 5; number++) {
      const row = await server.addImage({ file: png('large'), prompt: 'large' })
      // A hole takes no room.
      await truncate(join(files, row.storage_key), bytes)
      await db.updateTable('images').set({ bytes }).where('id', '=', row.id).execute()
    }
    const { url, size } = await plan({ selection: { search: {} } })
    const length = present(size, 'size')
    expect(length).toBeGreaterThan(5 * bytes)
    const tail = await fetchZip(url, { range: 'bytes=-65536' })
    expect([tail.status, tail.body.length]).toEqual([206, 65_536])
    const path = join(folder, 'long.zip')
    const handle = openSync(path, 'w')
    ftruncateSync(handle, length)
    writeSync(handle, tail.body, 0, tail.body.length, length - tail.body.length)
    closeSync(handle)
    const script =
      'import zipfile,sys,hashlib; z=zipfile.ZipFile(sys.argv[1]); i=z.infolist(); print(len(i), i[5].header_offset, hashlib.sha256(z.read("the last one.png")).hexdigest())'
    const [count, offset, sha256] = execFileSync('python3', ['-c', script, path]).toString().trim().split(' ')
    const [row] = await db.selectFrom('images').select('sha256').where('prompt', '=', 'the last one').execute()
    expect([count, sha256]).toEqual(['6', row?.sha256])
    const header = await fetchZip(url, { range: `bytes=${offset}-${Number(offset) + 3}` })
    expect(header.text).toBe('PK\x03\x04')
    rmSync(folder, { recursive: true })
  })
})

describe('an archive whose pictures are made', () => {
  it('TR66: comes without a length and without ranges, and holds each picture as it was wished for', async () => {
    const rows = [
      await server.addImage({ file: png('one', 64, 32), ...fox }),
      await server.addImage({ file: png('two'), ...fox }),
    ]
    const body = { selection: ids(...rows), format: 'webp', quality: 50, longestSide: 16, prompt: false, records: true }
    const { url, size } = await plan(body)
    expect(size).toBeNull()
    const answer = await fetchZip(url, { range: 'bytes=0-9' })
    expect([answer.status, answer.headers['content-length'], answer.headers['accept-ranges']]).toEqual([
      200,
      undefined,
      'none',
    ])
    const files = await filesOf(answer.body)
    expect([...files.keys()]).toEqual(['a fox.webp', 'a fox.webp.json', 'a fox (2).webp', 'a fox (2).webp.json'])
    expect(probe(present(files.get('a fox.webp'), 'webp'))).toMatchObject({
      mimeType: 'image/webp',
      width: 16,
      height: 8,
    })
  })

  it('TR66: is sound to Python', async (context) => {
    if (!hasPython) return context.skip(noPython)
    const rows = [
      await server.addImage({ file: png('one'), ...fox }),
      await server.addImage({ file: png('two'), ...fox }),
    ]
    const { body } = await fetchZip((await plan({ selection: ids(...rows), format: 'jpeg' })).url)
    const script =
      'import zipfile,sys,io; z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read())); print(len(z.infolist()), z.testzip())'
    expect(execFileSync('python3', ['-c', script], { input: body }).toString().trim()).toBe('2 None')
  })

  it('TR66: leaves out what cannot be made, and names it', async () => {
    const lost = await server.addImage({ file: png('one'), ...fox })
    const broken = await server.addImage({ file: png('two').subarray(0, 80), ...fox })
    const erased = await server.addImage({ file: png('three'), ...fox })
    const sound = await server.addImage({ file: png('four'), ...fox })
    const { url, pictures } = await plan({ selection: ids(lost, broken, erased, sound), format: 'jpeg' })
    expect(pictures).toBe(4)
    await server.pipeline.files.delete(lost.storage_key)
    await server.pipeline.db.deleteFrom('images').where('id', '=', erased.id).execute()
    const files = await filesOf((await fetchZip(url)).body)
    expect([...files.keys()]).toEqual(['a fox (4).jpg', 'missing.json'])
    expect(JSON.parse(String(files.get('missing.json')))).toEqual({
      missing: [
        { id: lost.id, filename: lost.filename, why: 'The file of this picture is missing.' },
        { id: broken.id, filename: broken.filename, why: 'The file of this picture is damaged.' },
        { id: erased.id, filename: 'a fox (3).jpg', why: 'The picture has been erased.' },
      ],
    })
  })
})

describe('one picture', () => {
  it('TR65: comes in the form that is wished for, under a name for people', async () => {
    const row = await server.addImage({ file: png('one', 64, 32), prompt: 'a fox, (in the snow:1.2)' })
    const path = `/api/images/${row.id}/file`
    const original = await server.ask(`${path}?download=1&format=original&prompt=true`)
    expect(original.body.equals(png('one', 64, 32))).toBe(true)
    expect(original.headers['content-disposition']).toContain('filename="a fox in the snow 1 2.png"')
    const made = await server.ask(`${path}?download=1&format=avif&quality=40&longestSide=32`)
    expect(made.headers).toMatchObject({
      'content-type': 'image/avif',
      'content-length': String(made.body.length),
      'accept-ranges': 'none',
      'cache-control': 'private, no-cache',
      'content-disposition': expect.stringContaining('a fox in the snow 1 2.avif'),
    })
    expect(probe(made.body)).toMatchObject({ width: 32, height: 16 })
    const etag = String(made.headers.etag)
    const again = await server.ask({
      path: `${path}?format=avif&quality=40&longestSide=32`,
      headers: { 'if-none-match': etag },
    })
    expect([again.status, again.body.length]).toEqual([304, 0])
    const bare = await server.ask(`${path}?prompt=false`)
    expect([bare.status, readMetadata(bare.body).parameters, bare.headers.etag === etag]).toEqual([200, null, false])
  })

  it.each([
    ['format=bmp', 'querystring.format'],
    ['format=jpeg&quality=0', 'querystring.quality'],
    ['format=jpeg&quality=ten', 'querystring.quality'],
    ['format=png&quality=50', 'querystring.quality'],
    ['longestSide=500', 'querystring.longestSide'],
    ['format=webp&longestSide=99999999', 'querystring.longestSide'],
    ['prompt=perhaps', 'querystring.prompt'],
  ])('TR65: refuses %s', async (query) => {
    const row = await server.addImage({ file: png('one'), ...fox })
    const answer = await server.ask(`/api/images/${row.id}/file?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'validation-failed' })
  })

  it('TR65: of a damaged file, or of somebody else’s, there is none', async () => {
    const broken = await server.addImage({ file: png('two').subarray(0, 80), ...fox })
    const theirs = await server.addImage({ file: png('one'), of: await server.pipeline.addUser() })
    for (const { id } of [broken, theirs]) {
      for (const query of ['format=jpeg', 'prompt=false']) {
        const answer = await server.ask(`/api/images/${id}/file?${query}`)
        expect([answer.status, answer.json()]).toEqual([404, expect.objectContaining({ code: 'not-found' })])
      }
    }
  })
})
