// An export that somebody made by hand: what is wrong is said of each entry, and everything else is taken.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { routes } from '@easel/contract'
import { startEasel, type TestEasel } from '../../packages/server/src/bin/testing.ts'
import { digest } from '../../packages/server/src/media/digest.ts'
import { fakePicture } from '../../packages/server/src/providers/kit/fake-picture.ts'
import {
  exportedAlbum,
  exportedGeneration,
  exportedSearch,
} from '../../packages/server/src/transfer/take-back/testing.ts'
import { runImport } from './carrying.ts'

let root: string
let easel: TestEasel
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'easel-hostile-'))
  easel = await startEasel()
})
afterAll(async () => {
  await easel.stop()
  rmSync(root, { recursive: true, force: true })
})

function record(bytes: Uint8Array, changes: object) {
  const texts = {
    prompt: 'p',
    revisedPrompt: null,
    negativePrompt: null,
    description: null,
    model: null,
    provider: null,
  }
  return {
    easel: 1,
    id: randomUUID(),
    generationId: null,
    generationIndex: null,
    filename: `${randomUUID()}.png`,
    source: 'upload',
    ...digest(bytes),
    ...texts,
    seed: null,
    parameters: {},
    parentId: null,
    tags: [],
    createdAt: '2026-11-01T10:00:00.000Z',
    deletedAt: null,
    ...changes,
  }
}

function write(name: string, changes: object, text?: string): void {
  const bytes = fakePicture(16, 16, name)
  writeFileSync(join(root, `${name}.png`), bytes)
  writeFileSync(join(root, `${name}.png.json`), text ?? JSON.stringify(record(bytes, changes)))
}

it('TR54, TR57: refuses in words what is wrong, and takes all the rest', async () => {
  mkdirSync(root, { recursive: true })
  const sound = exportedGeneration({ request: { prompt: 'a fox', sources: [randomUUID()] } })
  const lines = [
    JSON.stringify(sound),
    '{ no json',
    JSON.stringify({ ...sound, id: '../../etc/passwd' }),
    JSON.stringify({ ...sound, id: randomUUID(), userId: randomUUID(), resolvedPrompt: 'x'.repeat(600_000) }),
    JSON.stringify({ ...sound, id: randomUUID(), resolvedPrompt: 'a\u0000b' }),
    JSON.stringify({ ...sound, id: randomUUID(), request: { prompt: 'x', options: { deep: 'a\u0000b' } } }),
    JSON.stringify({ ...sound, id: randomUUID(), request: { prompt: 'x', options: { long: 'y'.repeat(2_000_000) } } }),
    JSON.stringify({ ...sound, id: randomUUID(), costAmount: -5 }),
    // What would change a prototype is left out.
    JSON.stringify({ ...sound, id: randomUUID() }).replace(
      '"request":{',
      '"request":{"options":{"__proto__":{"a":1}},',
    ),
    '['.repeat(100_000),
    JSON.stringify({ ...sound, id: randomUUID(), userId: randomUUID(), jobId: randomUUID(), state: 'queued' }),
  ]
  writeFileSync(join(root, 'generations.jsonl'), lines.join('\n'))
  writeFileSync(join(root, 'tags.jsonl'), '{"tagType":"LABEL","tagId":"t"}\n{"tagType":"ROOT","tagId":"x"}\n7\n')
  const album = exportedAlbum()
  const kept = randomUUID()
  const albums = [
    album,
    { ...exportedAlbum(), name: ' ' },
    { ...exportedAlbum(), id: '../../etc/passwd' },
    { ...exportedAlbum(), name: 'a\u0000b' },
    { ...exportedAlbum(), description: 'x'.repeat(20_000) },
    { ...exportedAlbum(), createdAt: 'yesterday' },
  ]
  const places = [
    { albumId: album.id, imageId: kept },
    { albumId: randomUUID(), imageId: kept },
    { albumId: album.id, imageId: randomUUID() },
    { albumId: album.id, imageId: 7 },
  ]
  const searches = [
    exportedSearch(),
    exportedSearch({ query: { q: 'rating:many' } }),
    { ...exportedSearch(), query: { q: 'a\u0000' } },
    { ...exportedSearch(), query: 'fox' },
  ]
  const linesOf = (records: readonly object[]) => records.map((one) => JSON.stringify(one)).join('\n')
  writeFileSync(join(root, 'albums.jsonl'), linesOf(albums))
  writeFileSync(join(root, 'album-pictures.jsonl'), linesOf(places))
  writeFileSync(join(root, 'searches.jsonl'), linesOf(searches))
  write('sound', { id: kept, parentId: randomUUID() })
  write('title', { title: 'x'.repeat(301) })
  write('stars', { rating: 6 })
  write('favourite', { favourite: 'yes' })
  write('folders', { filename: '../../../etc/fox.png' })
  write('shape', { tags: 'x', seed: -1 })
  write('nul', { prompt: 'a\u0000b' })
  write('deep', { parameters: { a: 'b\u0000' } })
  write('other-bytes', { sha256: 'a'.repeat(64) })
  write('too-large', {}, JSON.stringify({ easel: 1, prompt: 'x'.repeat(2_000_000) }))
  const { code, out } = await runImport(root, easel.baseUrl)
  expect(code).toBe(1)
  expect(out.split('\n').slice(0, 7)).toEqual([
    'pictures: 1 taken, 0 there already, 9 not taken',
    'generations: 3 taken, 0 there already, 8 not taken',
    'tags: 1 taken, 0 there already, 2 not taken',
    'links: 0 taken, 0 there already, 1 not taken',
    'albums: 1 taken, 0 there already, 5 not taken',
    'pictures in albums: 1 taken, 0 there already, 3 not taken',
    'searches: 1 taken, 0 there already, 3 not taken',
  ])
  for (const line of [
    'generations.jsonl, line 2: It is no JSON.',
    'generations.jsonl, line 3: id: ',
    'generations.jsonl, line 7: It is longer than ',
    'tags.jsonl, line 2: tagType: ',
    'folders.png: Its record is wrong: exported.filename: must be a plain name of a picture',
    'shape.png: Its record is wrong: seed: ',
    'other-bytes.png: It is not the picture that its record tells of.',
    'too-large.png: It has ',
    'title.png: Its record is wrong: title: ',
    'stars.png: Its record is wrong: rating: ',
    'favourite.png: Its record is wrong: favourite: ',
    'albums.jsonl, line 2: name: must not be empty',
    'album-pictures.jsonl, line 2: This album is not in the library.',
    'album-pictures.jsonl, line 3: This picture is not in the library.',
    'searches.jsonl, line 2: The search cannot be understood: ',
    'sound.png: The picture that it was made from is not in the library.',
  ]) {
    expect(out).toContain(`  ${line}`)
  }
  const answer = await easel.fetch('/api/generations?state=active')
  expect(routes.listGenerations.response.parse(await answer.json()).data).toEqual([])
  const again = await runImport(root, easel.baseUrl)
  expect(again.out.split('\n').slice(0, 2)).toEqual([
    'pictures: 0 taken, 1 there already, 9 not taken',
    'generations: 0 taken, 3 there already, 8 not taken',
  ])
})
