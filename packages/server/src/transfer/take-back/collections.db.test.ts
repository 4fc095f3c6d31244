// Albums and saved searches of an export, as they are told by somebody who may mean harm.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LibraryRecords } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { parseSidecar } from '#library/adopt.ts'
import { sidecarKey } from '#library/image-record.ts'
import { openLibrary, type Library } from '#library/testing.ts'
import { readPromptPart } from '#prompts/read-part.ts'
import { derivedId } from './derived-id.ts'
import { createTakeBack, type TakeBack } from './take-back.ts'
import { exportedAlbum, exportedPromptPart, exportedSearch } from './testing.ts'

let library: Library
let takeBack: TakeBack
beforeAll(async () => {
  library = await openLibrary()
  takeBack = createTakeBack({ ...library, readPromptPart, minFreeBytes: 0 })
})
afterAll(() => library.close())

const records = (userId: string, given: object) =>
  takeBack.records(userId, LibraryRecords.parse(given), { mayName: false })

const keep = async (userId: string) => (await library.keep(userId, { prompt: newId() })).record.id

const inOrder = async (albumId: string) => {
  const open = library.db.selectFrom('album_images').where('album_id', '=', albumId)
  return (await open.orderBy('position').orderBy('image_id').select('image_id').execute()).map((row) => row.image_id)
}

const albumRow = async (id: string) =>
  await library.db.selectFrom('albums').selectAll().where('id', '=', id).executeTakeFirst()

describe('albums', () => {
  it('TR56: come back with name, time, order, trash and cover; a repeat changes nothing', async () => {
    const userId = await library.addUser()
    const [a, b, c] = [await keep(userId), await keep(userId), await keep(userId)]
    await library.images.remove(userId, c)
    const album = exportedAlbum()
    const places = [
      { albumId: album.id, imageId: c },
      { albumId: album.id, imageId: a },
      { albumId: album.id, imageId: b, isCover: true },
    ]
    const taken = await records(userId, { albums: [album], albumPictures: places })
    expect(taken.albums).toEqual([{ outcome: 'taken', id: album.id, why: null }])
    expect(taken.albumPictures.map(({ outcome }) => outcome)).toEqual(['taken', 'taken', 'taken'])
    const row = await albumRow(album.id)
    expect(row).toMatchObject({ name: album.name, description: 'Füchse 🦊', cover_id: b, images: 2 })
    expect(row?.created_at.toISOString()).toBe(album.createdAt)
    expect(await library.eventsOf(userId)).toContainEqual({ type: 'library.changed', what: 'albums' })
    const events = await library.eventsOf(userId)
    const again = await records(userId, { albums: [album], albumPictures: places.toReversed() })
    expect([...again.albums, ...again.albumPictures].map(({ outcome }) => outcome)).toEqual(Array(4).fill('there'))
    expect(await inOrder(album.id)).toEqual([c, a, b])
    expect(await albumRow(album.id)).toEqual(row)
    expect(await library.eventsOf(userId)).toEqual(events)
  })

  it('TR56: of a name that is there are that album, with its own order and cover first', async () => {
    const userId = await library.addUser()
    const [mine, cover, more] = [await keep(userId), await keep(userId), await keep(userId)]
    const { albums } = library.collections
    const { id } = await albums.create(userId, { name: 'Red foxes', description: 'my own' })
    await albums.add(userId, id, [mine, cover])
    await albums.update(userId, id, { coverId: cover })
    const album = exportedAlbum({ name: 'RED FOXES', description: 'another' })
    expect((await records(userId, { albums: [album] })).albums).toEqual([{ outcome: 'there', id, why: null }])
    const albumPictures = [more, mine].map((imageId) => ({ albumId: id, imageId, isCover: imageId === more }))
    const outcomes = (await records(userId, { albumPictures })).albumPictures.map(({ outcome }) => outcome)
    expect(outcomes).toEqual(['taken', 'there'])
    expect(await inOrder(id)).toEqual([mine, cover, more])
    expect(await albumRow(id)).toMatchObject({ name: 'Red foxes', description: 'my own', cover_id: cover })
  })

  it('TR51: have an id of their own where somebody else has theirs, always the same', async () => {
    const [mine, theirs] = [await library.addUser(), await library.addUser()]
    const album = exportedAlbum({ name: 'Foxes' })
    await records(theirs, { albums: [album] })
    const before = await albumRow(album.id)
    const id = derivedId(album.id, [mine, 'albums'])
    expect((await records(mine, { albums: [album] })).albums).toEqual([{ outcome: 'taken', id, why: null }])
    await library.collections.albums.update(mine, id, { name: 'Renamed' })
    expect((await records(mine, { albums: [album] })).albums).toEqual([{ outcome: 'there', id, why: null }])
    expect(await albumRow(album.id)).toEqual(before)
  })

  it('TR52: are there once, also twice in one list and at once', async () => {
    const userId = await library.addUser()
    const album = exportedAlbum()
    const imageId = await keep(userId)
    const both = { albums: [album, exportedAlbum({ name: album.name.toUpperCase() })] }
    const all = await Promise.all([records(userId, both), records(userId, both)])
    const outcomes = all.flatMap(({ albums }) => albums)
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['taken', 'there', 'there', 'there'])
    expect(new Set(outcomes.map(({ id }) => id)).size).toBe(1)
    const place = { albumId: outcomes[0]?.id, imageId }
    const places = await records(userId, { albumPictures: [place, place] })
    expect(places.albumPictures.map(({ outcome }) => outcome)).toEqual(['taken', 'there'])
  })

  it('TR57: take nothing of somebody else, and give nothing', async () => {
    const [mine, theirs] = [await library.addUser(), await library.addUser()]
    const [own, foreign] = [exportedAlbum(), exportedAlbum()]
    await records(mine, { albums: [own] })
    await records(theirs, { albums: [foreign] })
    const [picture, foreignPicture] = [await keep(mine), await keep(theirs)]
    const { albumPictures } = await records(mine, {
      albumPictures: [
        { albumId: foreign.id, imageId: picture, isCover: true },
        { albumId: own.id, imageId: foreignPicture, isCover: true },
        { albumId: newId(), imageId: picture },
        { albumId: own.id, imageId: newId() },
        { albumId: own.id, imageId: picture },
      ],
    })
    expect(albumPictures.map(({ outcome, why }) => [outcome, why])).toEqual([
      ['refused', 'This album is not in the library.'],
      ['refused', 'This picture is not in the library.'],
      ['refused', 'This album is not in the library.'],
      ['refused', 'This picture is not in the library.'],
      ['taken', null],
    ])
    expect([await inOrder(own.id), await inOrder(foreign.id)]).toEqual([[picture], []])
    expect([(await albumRow(own.id))?.cover_id, (await albumRow(foreign.id))?.cover_id]).toEqual([null, null])
  })
})

describe('saved searches', () => {
  it('TR56: come back, and one of that name stays as it is', async () => {
    const userId = await library.addUser()
    const { searches } = library.collections
    await searches.create(userId, { name: 'foxes', query: { q: 'mine' } })
    const given = [exportedSearch({ query: { q: 'fox is:favourite', rating: 3 } }), exportedSearch({ name: 'Foxes' })]
    const outcomes = async () => (await records(userId, { searches: given })).searches.map(({ outcome }) => outcome)
    expect(await outcomes()).toEqual(['taken', 'there'])
    const all = await searches.list(userId)
    expect(all.map(({ query }) => query)).toEqual([{ q: 'mine' }, given[0]?.query])
    expect(all[1]).toEqual(given[0])
    expect(await outcomes()).toEqual(['there', 'there'])
    expect(await searches.list(userId)).toEqual(all)
  })

  it('TR57: are refused where they cannot be understood', async () => {
    const userId = await library.addUser()
    const searches = [exportedSearch({ query: { q: 'rating:many' } }), exportedSearch()]
    const outcomes = (await records(userId, { searches })).searches
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['refused', 'taken'])
    expect(outcomes[0]?.why).toContain('rating:many')
  })
})

describe('lineage', () => {
  it('LB11: is in the record beside the file too', async () => {
    const userId = await library.addUser()
    const parentId = await keep(userId)
    const child = await library.keep(userId, { prompt: newId() })
    await records(userId, { links: [{ kind: 'picture', id: child.record.id, parentId }] })
    await library.collections.sidecars.writeAll()
    expect(parseSidecar(await library.storage.read(sidecarKey(child.key)))).toMatchObject({ parentId })
  })
})

describe('lists, templates and styles', () => {
  const partsOf = async (userId: string) =>
    await library.db.selectFrom('prompt_parts').selectAll().where('user_id', '=', userId).orderBy('name').execute()

  it('TR58: come back as they were; one of that id or name is that one, and what cannot be read is refused', async () => {
    const [anna, ben] = [await library.addUser(), await library.addUser()]
    const list = exportedPromptPart({ name: 'Farbe' })
    const style = exportedPromptPart({ kind: 'style', name: 'In Öl', text: '{prompt} in Öl', negativePrompt: 'photo' })
    const open = exportedPromptPart({ text: 'a\n{b' })
    const first = await records(anna, { prompts: [list, style, open, exportedPromptPart({ name: 'FARBE' })] })
    expect(first.prompts).toMatchObject([
      { outcome: 'taken', id: list.id },
      { outcome: 'taken', id: style.id },
      { outcome: 'refused', why: expect.stringContaining('Line 2') },
      { outcome: 'there', id: list.id },
    ])
    expect(await partsOf(anna)).toMatchObject([
      { id: list.id, kind: 'list', name: 'Farbe', text: list.text, lines: 2 },
      { id: style.id, kind: 'style', negative_prompt: 'photo', created_at: new Date(style.createdAt) },
    ])
    const again = await records(anna, { prompts: [{ ...list, text: 'changed' }] })
    expect(again.prompts).toMatchObject([{ outcome: 'there', id: list.id }])
    const elsewhere = await records(ben, { prompts: [list] })
    expect(elsewhere.prompts).toEqual([{ outcome: 'taken', id: derivedId(list.id, [ben, 'prompt_parts']), why: null }])
    expect(await partsOf(anna)).toHaveLength(2)
  })
})
