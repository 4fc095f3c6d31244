// Every address of a shared album, in every state of a membership: what it answers, and that nothing leaks. Rules in docs/spec/people.md.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { routes } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { eraseImages } from '#library/erase.ts'
import { talkativePng } from '#media/testing.ts'
import { openPeople, type People, type TestPerson } from './testing/people.ts'
import type { Answer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 120_000 })

const secret = 'xyzzy'
const size = { width: 64, height: 48 }

let people: People
let file: Uint8Array
let owner: TestPerson
let member: TestPerson

beforeAll(async () => {
  file = await talkativePng(secret, size)
  people = await openPeople()
  owner = await people.add()
  member = await people.add()
})
afterAll(() => people.close())

const send = (who: TestPerson | null, method: string, path: string, body?: unknown): Promise<Answer> =>
  people.server.ask({ method, path, headers: who?.headers ?? {}, ...(body === undefined ? {} : { body }) })

/** An album, what is in it, and who comes. */
interface Case {
  readonly albumId: string
  readonly imageId: string
  readonly who: TestPerson | null
}

/** An album of one picture that the member sees. */
async function open(wish: object = {}): Promise<Case & { readonly grantId: string }> {
  const made = await send(owner, 'POST', '/api/albums', { name: `Album ${newId()}` })
  const albumId = routes.createAlbum.response.parse(made.json()).data.id
  const words = { prompt: `${secret} prompt`, title: `${secret} title`, filename: `${secret}-${newId()}.png` }
  const parameters = { note: `${secret} parameter` }
  const { id: imageId } = await people.server.addImage({ of: owner.id, file, ...size, ...words, parameters })
  await send(owner, 'POST', `/api/albums/${albumId}/images`, { imageIds: [imageId] })
  const body = { kind: 'user', whoId: member.id, role: 'viewer', ...wish }
  const put = await send(owner, 'PUT', `/api/albums/${albumId}/people`, body)
  const grantId = routes.putAlbumPerson.response.parse(put.json()).data.id
  return { albumId, imageId, who: member, grantId }
}

const states = {
  viewer: () => open(),
  'viewer who is told': () => open({ prompt: true }),
  editor: () => open({ role: 'editor' }),
  async 'another person'() {
    return { ...(await open()), who: people.other }
  },
  async administrator() {
    return { ...(await open()), who: people.admin }
  },
  async nobody() {
    return { ...(await open()), who: null }
  },
  async removed() {
    const album = await open()
    await send(owner, 'DELETE', `/api/albums/${album.albumId}/people/${album.grantId}`)
    return album
  },
  async left() {
    const album = await open()
    await send(member, 'POST', `/api/shared/albums/${album.albumId}/leave`)
    return album
  },
  async trashed() {
    const album = await open()
    await send(owner, 'DELETE', `/api/images/${album.imageId}`)
    return album
  },
  async erased() {
    const album = await open()
    const { db, log } = people.server.pipeline
    await eraseImages({ ...people.server.process, db, log }, owner.id, [album.imageId])
    return album
  },
  async 'album changed'() {
    const album = await open()
    await send(owner, 'DELETE', `/api/albums/${album.albumId}/images`, { imageIds: [album.imageId] })
    return album
  },
  async 'album deleted'() {
    const album = await open()
    await send(owner, 'DELETE', `/api/albums/${album.albumId}`)
    return album
  },
  /** Somebody of their own: everybody else's albums stay open. */
  async 'owner disabled'() {
    const before = owner
    owner = await people.add()
    const album = await open()
    await send(people.admin, 'PATCH', `/api/admin/users/${owner.id}`, { disabled: true })
    owner = before
    return album
  },
} as const
type State = keyof typeof states

/** What is asked for: albums, one of them, a picture of it, or something that an editor does to one. */
type Want = 'list' | 'album' | 'picture' | 'original' | 'change' | 'copy' | 'leave'

interface Row {
  readonly want: Want
  readonly path: (album: Case) => string
  readonly body?: (album: Case) => unknown
}

const at = ({ albumId }: Case, rest = '') => `/api/shared/albums/${albumId}${rest}`
const row = (want: Want, rest: (album: Case) => string, body?: Row['body']): Row => ({
  want,
  path: (album) => at(album, rest(album)),
  ...(body === undefined ? {} : { body }),
})
const imageIds = ({ imageId }: Case) => ({ imageIds: [imageId] })

/** In an order in which none takes away what the next needs. */
const rows: Readonly<Record<string, readonly Row[]>> = {
  'GET /api/shared/albums': [{ want: 'list', path: () => '/api/shared/albums' }],
  'GET /api/shared/albums/:id': [row('album', () => '')],
  'GET /api/shared/albums/:id/images': [row('album', () => '/images')],
  'GET /api/shared/albums/:id/images/:imageId/thumbnail': [
    row('picture', ({ imageId }) => `/images/${imageId}/thumbnail`),
    row('picture', ({ imageId }) => `/images/${imageId}/thumbnail?size=1280`),
  ],
  'GET /api/shared/albums/:id/images/:imageId/file': [
    row('original', ({ imageId }) => `/images/${imageId}/file`),
    row('original', ({ imageId }) => `/images/${imageId}/file?download=true`),
  ],
  'POST /api/shared/albums/:id/copy': [row('copy', () => '/copy', imageIds)],
  'POST /api/shared/albums/:id/labels': [
    row(
      'change',
      () => '/labels',
      (album) => ({ ...imageIds(album), add: ['seen'] }),
    ),
  ],
  // A picture that is not the asker's own is none that they could add.
  'POST /api/shared/albums/:id/images': [
    row(
      'change',
      () => '/images',
      () => ({ imageIds: [newId()] }),
    ),
  ],
  'DELETE /api/shared/albums/:id/images': [row('change', () => '/images', imageIds)],
  'POST /api/shared/albums/:id/leave': [row('leave', () => '/leave')],
}

const outside: ReadonlySet<State> = new Set([
  'another person',
  'administrator',
  'removed',
  'left',
  'album deleted',
  'owner disabled',
])

function expected(state: State, { want }: Row, name: string): number {
  if (state === 'nobody') return 401
  if (want === 'list') return 200
  if (outside.has(state)) return 404
  const isIn = state === 'viewer' || state === 'viewer who is told' || state === 'editor'
  switch (want) {
    case 'album':
      return 200
    case 'picture':
    case 'original':
    case 'copy':
      return isIn ? 200 : 404
    case 'change':
      if (state !== 'editor') return 403
      return name.startsWith('POST /api/shared/albums/:id/images') ? 404 : 200
    case 'leave':
      return 204
  }
}

const forms = [secret, Buffer.from(secret, 'utf16le').toString('latin1'), Buffer.from(secret).toString('base64')]
const toldIn = ({ body, headers }: Answer): boolean =>
  forms.some((form) => body.includes(form, 'latin1') || JSON.stringify(headers).includes(form))

// oxlint-disable-next-line typescript/consistent-type-assertions -- the keys of the record
describe.each(Object.keys(states) as State[])('%s', (state) => {
  let album: Case
  beforeAll(async () => {
    album = await states[state]()
  })

  it.each(Object.entries(rows).flatMap(([name, list]) => list.map((one) => [name, one] as const)))(
    'SP5 SP10 SP13: %s',
    async (name, one) => {
      const [method = ''] = name.split(' ')
      const answer = await send(album.who, method, one.path(album), one.body?.(album))
      expect(answer.status, answer.text.slice(0, 300)).toBe(expected(state, one, name))
      const tells = name.endsWith('/images') && name.startsWith('GET')
      const told = state === 'viewer who is told' && (tells || one.want === 'original')
      expect(toldIn(answer), 'the prompt and everything beside it').toBe(told)
      expect(answer.headers['cache-control'] ?? '').not.toContain('public')
      if (one.want === 'list' && outside.has(state)) expect(answer.text).not.toContain(album.albumId)
      if (method !== 'GET') return
      const head = await send(album.who, 'HEAD', one.path(album))
      expect([head.status, head.body.length]).toEqual([answer.status, 0])
    },
  )
})

describe('the table', () => {
  it('SP10: has a row for every address below which an album is shared', () => {
    const all = people.server.app.accessTable
      .filter(({ method, url }) => method !== 'HEAD' && method !== 'OPTIONS' && url.startsWith('/api/shared'))
      .map(({ method, url }) => `${method} ${url}`)
    expect(all.toSorted()).toEqual(Object.keys(rows).toSorted())
  })
})
