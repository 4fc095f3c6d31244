// A library with every kind of thing leaves one Easel, comes into an empty one and leaves that again.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Generation, routes, type Image } from '@easel/contract'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import { exportedGeneration } from '../../packages/server/src/transfer/take-back/testing.ts'
import { untilEnded } from '../faults/easel-client.ts'
import { contentOf, exportOf, runImport } from './carrying.ts'

let folder: string
let from: TestEasel
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-round-trip-'))
  from = await startEasel()
  await fill(from)
})
afterAll(async () => {
  await from.stop()
  rmSync(folder, { recursive: true, force: true })
})

const json = { 'content-type': 'application/json' }
const post = (easel: TestEasel, path: string, body: unknown) =>
  easel.fetch(path, { method: 'POST', headers: json, body: JSON.stringify(body) })

const patch = (easel: TestEasel, path: string, body: unknown) =>
  easel.fetch(path, { method: 'PATCH', headers: json, body: JSON.stringify(body) })

const png = (words: string = randomUUID()) => Buffer.from(fakePicture(16, 16, words))

async function add(easel: TestEasel, bytes: Buffer, record: object = {}, filename?: string): Promise<Image> {
  const answer = await post(easel, '/api/images', {
    base64: bytes.toString('base64'),
    record,
    ...(filename === undefined ? {} : { filename }),
  })
  return routes.addImage.response.parse(await answer.json()).data
}

async function generate(easel: TestEasel, request: object): Promise<Generation> {
  const { id } = Generation.parse(await (await post(easel, '/api/generations', request)).json())
  return await untilEnded(easel.baseUrl, id)
}

async function takeBack(easel: TestEasel, records: object) {
  const answer = await post(easel, '/api/import', records)
  return routes.takeBackRecords.response.parse(await answer.json())
}

/** Words and stars, albums in an order of their own with and without a cover, saved searches. */
async function arrange(
  easel: TestEasel,
  [fox = '', old = '', first = '', second = '']: readonly string[],
): Promise<void> {
  const words = { title: 'Der Fuchs 🦊', notes: '  mine\n', description: 'A fox.', favourite: true, rating: 5 }
  expect((await patch(easel, `/api/images/${fox}`, words)).ok).toBe(true)
  await patch(easel, `/api/images/${second}`, { title: 'to the trash', rating: 1 })
  const album = async (name: string, imageIds: readonly string[], change: object = {}) => {
    const { id } = routes.createAlbum.response.parse(await (await post(easel, '/api/albums', { name })).json()).data
    if (imageIds.length > 0) await post(easel, `/api/albums/${id}/images`, { imageIds })
    expect((await patch(easel, `/api/albums/${id}`, change)).ok).toBe(true)
    return id
  }
  const ordered = await album('Füchse', [fox, first, second, old], { coverId: first, description: 'all of them' })
  const order = { imageIds: [old], before: fox }
  expect((await post(easel, `/api/albums/${ordered}/order`, order)).ok).toBe(true)
  await album('Without a cover', [second, fox])
  await album('Empty', [])
  const queries = [
    { q: `in:${ordered} -dog`, favourite: true },
    { album: ordered, rating: 4 },
  ]
  for (const [at, query] of queries.entries()) {
    expect((await post(easel, '/api/searches', { name: `Search ${at}`, query })).status).toBe(201)
  }
  const parts = [
    { kind: 'list', name: 'Farbe', text: '# of foxes\n3::rot\n{blau|grün} 🦊' },
    { kind: 'template', name: 'von', text: '{wer} von __Farbe__' },
    { kind: 'style', name: 'In Öl', text: '{prompt} in Öl', negativePrompt: 'photo' },
  ]
  for (const part of parts) expect((await post(easel, '/api/prompts/parts', part)).status).toBe(201)
  const varied = { prompt: 'a {fox|hen|owl|bee}, __von(wer=Reineke)__', n: 3, seed: 11, styles: ['In Öl'] }
  expect((await generate(easel, varied)).resolution?.prompts).toHaveLength(3)
}

/** Links of every kind, open, closed and taken back. */
async function share(easel: TestEasel, [fox = '', first = '']: readonly string[]): Promise<void> {
  const { data } = routes.listAlbums.response.parse(await (await easel.fetch('/api/albums')).json())
  const albumId = data.find(({ name }) => name === 'Füchse')?.id
  const make = async (target: object, wish: object = {}) => {
    const answer = await post(easel, '/api/shares', { target, ...wish })
    return routes.createShare.response.parse(await answer.json()).data.id
  }
  await make({ kind: 'image', imageId: fox }, { title: 'Für dich 🦊', name: 'ein-fuchs', prompt: true, viewLimit: 9 })
  await make({ kind: 'album', albumId }, { comment: 'all of them', expiresAt: '2126-01-01T00:00:00.000Z' })
  await make({ kind: 'images', imageIds: [first, fox] }, { listed: true, download: false })
  await make({ kind: 'image', imageId: first }, { password: 'a fox in the snow' })
  const id = await make({ kind: 'image', imageId: fox })
  expect((await easel.fetch(`/api/shares/${id}`, { method: 'DELETE' })).ok).toBe(true)
}

const linksOf = async (easel: TestEasel) =>
  routes.listShares.response.parse(await (await easel.fetch('/api/shares')).json()).data.toReversed()

/** Uploads, generations with and without pictures, lineage of both kinds, trash, tags, the same bytes twice. */
async function fill(easel: TestEasel): Promise<void> {
  const tags = [
    { tagType: 'CHARACTER', tagId: '42' },
    { tagType: 'LABEL', tagId: 'Füchse 🦊' },
  ]
  const fox = await add(easel, png(), { prompt: '  ein Fuchs 🦊\n', seed: 2 ** 53 - 1, tags }, 'Mein Fuchs.png')
  const old = await add(easel, png(), { createdAt: '1999-12-31T23:59:59.999Z', description: 'old', source: 'import' })
  const drawn = await generate(easel, { prompt: 'a fox', n: 2, seed: 7, tags, size: '64x64' })
  // The same again makes the same bytes, and both are kept.
  const again = await post(easel, `/api/generations/${drawn.id}/retry`, {})
  await untilEnded(easel.baseUrl, Generation.parse(await again.json()).id)
  const thrown = [old.id, drawn.images[1]?.id ?? '']
  await arrange(easel, [fox.id, old.id, drawn.images[0]?.id ?? '', drawn.images[1]?.id ?? ''])
  await share(easel, [fox.id, drawn.images[0]?.id ?? ''])
  for (const id of thrown) await easel.fetch(`/api/images/${id}`, { method: 'DELETE' })
  const failed = exportedGeneration({
    state: 'failed',
    error: { kind: 'content-rejected', message: 'It was blocked.', retryable: false, engineStatus: 400 },
    fallbackFrom: {
      connectionId: randomUUID(),
      connectionName: 'First',
      provider: 'paint',
      model: 'two',
      error: { kind: 'unavailable', message: 'It is away.', retryable: true, engineStatus: 503 },
    },
    request: { prompt: 'from a picture', sources: [fox.id], mask: fox.id },
    parentId: drawn.id,
  })
  const cancelled = exportedGeneration({ state: 'cancelled', startedAt: null, costAmount: null, costCurrency: null })
  const outcomes = await takeBack(easel, {
    tags: [{ tagType: 'THEME', tagId: 'no picture has it' }],
    generations: [failed, cancelled],
    links: [
      { kind: 'generation', id: failed.id, parentId: drawn.id },
      { kind: 'picture', id: drawn.images[0]?.id, parentId: fox.id },
      { kind: 'picture', id: drawn.images[1]?.id, parentId: drawn.images[0]?.id },
    ],
  })
  expect(
    Object.values(outcomes)
      .flat()
      .map(({ outcome }) => outcome),
  ).toEqual(Array(6).fill('taken'))
}

async function intoEmpty(archive: Buffer, work: (easel: TestEasel, path: string) => Promise<void>): Promise<void> {
  const path = join(folder, `${randomUUID()}.zip`)
  writeFileSync(path, archive)
  const into = await startEasel()
  try {
    await work(into, path)
  } finally {
    await into.stop()
  }
}

const counts = (out: string) => out.trim().split('\n')

describe('a library that leaves and comes back', () => {
  it('TR50, TR56: is the same in an empty Easel, and a second time changes nothing', async () => {
    const archive = await exportOf(from.baseUrl)
    const before = await contentOf(archive)
    expect(Object.keys(before).filter((name) => /\.(?:png|webp|jpe?g)$/.test(name)).length).toBe(9)
    expect(before['album-pictures.jsonl']?.match(/"isCover":true/g)?.length).toBe(1)
    expect(before['albums.jsonl']).toContain('all of them')
    expect(before['searches.jsonl']).toContain('in:')
    expect(before['prompts.jsonl']).toContain('In Öl')
    expect(Object.values(before).filter((text) => text.includes('"typedPrompt": "a {fox')).length).toBe(3)
    expect(Object.values(before).filter((text) => text.includes('Der Fuchs 🦊')).length).toBe(1)
    await intoEmpty(archive, async (into, path) => {
      expect(await runImport(path, into.baseUrl)).toMatchObject({
        code: 0,
        out: [
          'pictures: 9 taken, 0 there already, 0 not taken',
          'generations: 5 taken, 0 there already, 0 not taken',
          'tags: 3 taken, 0 there already, 0 not taken',
          'links: 4 taken, 0 there already, 0 not taken',
          'albums: 3 taken, 0 there already, 0 not taken',
          'pictures in albums: 6 taken, 0 there already, 0 not taken',
          'searches: 2 taken, 0 there already, 0 not taken',
          'prompts: 3 taken, 0 there already, 0 not taken',
          'share links: 5 taken, 0 there already, 0 not taken',
          '  shares.jsonl, line 4: Nobody gets in until its password is set again.\n',
        ].join('\n'),
      })
      const after = await exportOf(into.baseUrl)
      expect(await contentOf(after)).toEqual(before)
      const { data: albums } = routes.listAlbums.response.parse(await (await into.fetch('/api/albums')).json())
      expect(albums.map(({ name, images }) => [name, images])).toEqual([
        ['Empty', 0],
        ['Füchse', 2],
        ['Without a cover', 1],
      ])
      // TR53: history, not work: nothing of it counts but the bytes.
      const { data: usage } = routes.getUsage.response.parse(await (await into.fetch('/api/me/usage')).json())
      expect(usage.used).toMatchObject({ imagesADay: 0, moneyAMonth: 0, atOnce: 0 })
      expect(usage.used.bytes).toBeGreaterThan(0)
      const second = await runImport(path, into.baseUrl)
      expect(counts(second.out)).toEqual([
        'pictures: 0 taken, 9 there already, 0 not taken',
        'generations: 0 taken, 5 there already, 0 not taken',
        'tags: 0 taken, 3 there already, 0 not taken',
        'links: 0 taken, 4 there already, 0 not taken',
        'albums: 0 taken, 3 there already, 0 not taken',
        'pictures in albums: 0 taken, 6 there already, 0 not taken',
        'searches: 0 taken, 2 there already, 0 not taken',
        'prompts: 0 taken, 3 there already, 0 not taken',
        'share links: 0 taken, 5 there already, 0 not taken',
      ])
      expect(await contentOf(await exportOf(into.baseUrl))).toEqual(before)
    })
  })

  it('TR59: and its links lead to the same by the same addresses', async () => {
    const archive = await exportOf(from.baseUrl)
    const theirs = await linksOf(from)
    expect(Object.values(await contentOf(archive)).join('')).not.toMatch(/argon2|a fox in the snow/)
    await intoEmpty(archive, async (into, path) => {
      await runImport(path, into.baseUrl)
      const links = await linksOf(into)
      expect(links.map(({ name, state, views }) => [name, state, views])).toEqual(
        theirs.map(({ name, state, views }) => [name, state, views]),
      )
      const statuses = []
      for (const { name } of links) statuses.push((await into.fetch(`/s/${name}`)).status)
      expect(statuses).toEqual([200, 200, 200, 401, 404])
      const [fox, , , closed] = links
      expect(fox?.name).toMatch(/^ein-fuchs-/)
      const page = `/s/${fox?.name}/images/${fox?.imageId}/file`
      const bytes = async (easel: TestEasel) => Buffer.from(await (await easel.fetch(page)).arrayBuffer())
      expect((await bytes(into)).equals(await bytes(from))).toBe(true)
      const tried = (password: string) => post(into, `/s/${closed?.name}`, { password })
      expect((await tried('a fox in the snow')).status).toBe(401)
      await patch(into, `/api/shares/${closed?.id}`, { password: 'a fox in the snow' })
      expect((await tried('a fox in the snow')).status).toBe(204)
    })
  })

  it('TR50, TR52: and the library it came from is not changed by taking it back', async () => {
    const archive = await exportOf(from.baseUrl)
    const path = join(folder, 'own.zip')
    writeFileSync(path, archive)
    const { code, out } = await runImport(path, from.baseUrl)
    expect([code, ...counts(out).map((line) => / (\d+) taken, .* (\d+) not taken/.exec(line)?.slice(1))]).toEqual([
      0,
      ...Array<string[]>(9).fill(['0', '0']),
    ])
    expect(await contentOf(await exportOf(from.baseUrl))).toEqual(await contentOf(archive))
  })
})
