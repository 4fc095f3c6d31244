// Albums shared with people: what the routes do not show. Who gets what: http/people.db.test.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '#base/ids.ts'
import { eraseUser } from '#library/erase.ts'
import { handOver } from '#library/hand-over.ts'
import { openLibrary, type Library } from '#library/testing.ts'
import { addUser } from '#db/testing.ts'
import { createAlbumOwner, type AlbumOwner } from './album-owner.ts'
import { createMembers, type Members } from './members.ts'
import { decideMember, isTold, mayLabel } from './membership.ts'

let library: Library
let albumOwner: AlbumOwner
let members: Members
let owner: string
let member: string
let albumId: string

const anybody = { take: async () => 0, left: async () => 0, giveBack: async () => {} }

beforeAll(async () => {
  library = await openLibrary()
  albumOwner = createAlbumOwner({ ...library, searches: anybody })
  members = createMembers(library)
})
afterAll(() => library.close())
beforeEach(async () => {
  owner = await library.addUser()
  member = await addUser(library.database, 'Grace', 'user')
  albumId = (await library.collections.albums.create(owner, { name: newId() })).id
  await share(member, 'editor')
})

const share = (whoId: string, role: 'viewer' | 'editor') =>
  albumOwner.put({ userId: owner, albumId }, { kind: 'user', whoId, role, prompt: false })
const keep = async (of: string) => (await library.keep(of)).record.id
const asked = (userId = member) => ({ userId, albumId })
const count = async (table: 'album_grants' | 'album_additions' | 'album_leavers') =>
  (await library.db.selectFrom(table).where('album_id', '=', albumId).selectAll().execute()).length

describe('the decision', () => {
  it('SP1, SP11: is one for every role and wish', () => {
    const wants = ['see', 'change', 'people', 'leave'] as const
    const table = ([null, 'viewer', 'editor', 'owner'] as const).map((role) =>
      wants.map((want) => decideMember(role === null ? null : { role }, want)),
    )
    expect(table).toEqual([
      ['absent', 'absent', 'absent', 'absent'],
      ['yes', 'refused', 'absent', 'yes'],
      ['yes', 'yes', 'absent', 'yes'],
      ['yes', 'yes', 'yes', 'refused'],
    ])
  })

  it('SP13: prompts are told by whoever has the picture, and labels put by who may', () => {
    const me = { albumId: 'a', ownerId: 'o', userId: 'me', role: 'editor', prompt: false } as const
    const [owners, mine] = [
      { ownerId: 'o', told: null },
      { ownerId: 'me', told: false },
    ] as const
    expect([isTold(me, owners), isTold({ ...me, prompt: true }, owners), isTold(me, mine)]).toEqual([false, true, true])
    const added = [
      { ownerId: 'x', told: true },
      { ownerId: 'x', told: false },
    ] as const
    expect(added.map((one) => isTold({ ...me, prompt: true }, one))).toEqual([true, false])
    expect([owners, mine, ...added].map((one) => mayLabel(me, one))).toEqual([true, true, false, false])
    expect(mayLabel({ ...me, role: 'viewer' }, owners)).toBe(false)
  })
})

describe('pictures', () => {
  it('SP10: come in pages, the owner’s and the added ones in one order, each once', async () => {
    const expected: string[] = []
    for (let n = 0; n < 3; n++) {
      const [own, added] = [await keep(owner), await keep(member)]
      await members.add(asked(owner), { imageIds: [own], prompt: false })
      await members.add(asked(), { imageIds: [added, added], prompt: false })
      expected.push(own, added)
    }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await members.page(asked(), { limit: 2, cursor })
      expect(page.data.length).toBeLessThanOrEqual(2)
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen.toSorted()).toEqual(expected.toSorted())
    expect(await members.get(asked())).toMatchObject({ images: 6 })
    await expect(members.page(asked(), { limit: 2, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'validation-failed',
    })
  })

  it('SP12: are counted in the album of the library only where they are the owner’s', async () => {
    await members.add(asked(), { imageIds: [await keep(member)], prompt: false })
    expect(await library.collections.albums.get(owner, albumId)).toMatchObject({ images: 0, coverId: null })
    expect(await members.get(asked(owner))).toMatchObject({ images: 1, role: 'owner' })
  })
})

describe('memberships end', () => {
  it('SP5: with the album’s owner: who gets the album shares it with nobody', async () => {
    await members.add(asked(), { imageIds: [await keep(member)], prompt: false })
    const heir = await library.addUser()
    await handOver(library, { from: owner, to: heir })
    expect(await library.collections.albums.get(heir, albumId)).toMatchObject({ images: 0 })
    await expect(members.get(asked())).rejects.toMatchObject({ code: 'not-found' })
    expect([await count('album_grants'), await count('album_additions')]).toEqual([0, 0])
  })

  it('SP12: a picture that changes hands is not shown in the name of somebody else', async () => {
    await members.add(asked(), { imageIds: [await keep(member)], prompt: true })
    const heir = await library.addUser()
    await handOver(library, { from: member, to: heir })
    expect((await members.page(asked(owner), { limit: 10 })).data).toEqual([])
  })

  it('SP5: with a person who is erased: nothing of them is left', async () => {
    await members.add(asked(), { imageIds: [await keep(member)], prompt: true })
    await eraseUser({ ...library, stopWork: async () => {} }, member)
    expect([await count('album_grants'), await count('album_additions')]).toEqual([0, 0])
    expect(await members.get(asked(owner))).toMatchObject({ images: 0 })
  })

  it('SP12: taken away, what they have added goes, and comes back with nobody', async () => {
    const [person] = await albumOwner.list({ userId: owner, albumId })
    await members.add(asked(), { imageIds: [await keep(member)], prompt: true })
    await albumOwner.remove({ userId: owner, albumId }, person?.id ?? '')
    await share(member, 'editor')
    expect(await members.get(asked())).toMatchObject({ images: 0 })
  })

  it('SP5, SP12: however often they come and go while pictures are added, nothing is left behind', async () => {
    const imageId = await keep(member)
    for (let n = 0; n < 5; n++) {
      const adding = members.add(asked(), { imageIds: [imageId], prompt: false })
      await Promise.allSettled([adding, members.leave(asked())])
      expect((await members.page(asked(owner), { limit: 10 })).data).toEqual([])
      await share(member, 'editor')
      expect((await members.page(asked(owner), { limit: 10 })).data).toEqual([])
    }
  })
})

it('SP15: bulk actions on a shared album are told to its members', async () => {
  const imageId = await keep(owner)
  const before = (await library.eventsOf(member)).length
  const action = { type: 'album-add', albumId } as const
  await library.collections.bulks.start(owner, { action, selection: { ids: [imageId] } })
  expect((await library.eventsOf(member)).slice(before)).toContainEqual({ type: 'library.changed', what: 'people' })
})

it('SP15: pictures that go to the trash or leave it, many at a time, are told to members and to nobody else', async () => {
  const { bulks, albums } = library.collections
  const [imageId, stranger] = [await keep(owner), await library.addUser()]
  await albums.add(owner, albumId, [imageId])
  const told = async (userId: string, action: 'trash' | 'restore' | 'undo', id = '') => {
    const before = (await library.eventsOf(userId)).length
    const work =
      action === 'undo'
        ? bulks.undo(owner, id)
        : bulks.start(owner, { action: { type: action }, selection: { ids: [imageId] } })
    const bulk = await work
    await expect.poll(async () => (await bulks.get(owner, bulk.id)).state).not.toMatch(/running|undoing/)
    return { id: bulk.id, events: (await library.eventsOf(userId)).slice(before) }
  }
  const people = { type: 'library.changed', what: 'people' }
  const trashed = await told(member, 'trash')
  expect(trashed.events).toEqual([people])
  expect((await told(member, 'undo', trashed.id)).events).toEqual([people])
  expect((await told(stranger, 'trash')).events).toEqual([])
  expect((await told(member, 'restore')).events).toEqual([people])
})
