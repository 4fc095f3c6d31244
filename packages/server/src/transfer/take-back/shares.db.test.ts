// Links of an export, as they are told by somebody who may mean harm. Rule TR59 in docs/spec/transfer.md.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { LibraryRecords, type ExportedShare } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { openLibrary, type Library } from '#library/testing.ts'
import { readPromptPart } from '#prompts/read-part.ts'
import { derivedId } from './derived-id.ts'
import { createTakeBack, type TakeBack } from './take-back.ts'
import { exportedShare } from './testing.ts'

let library: Library
let takeBack: TakeBack
let userId: string
let imageId: string
beforeAll(async () => {
  library = await openLibrary()
  takeBack = createTakeBack({ ...library, readPromptPart, minFreeBytes: 0 })
})
afterAll(() => library.close())
beforeEach(async () => {
  userId = await library.addUser()
  imageId = await keep(userId)
})

const keep = async (owner: string) => (await library.keep(owner, { prompt: newId() })).record.id

const take = async (shares: readonly ExportedShare[], { as = userId, mayName = true } = {}) =>
  (await takeBack.records(as, LibraryRecords.parse({ shares }), { mayName })).shares

const rowOf = async (name: string) =>
  await library.db.selectFrom('shares').selectAll().where('name', '=', name).executeTakeFirst()

const selectionOf = async (shareId: string) => {
  const rows = library.db.selectFrom('share_images').where('share_id', '=', shareId)
  return (await rows.orderBy('position').select('image_id').execute()).map((row) => row.image_id)
}

const taken = (id: string, why: string | null = null) => ({ outcome: 'taken', id, why })

describe('TR59: links come back', () => {
  it('under their names, with all that was set and counted; a repeat changes nothing', async () => {
    const share = exportedShare({
      imageId,
      title: 'For you 🦊',
      comment: 'a fox',
      startsAt: '2026-01-01T00:00:00.000Z',
      expiresAt: '2126-01-01T00:00:00.000Z',
      viewLimit: 10,
      views: 3,
      viewedAt: '2026-11-02T10:00:00.000Z',
      download: false,
      prompt: true,
      listed: true,
    })
    expect(await take([share])).toEqual([taken(share.id)])
    const row = await rowOf(share.name)
    expect(row).toMatchObject({ id: share.id, user_id: userId, image_id: imageId, title: 'For you 🦊', views: 3 })
    expect(row).toMatchObject({ view_limit: 10, download: false, prompt: true, listed: true, password: null })
    expect(row?.expires_at?.toISOString()).toBe(share.expiresAt)
    expect(row?.filename).toMatch(/\.png$/)
    const events = await library.eventsOf(userId)
    expect(events).toContainEqual({ type: 'library.changed', what: 'shares' })
    const again = await take([{ ...share, title: 'changed', id: newId() }])
    expect(again).toEqual([{ outcome: 'there', id: share.id, why: null }])
    expect(await rowOf(share.name)).toEqual(row)
    expect(await library.eventsOf(userId)).toEqual(events)
  })

  it('taken back where they were, and closed where a password was', async () => {
    const revoked = exportedShare({ imageId, revokedAt: '2026-11-03T10:00:00.000Z', hadPassword: true })
    const closed = exportedShare({ imageId, hadPassword: true })
    const why = 'Nobody gets in until its password is set again.'
    expect(await take([revoked, closed])).toEqual([taken(revoked.id), taken(closed.id, why)])
    expect((await rowOf(revoked.name))?.revoked_at?.toISOString()).toBe(revoked.revokedAt)
    const password = (await rowOf(closed.name))?.password
    expect(password).not.toBeNull()
    expect(password).not.toMatch(/argon2/)
  })

  it('to albums with their addresses, and to selections in their order, without what is not there', async () => {
    const { albums } = library.collections
    const albumId = (await albums.create(userId, { name: newId() })).id
    const published = exportedShare({ kind: 'album', albumId, address: `a-${newId()}` })
    const rival = exportedShare({ kind: 'album', albumId, address: published.address })
    const ids = [await keep(userId), imageId]
    const some = exportedShare({ kind: 'images', imageIds: [ids[0] ?? '', newId(), imageId] })
    expect(await take([published, rival, some])).toEqual([
      taken(published.id),
      taken(rival.id, `Another album is published at ${published.address}.`),
      taken(some.id, '1 of its pictures are not in the library.'),
    ])
    expect([(await rowOf(published.name))?.address, (await rowOf(rival.name))?.address]).toEqual([
      published.address,
      null,
    ])
    expect(await selectionOf(some.id)).toEqual(ids)
  })

  it('without what was erased before they left, so that nothing else ever has their name', async () => {
    const erased = exportedShare()
    expect(await take([erased])).toEqual([taken(erased.id)])
    expect(await rowOf(erased.name)).toMatchObject({ image_id: null, filename: null })
  })
})

describe('TR59: nobody gets a link by saying its name', () => {
  it('who administers nothing brings none back', async () => {
    const share = exportedShare({ imageId })
    const why = 'Only an administrator brings links back under the addresses that people have.'
    expect(await take([share], { mayName: false })).toEqual([{ outcome: 'refused', id: null, why }])
    expect(await rowOf(share.name)).toBeUndefined()
  })

  it('a name that is somebody else’s stays theirs, also of a link that was taken back, and at the same moment', async () => {
    const theirs = await library.addUser()
    const share = exportedShare({ imageId: await keep(theirs), revokedAt: '2026-11-03T10:00:00.000Z' })
    await take([share], { as: theirs })
    const before = await rowOf(share.name)
    const wanted = exportedShare({ imageId, name: share.name })
    expect(await take([wanted])).toEqual([
      { outcome: 'refused', id: null, why: 'Somebody else’s link has its address here.' },
    ])
    expect(await rowOf(share.name)).toEqual(before)
    const both = exportedShare()
    const outcomes = await Promise.all([take([both]), take([both], { as: theirs })])
    expect(
      outcomes
        .flat()
        .map(({ outcome }) => outcome)
        .toSorted(),
    ).toEqual(['refused', 'taken'])
  })

  it('TR51: an id that somebody else has becomes another, always the same', async () => {
    const theirs = await library.addUser()
    const share = exportedShare({ imageId: await keep(theirs) })
    await take([share], { as: theirs })
    const mine = exportedShare({ imageId, id: share.id })
    const id = derivedId(share.id, [userId, 'shares'])
    expect(await take([mine])).toEqual([taken(id)])
    expect(await take([mine])).toEqual([{ outcome: 'there', id, why: null }])
  })

  it('TR57: nothing of somebody else is shown', async () => {
    const theirs = await library.addUser()
    const picture = await keep(theirs)
    const albumId = (await library.collections.albums.create(theirs, { name: newId() })).id
    const outcomes = await take([
      exportedShare({ imageId: picture }),
      exportedShare({ kind: 'album', albumId }),
      exportedShare({ kind: 'images', imageIds: [picture] }),
      exportedShare({ imageId: newId() }),
    ])
    expect(outcomes.map(({ outcome, why }) => [outcome, why])).toEqual([
      ['refused', 'The picture that it shows is not in the library.'],
      ['refused', 'The album that it shows is not in the library.'],
      ['refused', 'None of the pictures that it shows is in the library.'],
      ['refused', 'The picture that it shows is not in the library.'],
    ])
  })

  it('TR54: what is wrong is refused for itself', async () => {
    const sound = exportedShare({ imageId })
    const outcomes = await take([
      exportedShare({ imageId, address: `a-${newId()}` }),
      exportedShare({ imageId, imageIds: [imageId] }),
      exportedShare({ imageId, startsAt: '2026-02-01T00:00:00.000Z', expiresAt: '2026-01-01T00:00:00.000Z' }),
      sound,
    ])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused', 'taken'])
    for (const name of ['fox', '', '../../etc/passwd', 'a'.repeat(22).concat('\0'), 'a'.repeat(23), '🦊'.repeat(22)])
      expect(LibraryRecords.safeParse({ shares: [{ ...sound, name }] }).success, name).toBe(false)
    for (const name of [`red-fox-${'aB3'.repeat(7)}x`, `sdxl_img2img_${newId()}.png`, `${newId()}.png`])
      expect(LibraryRecords.safeParse({ shares: [{ ...sound, name }] }).success, name).toBe(true)
  })
})
