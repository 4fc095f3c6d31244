import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { present } from '#base/errors.ts'
import { absent, noId, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'countImages'
  | 'updateImage'
  | 'addImageTags'
  | 'removeImageTags'
  | 'getTimeline'
  | 'getTimelineBucket'
  | 'listTags'
  | 'renameTag'
  | 'deleteTag'
  | 'listAlbums'
  | 'createAlbum'
  | 'getAlbum'
  | 'updateAlbum'
  | 'deleteAlbum'
  | 'addToAlbum'
  | 'removeFromAlbum'
  | 'orderAlbum'
  | 'listSearches'
  | 'createSearch'
  | 'updateSearch'
  | 'deleteSearch'

const mine = (world: World) => world.server.pipeline.userId
const unique = (words: string) => `${words} ${newId()}`

async function album(world: World, of = mine(world)): Promise<string> {
  return (await world.server.collections.albums.create(of, { name: unique('Album') })).id
}

async function search(world: World, of = mine(world)): Promise<string> {
  return (await world.server.collections.searches.create(of, { name: unique('Search'), query: { q: 'fox' } })).id
}

/** An album with so many pictures. */
async function filled(world: World, count = 1): Promise<{ id: string; imageIds: string[] }> {
  const id = await album(world)
  const imageIds: string[] = []
  for (let number = 0; number < count; number++) imageIds.push(await world.image())
  await world.server.collections.albums.add(mine(world), id, imageIds)
  return { id, imageIds }
}

async function tagId(world: World, of = mine(world)): Promise<string> {
  const name = unique('tag')
  await world.image({ of, tags: [{ tagType: 'LABEL', tagId: name }] })
  const [tag] = await world.server.collections.tags.list(of, { q: name, limit: 1 })
  return present(tag, name).id
}

const tags = [{ tagType: 'LABEL', tagId: 'fox' }]
const label = { tagType: 'LABEL', tagId: 'renamed' }
const body = <T extends object>(scenario: T, more: object) => ({
  ...scenario,
  request: async () => ({ params: { id: newId() }, body: more }),
})

const notTheirImage = (more: object) => ({
  name: 'somebody else’s',
  request: async (world: World) => ({ params: { id: world.theirs.image }, body: more }),
  status: 404,
  code: 'not-found',
})

const notTheirs = (make: (world: World, of: string) => Promise<string>, more?: object) => ({
  name: 'somebody else’s',
  request: async (world: World) => ({ params: { id: await make(world, world.theirs.userId) }, body: more }),
  status: 404,
  code: 'not-found',
  events: 'any' as const,
})

const bad = (more: object, field: string) => ({
  name: `a bad ${field}`,
  request: async () => ({ params: { id: newId() }, body: more }),
  status: 400,
  code: 'validation-failed',
  fields: [field],
})

const added = ['image.added'] as const
const changed = 'library.changed' as const

export const libraryScenarios: Scenarios<Name> = {
  countImages: [
    {
      name: 'success',
      request: async (world) => ({ query: `tagId=${encodeURIComponent(await world.tag('count me'))}` }),
      status: 200,
      shape: { data: { count: 1, more: false } },
      events: added,
    },
    {
      name: 'LB21: a search that cannot be understood',
      request: async () => ({ query: `q=${encodeURIComponent('fox seed:many')}` }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.q'],
    },
  ],
  updateImage: [
    {
      name: 'success',
      request: async (world) => ({
        params: { id: await world.image() },
        body: { title: 'A fox', notes: 'mine', favourite: true, rating: 5 },
      }),
      status: 200,
      shape: { data: { title: 'A fox', notes: 'mine', favourite: true, rating: 5, description: null } },
      events: added,
    },
    body({ ...absent, name: 'absent' }, { rating: 1 }),
    notTheirImage({ rating: 1 }),
    bad({ rating: 6 }, 'body.rating'),
  ],
  addImageTags: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await world.image() }, body: { tags } }),
      status: 200,
      shape: { data: { tags } },
      events: added,
    },
    body({ ...absent, name: 'absent' }, { tags }),
    notTheirImage({ tags }),
    bad({ tags: [] }, 'body.tags'),
  ],
  removeImageTags: [
    {
      name: 'success',
      request: async (world) => ({
        params: { id: await world.image({ tags: [{ tagType: 'LABEL', tagId: 'fox' }] }) },
        body: { tags },
      }),
      status: 200,
      shape: { data: { tags: [] } },
      events: added,
    },
    body({ ...absent, name: 'absent' }, { tags }),
    notTheirImage({ tags }),
    bad({ tags: [{ tagType: 'NO', tagId: 'fox' }] }, 'body.tags.0.tagType'),
  ],
  getTimeline: [
    {
      name: 'success',
      request: async (world) => {
        await world.image({ createdAt: '2019-03-04T05:06:07.000Z' })
        return {}
      },
      status: 200,
      shape: { data: { key: expect.arrayContaining(['2019-03-04']), day: expect.arrayContaining(['2019-03-04']) } },
      events: added,
    },
  ],
  getTimelineBucket: [
    {
      name: 'success',
      request: async (world) => {
        await world.image({ createdAt: '2018-03-04T05:06:07.000Z' })
        return { params: { key: '2018-03-04' } }
      },
      status: 200,
      shape: { data: { ratio: [1], createdAt: [Date.parse('2018-03-04T05:06:07.000Z')], favourite: [false] } },
      events: added,
    },
    { name: 'absent', request: async () => ({ params: { key: '2001-01-01' } }), status: 404, code: 'not-found' },
    { name: 'no day', request: async () => ({ params: { key: '2001-13-45' } }), status: 404, code: 'not-found' },
    {
      name: 'somebody else’s',
      request: async (world) => {
        await world.image({ of: world.theirs.userId, createdAt: '2017-03-04T05:06:07.000Z' })
        return { params: { key: '2017-03-04' } }
      },
      status: 404,
      code: 'not-found',
      events: added,
    },
    {
      name: 'much too long',
      request: async () => ({ params: { key: '1'.repeat(61) } }),
      status: 400,
      code: 'validation-failed',
      fields: ['params.key'],
    },
  ],
  listTags: [
    {
      name: 'success',
      request: async (world) => ({
        query: `q=${encodeURIComponent((await world.tag('List this tag')).slice(5).toUpperCase())}`,
      }),
      status: 200,
      shape: { data: [{ tagType: 'LABEL', tagId: 'List this tag', images: 1 }] },
      events: added,
    },
    {
      name: 'no type of tag',
      request: async () => ({ query: 'tagType=NO' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.tagType'],
    },
  ],
  renameTag: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await tagId(world) }, body: label }),
      status: 200,
      shape: { data: { ...label, images: 1 } },
      events: ['image.added', changed, changed],
    },
    body({ ...absent, name: 'absent' }, label),
    notTheirs(tagId, label),
    bad({ tagType: 'LABEL', tagId: '' }, 'body.tagId'),
  ],
  deleteTag: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await tagId(world) } }),
      status: 204,
      events: ['image.added', changed, changed],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    notTheirs(tagId),
  ],
  listAlbums: [
    {
      name: 'success',
      request: async (world) => {
        await filled(world)
        return {}
      },
      status: 200,
      events: 'any',
    },
    {
      name: 'no id of a picture',
      request: async () => ({ query: 'image=swan' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.image'],
    },
  ],
  createAlbum: [
    {
      name: 'success',
      request: async () => ({ body: { name: unique('Made') } }),
      status: 201,
      shape: { data: { images: 0, coverId: null, description: null } },
      events: [changed],
    },
    {
      name: 'a name that is taken',
      request: async (world) => {
        const name = unique('Taken')
        await world.server.collections.albums.create(mine(world), { name })
        return { body: { name: name.toUpperCase() } }
      },
      status: 409,
      code: 'conflict',
      events: [changed],
    },
    bad({ name: ' ' }, 'body.name'),
  ],
  getAlbum: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: (await filled(world, 2)).id } }),
      status: 200,
      shape: { data: { images: 2 } },
      events: 'any',
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    notTheirs(album),
  ],
  updateAlbum: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await album(world) }, body: { description: 'Foxes' } }),
      status: 200,
      shape: { data: { description: 'Foxes' } },
      events: [changed, changed],
    },
    {
      name: 'a cover that is not in it',
      request: async (world) => ({ params: { id: await album(world) }, body: { coverId: await world.image() } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.coverId'],
      events: 'any',
    },
    body({ ...absent, name: 'absent' }, { name: 'x' }),
    notTheirs(album, { name: 'x' }),
    bad({ name: '' }, 'body.name'),
  ],
  deleteAlbum: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: (await filled(world)).id } }),
      status: 204,
      events: 'any',
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    notTheirs(album),
  ],
  addToAlbum: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await album(world) }, body: { imageIds: [await world.image()] } }),
      status: 200,
      shape: { data: { images: 1 } },
      events: [changed, 'image.added', changed],
    },
    {
      name: 'somebody else’s picture',
      request: async (world) => ({ params: { id: await album(world) }, body: { imageIds: [world.theirs.image] } }),
      status: 404,
      code: 'not-found',
      events: [changed],
    },
    body({ ...absent, name: 'absent' }, { imageIds: [newId()] }),
    notTheirs(album, { imageIds: [newId()] }),
    bad({ imageIds: [] }, 'body.imageIds'),
  ],
  removeFromAlbum: [
    {
      name: 'success',
      request: async (world) => {
        const { id, imageIds } = await filled(world, 2)
        return { params: { id }, body: { imageIds: imageIds.slice(1) } }
      },
      status: 200,
      shape: { data: { images: 1 } },
      events: 'any',
    },
    body({ ...absent, name: 'absent' }, { imageIds: [newId()] }),
    notTheirs(album, { imageIds: [newId()] }),
    bad({ imageIds: ['x'] }, 'body.imageIds.0'),
  ],
  orderAlbum: [
    {
      name: 'success',
      request: async (world) => {
        const { id, imageIds } = await filled(world, 2)
        return { params: { id }, body: { imageIds: imageIds.slice(1), before: imageIds[0] } }
      },
      status: 200,
      shape: { data: { images: 2 } },
      events: 'any',
    },
    body({ ...absent, name: 'absent' }, { imageIds: [newId()], before: null }),
    notTheirs(album, { imageIds: [newId()], before: null }),
    bad({ imageIds: [newId()], before: 'x' }, 'body.before'),
  ],
  listSearches: [
    {
      name: 'success',
      request: async (world) => {
        await search(world)
        return {}
      },
      status: 200,
      events: [changed],
    },
  ],
  createSearch: [
    {
      name: 'success',
      request: async () => ({ body: { name: unique('Saved'), query: { q: 'fox', favourite: true } } }),
      status: 201,
      shape: { data: { query: { q: 'fox', favourite: true } } },
      events: [changed],
    },
    bad({ name: 'x', query: { q: 'seed:x' } }, 'body.query.q'),
  ],
  updateSearch: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await search(world) }, body: { query: { q: 'hen' } } }),
      status: 200,
      shape: { data: { query: { q: 'hen' } } },
      events: [changed, changed],
    },
    body({ ...absent, name: 'absent' }, { name: 'x' }),
    notTheirs(search, { name: 'x' }),
    bad({ name: '' }, 'body.name'),
  ],
  deleteSearch: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await search(world) } }),
      status: 204,
      events: [changed, changed],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    notTheirs(search),
  ],
}
