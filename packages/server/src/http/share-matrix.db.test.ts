// Every address that reaches what a link shows, in every state of a link: what it answers, and that nothing leaks.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ShareCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { eraseImages } from '#library/erase.ts'
import { probe } from '#media/probe.ts'
import { readMetadata } from '#media/read-metadata.ts'
import { talkativePng } from '#media/testing.ts'
import { unpack } from '#transfer/zip/testing.ts'
import { openServer, type Answer, type TestServer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let server: TestServer
let file: Uint8Array
const secret = 'xyzzy'
const size = { width: 1500, height: 900 }

beforeAll(async () => {
  server = await openServer({ works: false, accounts: {}, publicUrl: 'http://easel.example' })
  file = await talkativePng(secret, size)
})
afterAll(() => server.close())

type Kind = 'image' | 'album'

/** A link, what it shows, and who comes. */
interface Case {
  readonly owner: string
  readonly kind: Kind
  readonly id: string
  readonly name: string
  readonly imageId: string
  readonly filename: string
  readonly albumId: string
  /** Where the album is published; null: it is not. */
  readonly address: string | null
  readonly headers: Record<string, string>
}

async function image(of: string): Promise<{ id: string; filename: string }> {
  const words = { prompt: `${secret} prompt`, negativePrompt: `${secret} negative`, revisedPrompt: `${secret} revised` }
  const more = { title: `${secret} title`, notes: `${secret} notes`, description: `${secret} description` }
  const filename = `${secret}-${newId()}.png`
  const { id } = await server.addImage({
    of,
    file,
    ...size,
    ...words,
    ...more,
    filename,
    source: 'generated',
    model: `${secret} model`,
    parameters: { sampler: `${secret} sampler`, originalFilename: `${secret} file.png` },
    tags: [{ tagType: 'LABEL', tagId: `${secret} tag` }],
  })
  return { id, filename }
}

async function open(kind: Kind, wish: Partial<ShareCreate> = {}): Promise<Case> {
  const owner = await server.pipeline.addUser()
  const { id: imageId, filename } = await image(owner)
  const { albums } = server.collections
  const albumId = (await albums.create(owner, { name: `${secret} album` })).id
  await albums.add(owner, albumId, [imageId, (await image(owner)).id])
  const target = kind === 'image' ? { kind, imageId } : { kind, albumId }
  const isPublished = kind === 'album' && wish.password === undefined && wish.viewLimit === undefined
  const address = isPublished ? `foxes-${newId()}` : null
  const { id, name } = await server.sharing.links.create(owner, { target, address, ...wish })
  return { owner, kind, id, name, imageId, filename, albumId, address, headers: { 'user-agent': newId() } }
}

async function give({ name, headers }: Case, password: string): Promise<Record<string, string>> {
  const answer = await server.ask({ method: 'POST', path: `/s/${name}`, body: { password }, headers })
  const cookie = answer.headers['set-cookie']?.map((one) => one.split(';')[0]).join('; ')
  return cookie === undefined ? headers : { ...headers, cookie }
}

const password = 'a fox in the snow'

const states = {
  open: (kind: Kind) => open(kind),
  expired: (kind: Kind) => open(kind, { expiresAt: new Date(Date.now() - 1000).toISOString() }),
  'not yet': (kind: Kind) => open(kind, { startsAt: new Date(Date.now() + 3_600_000).toISOString() }),
  'no password': (kind: Kind) => open(kind, { password }),
  async 'wrong password'(kind: Kind) {
    const link = await open(kind, { password })
    return { ...link, headers: await give(link, 'another') }
  },
  async 'right password'(kind: Kind) {
    const link = await open(kind, { password })
    return { ...link, headers: await give(link, password) }
  },
  async 'password changed since'(kind: Kind) {
    const link = await open(kind, { password })
    const headers = await give(link, password)
    await server.sharing.links.update(link.owner, link.id, { password })
    return { ...link, headers }
  },
  async 'view limit reached'(kind: Kind) {
    const link = await open(kind, { viewLimit: 1 })
    expect((await server.ask({ path: `/s/${link.name}` })).status).toBe(200)
    return link
  },
  async revoked(kind: Kind) {
    const link = await open(kind)
    await server.sharing.links.revoke(link.owner, link.id)
    return link
  },
  async trashed(kind: Kind) {
    const link = await open(kind)
    await server.pipeline.db
      .updateTable('images')
      .set({ deleted_at: new Date() })
      .where('user_id', '=', link.owner)
      .execute()
    return link
  },
  async deleted(kind: Kind) {
    const link = await open(kind)
    const { db, log } = server.pipeline
    const rows = await db.selectFrom('images').select('id').where('user_id', '=', link.owner).execute()
    const ids = rows.map(({ id }) => id)
    await eraseImages({ ...server.process, db, log }, link.owner, ids)
    return link
  },
  'download off': (kind: Kind) => open(kind, { download: false }),
  'prompt told': (kind: Kind) => open(kind, { prompt: true }),
  async 'album changed'(kind: Kind) {
    const link = await open(kind)
    await server.collections.albums.takeOut(link.owner, link.albumId, [link.imageId])
    return link
  },
  async 'owner disabled'(kind: Kind) {
    const link = await open(kind)
    const users = server.pipeline.db.updateTable('users').set({ disabled_at: new Date() })
    await users.where('id', '=', link.owner).execute()
    return link
  },
} as const
type State = keyof typeof states

/** `published`: by an album's own address, and `feed` below it. `filename`: by what the file is called, as contract C has it, which takes open links alone. */
type Want = 'page' | 'published' | 'feed' | 'picture' | 'original' | 'named' | 'filename' | 'archive' | 'card'

interface Row {
  readonly want: Want
  readonly path: (link: Case) => string
}

const below = (want: Want, end: string): Row => ({ want, path: ({ name }) => `/s/${name}${end}` })
const picture = (want: Want, end: string): Row => ({
  want,
  path: ({ name, imageId }) => `/s/${name}/images/${imageId}${end}`,
})
const published = (want: Want, end: string): Row => ({
  want,
  path: ({ address }) => `/g/${address ?? 'nowhere'}${end}`,
})
const oembed = (more = ''): Row => ({
  want: 'card',
  path: ({ name }) => `/oembed?url=${encodeURIComponent(`http://easel.example/s/${name}`)}${more}`,
})

/** A row or more for each route that reaches a picture or its words, for those who are not signed in. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  'GET /s/:name': [below('page', '')],
  'GET /s/:name/images': [below('page', '/images')],
  'GET /s/:name/images/:id/thumbnail': [picture('picture', '/thumbnail')],
  'GET /s/:name/images/:id/view': [picture('picture', '/view'), picture('picture', '/view?width=1920')],
  'GET /s/:name/images/:id/file': [picture('original', '/file')],
  'GET /g/:address': [published('published', '')],
  'GET /g/:address/feed.xml': [published('feed', '/feed.xml')],
  'GET /s/:name/zip': [below('archive', '/zip')],
  'GET /s/:name/card.jpg': [below('card', '/card.jpg')],
  'GET /oembed': [oembed(), oembed('&maxwidth=100')],
  'GET /images/:name': [
    { want: 'named', path: ({ name }) => `/images/${name}` },
    { want: 'named', path: ({ name }) => `/images/original_${name}` },
  ],
  'GET /api/ai/images/:filename': [{ want: 'filename', path: ({ filename }) => `/api/ai/images/${filename}` }],
}

/** Open routes that reach no picture, or only by what its owner was handed. */
const elsewhere = [
  /^\/api\/(?:auth|docs)\//,
  /^\/api\/(?:docs|openapi\.json)$/,
  /^\/(?:healthz|readyz)$/,
  // By a token that the owner has got just now.
  /^\/api\/images\/download\/:token$/,
  // By an id that was told to who asked for the picture.
  /^\/task-status\/:taskId$/,
  // Words for what is not there, below the addresses of older systems.
  /^\/(?:history|models|generate|generate-image|task-status|delete-images|ollamalog|uploads|images)(?:\/\*)?$/,
  /^\/api\/(?:ai|models|health|sdxl|flux)(?:\/\*)?$/,
  /^\/(?:v1|sdapi|internal|ollama)(?:\/\*?|\/api\/version)?$/,
  // The web app.
  /^\/(?:assets\/[\w.-]+|index\.html|)$/,
]

function expected(state: State, { want }: Row, { kind, address }: Case): number {
  if ((want === 'published' || want === 'feed') && address === null) return 404
  if (want === 'named' && kind === 'album') return 404
  if (want === 'filename') return expectedByFilename(state, kind)
  switch (state) {
    case 'open':
    case 'prompt told':
      return 200
    case 'expired':
    case 'view limit reached':
      return 410
    case 'not yet':
      return 403
    case 'no password':
    case 'wrong password':
    case 'password changed since':
      return 401
    case 'right password':
      return want === 'card' ? 401 : 200
    case 'revoked':
    case 'trashed':
    case 'deleted':
    case 'owner disabled':
      return 404
    case 'download off':
      return want === 'original' || want === 'named' || want === 'archive' ? 403 : 200
    case 'album changed':
      return kind === 'album' && (want === 'picture' || want === 'original') ? 404 : 200
  }
}

function expectedByFilename(state: State, kind: Kind): number {
  if (kind === 'album') return 404
  if (state === 'download off') return 403
  return state === 'open' || state === 'prompt told' || state === 'album changed' ? 200 : 404
}

const forms = [secret, Buffer.from(secret, 'utf16le').toString('latin1'), Buffer.from(secret).toString('base64')]
const toldIn = ({ body, headers }: Answer): boolean =>
  forms.some((form) => body.includes(form, 'latin1') || JSON.stringify(headers).includes(form))

async function picturesIn({ body, headers }: Answer): Promise<readonly Buffer[]> {
  const type = headers['content-type'] ?? ''
  if (type.startsWith('image/')) return [body]
  if (type !== 'application/zip') return []
  return (await unpack(body)).flatMap(({ bytes }) => bytes ?? [])
}

describe.each(['image', 'album'] as const)('a link to an %s', (kind) => {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the keys of the record
  describe.each(Object.keys(states) as State[])('%s', (state) => {
    let link: Case
    beforeAll(async () => {
      link = await states[state](kind)
    })

    it.each(Object.entries(rows).flatMap(([name, list]) => list.map((row) => [name, row] as const)))(
      'SH10 SH14: %s',
      async (_, row) => {
        const path = row.path(link)
        const accept = 'image/avif,image/webp,*/*'
        const answer = await server.ask({ path, headers: { ...link.headers, accept } })
        expect(answer.status, answer.text.slice(0, 300)).toBe(expected(state, row, link))
        const told = state === 'prompt told' && row.want !== 'card' && row.want !== 'picture' && answer.status === 200
        expect(toldIn(answer), 'the prompt and everything beside it').toBe(told)
        expect(answer.headers['x-robots-tag']).toBe('noindex')
        const caching = answer.headers['cache-control']
        const isCached = answer.status === 200 && state !== 'right password' && row.want !== 'archive'
        expect(caching).toBe(
          isCached ? 'public, max-age=300' : answer.status === 200 ? 'private, no-store' : 'no-store',
        )
        for (const bytes of await picturesIn(answer)) {
          const { width, height } = probe(bytes)
          if (state === 'download off') expect(Math.max(width, height)).toBeLessThanOrEqual(1280)
          if (row.want === 'page' || row.want === 'picture' || row.want === 'card') continue
          expect({ width, height }).toEqual(size)
          expect(readMetadata(bytes).digitalSourceType).toContain('trainedAlgorithmicMedia')
          if (!told) expect(readMetadata(bytes).parameters).toBeNull()
        }
        const head = await server.ask({ method: 'HEAD', path, headers: { ...link.headers, accept } })
        expect([head.status, head.body.length]).toEqual([answer.status, 0])
        expect(toldIn(head)).toBe(toldIn({ ...answer, body: Buffer.alloc(0) }))
      },
    )
  })
})

describe('the table', () => {
  it('SH10: has a row for every address that is open to all and reaches what a link shows', () => {
    const all = server.app.accessTable
      .filter(({ method, access }) => method === 'GET' && access === 'open')
      .filter(({ url }) => !elsewhere.some((pattern) => pattern.test(url)))
    expect(all.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual(Object.keys(rows).toSorted())
  })

  it('says the same of a link that is not there as of one that was', async () => {
    const revoked = await states.revoked('image')
    const bodies = await Promise.all(
      [revoked.name, 'A'.repeat(22)].map(async (name) => (await server.ask({ path: `/s/${name}/images` })).text),
    )
    expect(new Set(bodies).size).toBe(1)
  })
})
