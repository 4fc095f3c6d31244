// Links in the hands of their owners, and what becomes of them when libraries change hands or end.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ShareTarget } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { eraseImages, eraseUser } from '#library/erase.ts'
import { handOver } from '#library/hand-over.ts'
import { variantFolder } from '#library/image-record.ts'
import { sweepDerived } from '#library/sweep-derived.ts'
import { openLibrary, type Library } from '#library/testing.ts'
import { addUser } from '#db/testing.ts'
import { findShare } from './find.ts'
import { createLinks, type Links } from './links.ts'
import { newShareName } from './share-name.ts'

let library: Library
let links: Links
let user: string
beforeAll(async () => {
  library = await openLibrary()
  links = createLinks({
    ...library,
    hashPassword: async (password) => `hash of ${password}`,
    publicUrl: null,
    cdnUrl: null,
    galleryIsOn: () => true,
  })
})
afterAll(() => library.close())
beforeEach(async () => {
  user = await library.addUser()
})

const keep = async (of = user) => (await library.keep(of)).record.id
const image = async (): Promise<ShareTarget> => ({ kind: 'image', imageId: await keep() })
const erase = { stopWork: async () => {} }

describe('names', () => {
  it('SH1: hold 130 random bits, in letters and digits', () => {
    const names = Array.from({ length: 2000 }, () => newShareName(undefined))
    expect(names.every((name) => /^[A-Za-z0-9]{22}$/.test(name))).toBe(true)
    expect(new Set(names).size).toBe(2000)
    expect(new Set(names.join('')).size).toBe(62)
    expect(newShareName('our-foxes')).toMatch(/^our-foxes-[A-Za-z0-9]{22}$/)
  })
})

describe('links', () => {
  it('SH4: are listed a page at a time, the newest first, those of one picture or album', async () => {
    const albumId = (await library.collections.albums.create(user, { name: 'Foxes' })).id
    const made = []
    for (let n = 0; n < 5; n++) made.push((await links.create(user, { target: await image() })).id)
    made.push((await links.create(user, { target: { kind: 'album', albumId } })).id)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await links.list(user, { limit: 4, cursor })
      seen.push(...page.data.map(({ id }) => id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(made.toReversed())
    expect((await links.list(user, { limit: 10, album: albumId })).data).toMatchObject([{ label: 'Foxes', albumId }])
  })

  it('SH4: tell their owner what they show and in which state they are', async () => {
    const [one, other] = [await keep(), await keep()]
    const target: ShareTarget = { kind: 'images', imageIds: [other, one] }
    const share = await links.create(user, { target, startsAt: '2000-01-01T00:00:00Z', expiresAt: null })
    expect(share).toMatchObject({ images: 2, coverId: other, label: null, state: 'open' })
    await library.images.remove(user, other)
    expect(await links.get(user, share.id)).toMatchObject({ images: 1, coverId: one })
    const states = [
      [{ startsAt: '2100-01-01T00:00:00Z' }, 'not-yet'],
      [{ startsAt: null, expiresAt: '2001-01-01T00:00:00Z' }, 'expired'],
      [{ expiresAt: null }, 'open'],
    ] as const
    for (const [change, state] of states) expect((await links.update(user, share.id, change)).state).toBe(state)
    await links.revoke(user, share.id)
    expect(await links.get(user, share.id)).toMatchObject({ state: 'revoked', revokedAt: expect.any(String) })
  })

  it('tell open pages of their owner of every change, and nobody else', async () => {
    const types = async (of: string) =>
      (await library.db.selectFrom('events').select('event').where('user_id', '=', of).execute()).map(
        ({ event }) => event,
      )
    const other = await library.addUser()
    const target = await image()
    const before = (await types(user)).length
    const { id } = await links.create(user, { target })
    await links.update(user, id, { title: 'Foxes' })
    await links.update(user, id, {})
    await links.revoke(user, id)
    await links.revoke(user, id)
    const told = { type: 'library.changed', what: 'shares' }
    expect((await types(user)).slice(before)).toEqual([told, { type: 'share.created', shareId: id }, told, told])
    expect(await types(other)).toEqual([])
  })

  it('SH4: to what lies in the trash or is somebody else’s are not made', async () => {
    const [trashed, own, theirs] = [await keep(), await keep(), await keep(await library.addUser())]
    await library.images.remove(user, trashed)
    const targets: readonly ShareTarget[] = [
      { kind: 'image', imageId: trashed },
      { kind: 'image', imageId: theirs },
      { kind: 'image', imageId: newId() },
      { kind: 'images', imageIds: [own, theirs] },
      { kind: 'album', albumId: newId() },
    ]
    for (const target of targets)
      await expect(links.create(user, { target })).rejects.toMatchObject({ code: 'not-found' })
    expect((await links.list(user, { limit: 10 })).data).toEqual([])
  })
})

describe('what ends', () => {
  it('SH1: an erased picture leaves a link that leads nowhere and keeps its name', async () => {
    const target = await image()
    const { id, name } = await links.create(user, { target })
    const imageIds = [await keep(), await keep()]
    const selection = await links.create(user, { target: { kind: 'images', imageIds } })
    const [first = '', second = ''] = imageIds
    await eraseImages(library, user, [target.kind === 'image' ? target.imageId : '', first])
    expect(await links.get(user, id)).toMatchObject({ name, imageId: null, coverId: null, images: 0 })
    expect(await findShare(library.db, name)).toMatchObject({ shows: false })
    expect(await links.get(user, selection.id)).toMatchObject({ coverId: second, images: 1 })
  })

  it('SH17: a person who goes leaves no link and no variant behind', async () => {
    const imageId = await keep()
    const { name } = await links.create(user, { target: { kind: 'image', imageId } })
    await library.storage.put(`${variantFolder(imageId)}/webp-640-1.webp`, Buffer.from('x'))
    await eraseUser({ ...library, ...erase }, user)
    expect(await findShare(library.db, name)).toBeNull()
    expect(await library.keys(variantFolder(imageId))).toEqual([])
  })

  it('the sweep removes variants of pictures that are gone, and no others', async () => {
    const [there, gone] = [await keep(), newId()]
    const keyOf = (id: string) => `${variantFolder(id)}/webp-640-1.webp`
    for (const id of [there, gone]) await library.storage.put(keyOf(id), Buffer.from('x'))
    await sweepDerived(library, { olderThanMs: -60_000 })
    expect([await library.storage.stat(keyOf(there)), await library.storage.stat(keyOf(gone))]).toEqual([
      expect.any(Object),
      null,
    ])
  })

  it.each([
    ['guest', 'open'],
    ['user', 'revoked'],
  ] as const)('SH17: links of a %s whose library becomes another’s are %s there', async (role, state) => {
    const from = await addUser(library.database, 'Goes', role)
    const imageId = await keep(from)
    const { id, name } = await links.create(from, { target: { kind: 'image', imageId } })
    await handOver(library, { from, to: user })
    expect(await links.get(user, id)).toMatchObject({ name, imageId, state, images: 1 })
    await expect(links.get(from, id)).rejects.toMatchObject({ code: 'not-found' })
    expect(await findShare(library.db, name)).toMatchObject({ user_id: user, shows: true })
  })
})
