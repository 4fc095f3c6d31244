// Albums shared with people here, over HTTP: who gets what. Rules in docs/spec/people.md (SP1 …).
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { routes, type MemberImage, type SharedAlbum } from '@easel/contract'
import { present } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import { talkativePng } from '#media/testing.ts'
import { cookiesOf, openPeople, type People, type TestPerson } from './testing/people.ts'
import type { Answer } from './testing/server.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const secret = 'only-the-owner-knows-this-fox'
const size = { width: 64, height: 48 }

let people: People
let file: Uint8Array
let owner: TestPerson
let viewer: TestPerson
let editor: TestPerson
/** A member by a group. */
let grouped: TestPerson
let removed: TestPerson
let left: TestPerson
let album: string
let image: string
let group: string

const send = (who: TestPerson | null, method: string, path: string, body?: unknown): Promise<Answer> =>
  people.server.ask({ method, path, headers: who?.headers ?? {}, ...(body === undefined ? {} : { body }) })

const addImage = async (of: TestPerson, words = secret): Promise<string> => {
  const texts = { prompt: `${words} prompt`, title: `${words} title`, filename: `${words}-${newId()}.png` }
  const tags = [
    { tagType: 'LABEL' as const, tagId: 'kept' },
    { tagType: 'CHAT' as const, tagId: `${words} chat` },
  ]
  const parameters = { steps: 20, note: `${words} parameter` }
  const picture = words === secret ? file : await talkativePng(words, size)
  return (await people.server.addImage({ of: of.id, file: picture, ...size, ...texts, parameters, tags })).id
}

const share = async (who: TestPerson, more: object = {}, of = album) => {
  const body = { kind: 'user', whoId: who.id, role: 'viewer', ...more }
  const answer = await send(owner, 'PUT', `/api/albums/${of}/people`, body)
  expect(answer.status, answer.text).toBe(200)
  return routes.putAlbumPerson.response.parse(answer.json()).data
}

const at = (rest = '', of = album) => `/api/shared/albums/${of}${rest}`
const imagesOf = async (who: TestPerson): Promise<MemberImage[]> => {
  const answer = await send(who, 'GET', at('/images'))
  return answer.status === 404 ? [] : routes.listSharedImages.response.parse(answer.json()).data
}
const albumsOf = async (who: TestPerson): Promise<SharedAlbum[]> =>
  routes.listSharedAlbums.response.parse((await send(who, 'GET', '/api/shared/albums')).json()).data
const idsOf = async (who: TestPerson) => (await imagesOf(who)).map(({ id }) => id)
const eventsOf = async (who: TestPerson) =>
  (await people.server.pipeline.db.selectFrom('events').select('event').where('user_id', '=', who.id).execute()).filter(
    ({ event }) => JSON.stringify(event).includes('"people"'),
  ).length

beforeAll(async () => {
  file = await talkativePng(secret, size)
  people = await openPeople()
  owner = await people.add()
  viewer = await people.add()
  editor = await people.add()
  grouped = await people.add()
  removed = await people.add()
  left = await people.add()
  const made = await send(people.admin, 'POST', '/api/admin/groups', {
    name: 'Fox friends',
    memberIds: [grouped.id, owner.id],
  })
  group = routes.createGroup.response.parse(made.json()).data.id
})
afterAll(() => people.close())

beforeEach(async () => {
  const made = await send(owner, 'POST', '/api/albums', { name: `Foxes ${newId()}` })
  album = routes.createAlbum.response.parse(made.json()).data.id
  image = await addImage(owner)
  await send(owner, 'POST', `/api/albums/${album}/images`, { imageIds: [image] })
  await share(viewer)
  await share(editor, { role: 'editor' })
  await send(owner, 'PUT', `/api/albums/${album}/people`, { kind: 'group', whoId: group, role: 'viewer' })
  const gone = await share(removed, { role: 'editor' })
  await send(owner, 'DELETE', `/api/albums/${album}/people/${gone.id}`)
  await share(left)
  await send(left, 'POST', at('/leave'))
})

describe('every address of a shared album', () => {
  const none = { imageIds: [newId()] }
  type Case = readonly [
    what: string,
    method: string,
    rest: () => string,
    body: unknown,
    statuses: { readonly owner: number; readonly editor: number; readonly viewer: number },
  ]
  const cases: readonly Case[] = [
    ['the album', 'GET', () => '', undefined, { owner: 200, editor: 200, viewer: 200 }],
    ['its pictures', 'GET', () => '/images', undefined, { owner: 200, editor: 200, viewer: 200 }],
    ['a thumbnail', 'GET', () => `/images/${image}/thumbnail`, undefined, { owner: 200, editor: 200, viewer: 200 }],
    [
      'a large one',
      'GET',
      () => `/images/${image}/thumbnail?size=1280`,
      undefined,
      { owner: 200, editor: 200, viewer: 200 },
    ],
    ['a file', 'GET', () => `/images/${image}/file`, undefined, { owner: 200, editor: 200, viewer: 200 }],
    [
      'a file that is not in it',
      'GET',
      () => `/images/${newId()}/file`,
      undefined,
      { owner: 404, editor: 404, viewer: 404 },
    ],
    ['adding', 'POST', () => '/images', none, { owner: 404, editor: 404, viewer: 403 }],
    ['taking out', 'DELETE', () => '/images', none, { owner: 200, editor: 200, viewer: 403 }],
    ['labels', 'POST', () => '/labels', { ...none, add: ['x'] }, { owner: 404, editor: 404, viewer: 403 }],
    ['copying', 'POST', () => '/copy', none, { owner: 404, editor: 404, viewer: 404 }],
    ['leaving', 'POST', () => '/leave', undefined, { owner: 403, editor: 204, viewer: 204 }],
  ]

  it.each(cases)('SP1, SP11: %s', async (_what, method, rest, body, statuses) => {
    const expected: readonly (readonly [TestPerson | null, number])[] = [
      // Who leaves comes last.
      [people.other, 404],
      [people.admin, 404],
      [removed, 404],
      [left, 404],
      [null, 401],
      [owner, statuses.owner],
      [editor, statuses.editor],
      [viewer, statuses.viewer],
      [grouped, statuses.viewer],
    ]
    for (const [who, status] of expected) {
      const answer = await send(who, method, at(rest()), body)
      expect(answer.status, `${who?.email ?? 'nobody'}: ${answer.text.slice(0, 200)}`).toBe(status)
      if (who !== owner) expect(answer.body.includes(secret), who?.email ?? 'nobody').toBe(false)
    }
  })

  it('SP1: only its owner says who sees it, and is told', async () => {
    const path = `/api/albums/${album}/people`
    const [first] = routes.listAlbumPeople.response.parse((await send(owner, 'GET', path)).json()).data
    const personId = present(first, 'somebody').id
    for (const who of [viewer, editor, grouped, removed, left, people.other, people.admin]) {
      expect((await send(who, 'GET', path)).status).toBe(404)
      const put = await send(who, 'PUT', path, { kind: 'user', whoId: people.other.id, role: 'editor' })
      expect(put.status).toBe(404)
      expect((await send(who, 'DELETE', `${path}/${personId}`)).status).toBe(404)
    }
    const listed = routes.listAlbumPeople.response.parse((await send(owner, 'GET', path)).json()).data
    expect(listed.map(({ kind, whoId, role }) => [kind, whoId, role])).toEqual([
      ['user', viewer.id, 'viewer'],
      ['user', editor.id, 'editor'],
      ['group', group, 'viewer'],
    ])
  })

  it('SP4: guests neither share nor are shared with', async () => {
    const guest = await people.server.ask({ method: 'POST', path: '/api/auth/guest', body: {} })
    const asGuest = { id: newId(), email: '', password: '', headers: { cookie: cookiesOf(guest) } }
    for (const path of ['/api/shared/albums', at(), `/api/albums/${album}/people`, '/api/groups'])
      expect((await send(asGuest, 'GET', path)).status, path).toBe(403)
    const row = await people.server.pipeline.db
      .selectFrom('users')
      .where('role', '=', 'guest')
      .select('id')
      .executeTakeFirstOrThrow()
    const path = `/api/albums/${album}/people`
    expect((await send(owner, 'PUT', path, { kind: 'user', whoId: row.id, role: 'viewer' })).status).toBe(404)
  })
})

describe('what is told', () => {
  it('SP13: without the prompt nothing tells it: not the list, the file, its name nor a copy', async () => {
    const [seen] = await imagesOf(viewer)
    expect(seen).toMatchObject({ id: image, title: null, labels: [], story: null, mine: false, taggable: false })
    const saved = await send(viewer, 'GET', at(`/images/${image}/file?download=true`))
    expect(saved.headers['content-disposition']).toMatch(/^attachment; filename="picture-[0-9a-f]{8}\.png"/)
    expect(saved.body.includes('trainedAlgorithmicMedia')).toBe(true)
    expect(saved.body.includes(secret)).toBe(false)
    const copied = await send(viewer, 'POST', at('/copy'), { imageIds: [image] })
    const [copy] = routes.copySharedImages.response.parse(copied.json()).data
    const mine = await send(viewer, 'GET', `/api/images/${present(copy?.copyId, 'copy')}`)
    expect(mine.json()).toMatchObject({ data: { generationPrompt: null, title: null, source: 'import', tags: [] } })
    expect(mine.text).not.toContain(secret)
  })

  it('SP13, SP14: with it, it is; what other systems call their things is not', async () => {
    await share(viewer, { prompt: true })
    const [seen] = await imagesOf(viewer)
    expect(seen).toMatchObject({
      title: `${secret} title`,
      labels: ['kept'],
      story: { prompt: `${secret} prompt`, parameters: { steps: 20 } },
    })
    expect(JSON.stringify(seen)).not.toContain('chat')
    expect((await send(viewer, 'GET', at(`/images/${image}/file`))).body).toEqual(Buffer.from(file))
    const copied = await send(viewer, 'POST', at('/copy'), { imageIds: [image] })
    const [copy] = routes.copySharedImages.response.parse(copied.json()).data
    const mine = await send(viewer, 'GET', `/api/images/${present(copy?.copyId, 'copy')}`)
    expect(mine.json()).toMatchObject({ data: { generationPrompt: `${secret} prompt`, tags: [] } })
    await share(viewer)
  })

  it('SP3: who is a member in several ways has the most that any gives', async () => {
    await share(grouped, { role: 'editor', prompt: true })
    expect(await albumsOf(grouped)).toContainEqual(expect.objectContaining({ id: album, role: 'editor', prompt: true }))
  })
})

describe('editors', () => {
  it('SP12: add pictures of their own, which stay their own', async () => {
    const theirs = await addImage(editor, 'the-editors-own-owl')
    const added = await send(editor, 'POST', at('/images'), { imageIds: [theirs] })
    expect(added.json()).toMatchObject({ data: { images: 2 } })
    expect(await idsOf(viewer)).toEqual([image, theirs])
    expect((await imagesOf(owner))[1]).toMatchObject({
      owner: { id: editor.id },
      title: null,
      story: null,
      mine: false,
    })
    expect((await imagesOf(editor))[1]).toMatchObject({
      mine: true,
      taggable: true,
      title: 'the-editors-own-owl title',
    })
    // In nobody else's library.
    expect((await send(owner, 'GET', `/api/images/${theirs}`)).status).toBe(404)
    const listed = await send(owner, 'GET', `/api/images?album=${album}`)
    expect(routes.listImages.response.parse(listed.json()).data.map(({ id }) => id)).toEqual([image])
    expect((await send(owner, 'GET', at(`/images/${theirs}/file`))).body.includes('owl')).toBe(false)
    await send(editor, 'POST', at('/images'), { imageIds: [theirs], prompt: true })
    expect((await imagesOf(viewer))[1]).toMatchObject({ title: 'the-editors-own-owl title' })
    expect(await idsOf(viewer)).toEqual([image, theirs])
  })

  it('SP12: what they add goes with them, with the picture, and when they take it out', async () => {
    const [one, other, third] = [
      await addImage(editor, 'owl-one'),
      await addImage(editor, 'owl-two'),
      await addImage(editor, 'owl-three'),
    ]
    await send(editor, 'POST', at('/images'), { imageIds: [one, other, third] })
    await send(editor, 'DELETE', `/api/images/${one}`)
    expect(await idsOf(viewer)).toEqual([image, other, third])
    expect((await send(viewer, 'GET', at(`/images/${one}/file`))).status).toBe(404)
    await send(editor, 'DELETE', at('/images'), { imageIds: [other] })
    expect(await idsOf(viewer)).toEqual([image, third])
    await send(editor, 'POST', at('/leave'))
    expect(await idsOf(viewer)).toEqual([image])
    await share(editor, { role: 'editor' })
    expect(await idsOf(viewer)).toEqual([image])
  })

  it('SP11: take out and label what is the owner’s, and label nobody else’s', async () => {
    const theirs = await addImage(editor, 'owl-four')
    await send(editor, 'POST', at('/images'), { imageIds: [theirs] })
    const labelled = await send(editor, 'POST', at('/labels'), { imageIds: [image], add: ['shared'], remove: ['none'] })
    expect(labelled.json()).toMatchObject({ data: [{ labels: ['kept', 'shared'] }] })
    expect((await send(owner, 'GET', `/api/images/${image}`)).text).toContain('"shared"')
    const refused = await send(owner, 'POST', at('/labels'), { imageIds: [theirs], add: ['mine'] })
    expect(refused.status).toBe(403)
    expect((await send(editor, 'DELETE', at('/images'), { imageIds: [image] })).json()).toMatchObject({
      data: { images: 1 },
    })
    expect((await send(owner, 'GET', `/api/images/${image}`)).status).toBe(200)
  })

  it('SP11: add nothing of somebody else’s', async () => {
    for (const foreign of [image, await addImage(people.other, 'not-theirs')])
      expect((await send(editor, 'POST', at('/images'), { imageIds: [foreign] })).status).toBe(404)
    expect(await idsOf(viewer)).toEqual([image])
  })
})

describe('at once', () => {
  const setDisabled = (who: TestPerson, disabled: boolean) =>
    send(people.admin, 'PATCH', `/api/admin/users/${who.id}`, { disabled })

  it('SP5: a closed account shows nothing any more, an open one again', async () => {
    const theirs = await addImage(editor, 'owl-five')
    await send(editor, 'POST', at('/images'), { imageIds: [theirs] })
    await setDisabled(editor, true)
    expect(await idsOf(viewer)).toEqual([image])
    await setDisabled(editor, false)
    await setDisabled(owner, true)
    expect((await send(viewer, 'GET', at(`/images/${image}/thumbnail`))).status).toBe(404)
    expect((await albumsOf(viewer)).map(({ id }) => id)).not.toContain(album)
    await setDisabled(owner, false)
    expect(await idsOf(viewer)).toEqual([image, theirs])
    const again = async ({ email, password, ...person }: TestPerson): Promise<TestPerson> => {
      const body = { email, password }
      const answer = await people.server.ask({ method: 'POST', path: '/api/auth/sign-in', body })
      return { ...person, ...body, headers: { cookie: cookiesOf(answer) } }
    }
    owner = await again(owner)
    editor = await again(editor)
  })

  it('SP5: who is taken out of a group, and everybody when it is taken apart', async () => {
    const change = (memberIds: readonly string[]) =>
      send(people.admin, 'PATCH', `/api/admin/groups/${group}`, { memberIds })
    const before = await eventsOf(grouped)
    await change([owner.id])
    expect((await send(grouped, 'GET', at())).status).toBe(404)
    expect(await eventsOf(grouped)).toBe(before + 1)
    await change([owner.id, grouped.id])
    expect((await send(grouped, 'GET', at())).status).toBe(200)
    const own = await send(people.admin, 'POST', '/api/admin/groups', { name: newId(), memberIds: [owner.id, left.id] })
    const { id } = routes.createGroup.response.parse(own.json()).data
    await send(owner, 'PUT', `/api/albums/${album}/people`, { kind: 'group', whoId: id, role: 'editor' })
    expect((await send(left, 'GET', at())).status).toBe(200)
    expect((await send(people.admin, 'DELETE', `/api/admin/groups/${id}`)).status).toBe(204)
    expect((await send(left, 'GET', at())).status).toBe(404)
  })

  it('SP6: who leaves an album of a group stays out until they are named alone', async () => {
    await send(grouped, 'POST', at('/leave'))
    expect((await send(grouped, 'GET', at())).status).toBe(404)
    await send(owner, 'PUT', `/api/albums/${album}/people`, { kind: 'group', whoId: group, role: 'editor' })
    expect((await send(grouped, 'GET', at())).status).toBe(404)
    await share(grouped)
    expect((await send(grouped, 'GET', at())).status).toBe(200)
  })

  it('SP5, SP10: the album, or a picture in it, is gone', async () => {
    await send(owner, 'DELETE', `/api/images/${image}`)
    expect(await idsOf(viewer)).toEqual([])
    expect((await send(viewer, 'GET', at(`/images/${image}/thumbnail`))).status).toBe(404)
    await send(owner, 'DELETE', `/api/albums/${album}`)
    for (const who of [owner, viewer, editor, grouped]) expect((await send(who, 'GET', at())).status).toBe(404)
  })

  it('SP15: members and owner are told of changes, and nobody else', async () => {
    const everybody = [owner, viewer, editor, grouped, people.other, left]
    const before = await Promise.all(everybody.map(eventsOf))
    const theirs = await addImage(editor, 'owl-six')
    await send(editor, 'POST', at('/images'), { imageIds: [theirs] })
    const after = await Promise.all(everybody.map(eventsOf))
    expect(after.map((count, index) => count - (before[index] ?? 0))).toEqual([1, 1, 1, 1, 0, 0])
    await send(owner, 'PATCH', `/api/albums/${album}`, { name: newId() })
    expect(await eventsOf(viewer)).toBe((after[1] ?? 0) + 1)
    await send(editor, 'DELETE', `/api/images/${theirs}`)
    await send(owner, 'DELETE', `/api/images/${image}`)
    expect([await eventsOf(viewer), await eventsOf(owner)]).toEqual([(after[1] ?? 0) + 3, (after[0] ?? 0) + 1])
  })
})

describe('finding people', () => {
  const find = (text: string) => send(owner, 'POST', '/api/people/find', { text })
  const found = async (text: string) => routes.findPeople.response.parse((await find(text)).json()).data

  it('SP2: by the whole e-mail address or name, in whatever case, and by nothing less', async () => {
    expect(await found(` ${viewer.email.toUpperCase()} `)).toMatchObject([{ id: viewer.id }])
    const [{ name } = { name: '' }] = await found(viewer.email)
    expect((await found(name.toLowerCase())).map(({ id }) => id)).toEqual([viewer.id])
    for (const text of [viewer.email.slice(0, -1), name.slice(0, 3), '%', '_', '*', owner.email, 'a\u0301🦊', '../'])
      expect(await found(text), text).toEqual([])
  })

  it('SP2: and not too often', async () => {
    const answers = []
    for (let n = 0; n < 61; n++) answers.push(await find(`nobody-${n}`))
    const refused = answers.filter(({ status }) => status === 429)
    expect(refused.length).toBeGreaterThan(0)
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0)
    expect((await send(viewer, 'POST', '/api/people/find', { text: owner.email })).status).toBe(200)
  })

  it('SP3: groups are those that one is in', async () => {
    const names = async (who: TestPerson) =>
      routes.listMyGroups.response.parse((await send(who, 'GET', '/api/groups')).json()).data
    expect(await names(owner)).toMatchObject([{ id: group, name: 'Fox friends', members: 2 }])
    expect(await names(people.other)).toEqual([])
    const mine = await send(people.other, 'POST', '/api/albums', { name: newId() })
    const { id } = routes.createAlbum.response.parse(mine.json()).data
    const put = await send(people.other, 'PUT', `/api/albums/${id}/people`, {
      kind: 'group',
      whoId: group,
      role: 'viewer',
    })
    expect(put.status).toBe(404)
  })
})
