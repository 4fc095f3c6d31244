import { expect } from 'vitest'
import type { ShareCreate } from '@easel/contract'
import { newId } from '#base/ids.ts'
import { absent, invalid, noId, type Scenarios, type World } from './scenario.ts'

type Name = 'listShares' | 'createShare' | 'getShare' | 'updateShare' | 'revokeShare' | 'visitShare'

const mine = (world: World) => world.server.pipeline.userId

async function share(world: World, wish: Partial<ShareCreate> = {}, of = mine(world)) {
  const imageId = of === world.theirs.userId ? world.theirs.image : await world.image()
  return await world.server.sharing.links.create(of, { target: { kind: 'image', imageId }, ...wish })
}

const byId = async (world: World, wish: Partial<ShareCreate> = {}) => ({
  params: { id: (await share(world, wish)).id },
})
const theirs = {
  name: 'somebody else’s',
  request: async (world: World) => ({ params: { id: (await share(world, {}, world.theirs.userId)).id } }),
  status: 404,
  code: 'not-found',
  events: 'any',
} as const
const nobody = { name: 'nobody signed in', status: 401, code: 'unauthorized', as: 'nobody' } as const
const make = (wish: object) => async (world: World) => ({
  body: { target: { kind: 'image', imageId: await world.image() }, ...wish },
})

const url = expect.stringMatching(/^\/s\/[A-Za-z0-9]{22}$/)
const plain = { title: null, comment: null, startsAt: null, expiresAt: null, hasPassword: false, viewLimit: null }
const open = { ...plain, state: 'open', download: true, prompt: false, listed: false, views: 0 }

const everything = {
  title: 'Füchse 🦊',
  comment: 'For you',
  startsAt: '2031-01-01T00:00:00.000Z',
  expiresAt: '2032-01-01T00:00:00.000Z',
  viewLimit: 3,
  download: false,
  prompt: true,
  listed: true,
}

export const shareScenarios: Scenarios<Name> = {
  createShare: [
    {
      name: 'success',
      request: make({}),
      status: 201,
      shape: { data: { ...open, kind: 'image', images: 1, url, fileUrl: expect.stringMatching(/^\/images\//) } },
      events: ['image.added', 'library.changed', 'share.created'],
    },
    {
      name: 'with everything that can be said',
      request: make({ ...everything, password: 'a fox in the snow', name: 'foxes-2031' }),
      status: 201,
      shape: {
        data: {
          ...everything,
          state: 'not-yet',
          hasPassword: true,
          name: expect.stringMatching(/^foxes-2031-[A-Za-z0-9]{22}$/),
          fileUrl: null,
        },
      },
      events: ['image.added', 'library.changed', 'share.created'],
    },
    {
      name: 'an album',
      request: async (world) => {
        const { id } = await world.server.collections.albums.create(mine(world), { name: newId() })
        return { body: { target: { kind: 'album', albumId: id } } }
      },
      status: 201,
      shape: { data: { ...open, kind: 'album', images: 0, coverId: null, fileUrl: null } },
      events: ['library.changed', 'library.changed', 'share.created'],
    },
    {
      name: 'a selection, one of it twice',
      request: async (world) => {
        const [one, other] = [await world.image(), await world.image()]
        return { body: { target: { kind: 'images', imageIds: [other, one, other] } } }
      },
      status: 201,
      shape: { data: { ...open, kind: 'images', images: 2, imageId: null } },
      events: ['image.added', 'image.added', 'library.changed', 'share.created'],
    },
    {
      name: 'an album at an address of its own',
      request: async (world) => {
        const { id } = await world.server.collections.albums.create(mine(world), { name: newId() })
        const address = `foxes-${newId()}`
        return { body: { target: { kind: 'album', albumId: id }, address } }
      },
      status: 201,
      shape: { data: { ...open, kind: 'album', url: expect.stringMatching(/^\/g\/foxes-/) } },
      events: ['library.changed', 'library.changed', 'share.created'],
    },
    {
      name: 'a picture at an address of its own',
      request: make({ address: 'a-fox' }),
      ...invalid,
      fields: ['body.address'],
      events: ['image.added'],
    },
    {
      name: 'an address that is a path',
      request: make({ address: '../etc' }),
      ...invalid,
      fields: ['body.address'],
      events: ['image.added'],
    },
    {
      name: 'somebody else’s',
      request: async ({ theirs: { image } }) => ({ body: { target: { kind: 'image', imageId: image } } }),
      status: 404,
      code: 'not-found',
    },
    {
      name: 'a selection with one of somebody else’s',
      request: async (world) => ({
        body: { target: { kind: 'images', imageIds: [await world.image(), world.theirs.image] } },
      }),
      status: 404,
      code: 'not-found',
      events: ['image.added'],
    },
    {
      name: 'an album that is not there',
      request: async () => ({ body: { target: { kind: 'album', albumId: newId() } } }),
      status: 404,
      code: 'not-found',
    },
    { name: 'no target', request: async () => ({ body: {} }), ...invalid, fields: ['body.target'] },
    {
      name: 'an empty selection',
      request: async () => ({ body: { target: { kind: 'images', imageIds: [] } } }),
      ...invalid,
      fields: ['body.target.imageIds'],
    },
    {
      name: 'a name that is a path',
      request: make({ name: '../etc' }),
      ...invalid,
      fields: ['body.name'],
      events: ['image.added'],
    },
    {
      name: 'a short password',
      request: make({ password: 'fox' }),
      ...invalid,
      fields: ['body.password'],
      events: ['image.added'],
    },
    {
      name: 'an end before the beginning',
      request: make({ startsAt: everything.expiresAt, expiresAt: everything.startsAt }),
      ...invalid,
      fields: ['body.expiresAt'],
      events: ['image.added'],
    },
    { ...nobody, request: async () => ({ body: { target: { kind: 'image', imageId: newId() } } }) },
  ],
  listShares: [
    {
      name: 'success',
      request: async (world) => {
        await share(world)
        return {}
      },
      status: 200,
      shape: { data: expect.arrayContaining([expect.objectContaining({ state: 'open' })]) },
      events: 'any',
    },
    {
      name: 'those of one picture',
      request: async (world) => {
        const { imageId } = await share(world, { title: 'This one' })
        await share(world)
        return { query: `image=${imageId}` }
      },
      status: 200,
      shape: { data: [{ title: 'This one' }], nextCursor: null },
      events: 'any',
    },
    {
      name: 'a page',
      request: async (world) => {
        await share(world)
        await share(world, { title: 'The newest' })
        return { query: 'limit=1' }
      },
      status: 200,
      shape: { data: [{ title: 'The newest' }], nextCursor: expect.any(String) },
      events: 'any',
    },
    {
      name: 'none of somebody else’s',
      request: async (world) => {
        await share(world, {}, world.theirs.userId)
        return { query: `image=${world.theirs.image}` }
      },
      status: 200,
      shape: { data: [] },
      events: 'any',
    },
    { name: 'too many', request: async () => ({ query: 'limit=201' }), ...invalid, fields: ['query.limit'] },
    {
      name: 'a cursor that is not ours',
      request: async () => ({ query: 'cursor=xyz' }),
      ...invalid,
      fields: ['query.cursor'],
    },
    { ...nobody, request: async () => ({}) },
  ],
  getShare: [
    { name: 'success', request: byId, status: 200, shape: { data: open }, events: 'any' },
    theirs,
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    { ...nobody, request: async () => ({ params: { id: newId() } }) },
  ],
  updateShare: [
    {
      name: 'success',
      request: async (world) => ({ ...(await byId(world)), body: { ...everything, password: 'another fox' } }),
      status: 200,
      shape: { data: { ...everything, hasPassword: true } },
      events: 'any',
    },
    {
      name: 'what is taken away',
      request: async (world) => ({
        ...(await byId(world, { ...everything, password: 'a fox in the snow' })),
        body: { ...plain, hasPassword: undefined, password: null },
      }),
      status: 200,
      shape: { data: { ...plain, prompt: true } },
      events: 'any',
    },
    {
      name: 'nothing',
      request: async (world) => ({ ...(await byId(world, { title: 'Stays' })), body: {} }),
      status: 200,
      shape: { data: { title: 'Stays' } },
      events: 'any',
    },
    {
      name: 'an end before the beginning that it has',
      request: async (world) => ({
        ...(await byId(world, { startsAt: everything.expiresAt })),
        body: { expiresAt: everything.startsAt },
      }),
      ...invalid,
      fields: ['body.expiresAt'],
      events: 'any',
    },
    {
      name: 'one that was taken back',
      request: async (world) => {
        const { id } = await share(world)
        await world.server.sharing.links.revoke(mine(world), id)
        return { params: { id }, body: { title: 'Again' } }
      },
      status: 409,
      code: 'conflict',
      events: 'any',
    },
    {
      name: 'its target',
      request: async (world) => ({ ...(await byId(world)), body: { target: { kind: 'image', imageId: newId() } } }),
      ...invalid,
      fields: ['body'],
      events: 'any',
    },
    { ...theirs, request: async (world) => ({ ...(await theirs.request(world)), body: {} }) },
    { name: 'absent', ...absent, request: async () => ({ params: { id: newId() }, body: {} }) },
    { name: 'no id', ...noId, request: async () => ({ params: { id: 'x' }, body: {} }) },
    { ...nobody, request: async () => ({ params: { id: newId() }, body: {} }) },
  ],
  revokeShare: [
    { name: 'success', request: byId, status: 204, events: 'any' },
    {
      name: 'twice',
      request: async (world) => {
        const { id } = await share(world)
        await world.server.sharing.links.revoke(mine(world), id)
        return { params: { id } }
      },
      status: 204,
      events: 'any',
    },
    theirs,
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    { ...nobody, request: async () => ({ params: { id: newId() } }) },
  ],
  visitShare: [
    {
      name: 'success',
      request: async (world) => ({ params: { name: (await share(world, { title: 'Foxes' })).name } }),
      status: 200,
      shape: { data: { title: 'Foxes', kind: 'image', count: 1, images: [{ title: null, story: null }] } },
      events: 'any',
    },
    {
      name: 'with its prompt',
      request: async (world) => ({ params: { name: (await share(world, { prompt: true })).name } }),
      status: 200,
      shape: { data: { images: [{ story: { prompt: 'a fox', parameters: { steps: 20 } } }] } },
      events: 'any',
    },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { name: (await share(world, {}, world.theirs.userId)).name } }),
      status: 200,
      shape: { data: { count: 1 } },
      events: 'any',
    },
    { name: 'absent', request: async () => ({ params: { name: newId() } }), status: 404, code: 'not-found' },
    {
      name: 'too many',
      request: async () => ({ params: { name: newId() }, query: 'limit=1000' }),
      ...invalid,
      fields: ['query.limit'],
    },
    {
      name: 'one that asks a password',
      request: async (world) => ({ params: { name: (await share(world, { password: 'a fox in the snow' })).name } }),
      status: 401,
      code: 'unauthorized',
      events: 'any',
    },
    {
      name: 'one that has ended',
      request: async (world) => ({
        params: { name: (await share(world, { expiresAt: '2020-01-01T00:00:00Z' })).name },
      }),
      status: 410,
      code: 'gone',
      events: 'any',
    },
    {
      name: 'one that has not begun',
      request: async (world) => ({ params: { name: (await share(world, { startsAt: everything.startsAt })).name } }),
      status: 403,
      code: 'forbidden',
      events: 'any',
    },
  ],
}
