import { describe, expect, it } from 'vitest'
import { routes, type Tag } from '@easel/contract'
import { bringIn, type Bringing, type Ports } from './bring-in.ts'
import { createCall } from './client.ts'
import type { PickedFile } from './picked-files.ts'
import { ArchiveFault } from './zip-files.ts'

const file = (name: string, content = name): PickedFile => ({
  name,
  size: content.length,
  modified: Date.UTC(2024, 0, 2),
  blob: async () => new Blob([content]),
})

const image = (sha256: string) => ({
  id: '0192f0c1-2d3e-7a4b-8c5d-6e7f8a9b0c1d',
  filename: 'a.png',
  filepath: 'a',
  url: '/a',
  thumbnailUrl: '/t',
  mimeType: 'image/png',
  size: 1,
  width: 1,
  height: 1,
  sha256,
  thumbhash: null,
  source: 'import',
  generationId: null,
  generationPrompt: null,
  typedPrompt: null,
  revisedPrompt: null,
  negativePrompt: null,
  description: null,
  title: null,
  notes: null,
  favourite: false,
  rating: 0,
  generationModel: null,
  provider: null,
  seed: null,
  parameters: {},
  parentId: null,
  tags: [],
  damage: null,
  createdAt: '2024-01-01T00:00:00.000Z',
  deletedAt: null,
})

const problem = (status: number, code: string) =>
  Response.json({ type: '', title: '', status, code, detail: `It is ${code}.`, error: '' }, { status })

interface Sent {
  readonly path: string
  readonly name?: string
  readonly record?: unknown
  readonly tags?: unknown
}

/** The far end: keeps what it gets by its bytes, and answers the names in `answers` with what stands there, one after the other. */
function openFarEnd(answers: Readonly<Record<string, (() => Response | Promise<Response>)[]>> = {}) {
  const kept = new Set<string>()
  const sent: Sent[] = []
  const waits: number[] = []
  const send: typeof fetch = async (input, init) => {
    const path = typeof input === 'string' ? input : 'another form of address'
    const { body } = init ?? {}
    if (!(body instanceof FormData)) {
      sent.push({ path })
      if (path !== routes.knownImages.path) return Response.json({ data: image('known') })
      const { sha256 } = routes.knownImages.body.parse(JSON.parse(typeof body === 'string' ? body : ''))
      const data = sha256.filter((one) => kept.has(one)).map((one) => ({ sha256: one, id: image(one).id }))
      return Response.json({ data })
    }
    const part = body.get('file')
    if (!(part instanceof File)) throw new TypeError('no file')
    const parsed = (name: string): unknown => {
      const text = body.get(name)
      return typeof text === 'string' ? JSON.parse(text) : null
    }
    sent.push({ path, name: part.name, record: parsed('record'), tags: parsed('tags') })
    const answer = answers[part.name]?.shift()
    if (answer !== undefined) return await answer()
    const sha256 = hex(await crypto.subtle.digest('SHA-256', await part.arrayBuffer()))
    const isNew = !kept.has(sha256)
    kept.add(sha256)
    return Response.json({ data: image(sha256) }, { status: isNew ? 201 : 200 })
  }
  const ports: Ports = {
    fetch: send,
    call: createCall(send),
    digest: (bytes) => crypto.subtle.digest('SHA-256', bytes),
    wait: async (ms) => void waits.push(ms),
  }
  return { ports, sent, waits, kept }
}

const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')

const tags: Tag[] = [{ tagType: 'LABEL', tagId: 'old' }]

async function run(files: readonly PickedFile[], far: ReturnType<typeof openFarEnd>, more: { stopAt?: number } = {}) {
  const stop = new AbortController()
  const seen: Bringing[] = []
  const onProgress = (now: Bringing) => {
    seen.push(now)
    if (now.done === more.stopAt) stop.abort()
  }
  const end = await bringIn(files, { tags, source: 'import', signal: stop.signal, onProgress }, far.ports)
  expect(end).toEqual(seen.at(-1))
  const { taken, there, refused, done, total, stopped } = end
  expect(taken + there + refused).toBe(done)
  if (stopped === null) expect(done).toBe(total)
  return { end, seen }
}

describe('bringIn', () => {
  it('TR38: sends one file after the other with its record, and says what became of each', async () => {
    const record = JSON.stringify({ id: '20240102030405', settings: { prompt: 'a fox', seed: 7 } })
    const far = openFarEnd({
      'broken.png': [() => problem(400, 'validation-failed')],
      'words.png': [() => Response.json({ data: image('w'), note: 'Without its words.' }, { status: 201 })],
    })
    const files = [
      ...['a/20240102030405.png', 'broken.png', 'copy.png', 'words.png'].map((name) => file(name)),
      file('a/20240102030405.json', record),
      file('zz.png', 'copy.png'),
      file('notes.txt'),
      { ...file('packed.png'), blob: () => Promise.reject(new ArchiveFault('It is encrypted.')) },
    ]
    const { end, seen } = await run(files, far)
    expect(end).toMatchObject({ total: 6, taken: 3, there: 1, refused: 2, left: 1, noted: 1, stopped: null })
    expect(seen.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(end.remarks).toEqual([
      { name: 'notes.txt', why: 'It is no picture.' },
      { name: 'packed.png', why: 'It is encrypted.' },
      { name: 'broken.png', why: 'It is validation-failed.' },
      { name: 'words.png', why: 'Without its words.' },
    ])
    const [first] = far.sent.filter(({ name }) => name === '20240102030405.png')
    expect(first).toMatchObject({ tags, record: { prompt: 'a fox', seed: 7, source: 'import' } })
  })

  it('TR38: does not send again what is there, but puts the tags on it', async () => {
    const far = openFarEnd()
    const files = ['a.png', 'b.png', 'c.png'].map((name) => file(name))
    await run(files, far, { stopAt: 2 })
    const before = far.sent.length
    expect((await run(files, far)).end).toMatchObject({ taken: 1, there: 2 })
    const after = far.sent.slice(before)
    expect(after.filter(({ name }) => name !== undefined).map(({ name }) => name)).toEqual(['c.png'])
    expect(after.filter(({ path }) => path.endsWith('/tags'))).toHaveLength(2)
    // Where the browser cannot tell checksums, the server finds it out.
    const plain = { ...far, ports: { ...far.ports, digest: null } }
    expect((await run(files, plain)).end).toMatchObject({ taken: 0, there: 3 })
  })

  it('TR38: waits when it is told to, tries again, and stops with a sentence when that is of no use', async () => {
    const slower = () => new Response('', { status: 429, headers: { 'retry-after': '7' } })
    const broken = () => Promise.reject(new TypeError('Failed to fetch'))
    const far = openFarEnd({ 'a.png': [slower, broken, () => problem(503, 'shutting-down')] })
    expect((await run([file('a.png')], far)).end).toMatchObject({ taken: 1, stopped: null })
    expect(far.waits).toEqual([7000, 1000, 2000])

    const away = openFarEnd({ 'b.png': [broken, broken, broken, broken] })
    const end = await run(
      ['a.png', 'b.png', 'c.png'].map((name) => file(name)),
      away,
    )
    expect(end.end).toMatchObject({ taken: 1, done: 1, stopped: expect.stringContaining('does not answer') })

    const full = openFarEnd({ 'a.png': [() => problem(507, 'disk-full')] })
    expect((await run([file('a.png')], full)).end).toMatchObject({ done: 0, stopped: 'It is disk-full.' })
  })

  it('TR38: stops when it is told to, and says what is in', async () => {
    const far = openFarEnd()
    const { end } = await run(
      Array.from({ length: 60 }, (_, at) => file(`${at}.png`)),
      far,
      { stopAt: 25 },
    )
    expect(end).toMatchObject({ total: 60, done: 25, taken: 25, stopped: expect.stringContaining('You stopped it') })
    expect(far.kept.size).toBe(25)
  })
})
