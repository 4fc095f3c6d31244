import { absent, noId, type Scenarios } from './scenario.ts'

type Name = 'listImages' | 'getImage' | 'deleteImage' | 'restoreImage'

export const imageScenarios: Scenarios<Name> = {
  listImages: [
    {
      name: 'success',
      request: async (world) => ({
        query: `tagType=LABEL&tagId=${encodeURIComponent(await world.tag('list me'))}`,
      }),
      status: 200,
      shape: { data: [{ tags: [{ tagType: 'LABEL', tagId: 'list me' }] }], nextCursor: null },
      events: ['image.added'],
    },
    { name: 'the trash', request: async () => ({ query: 'trash=true' }), status: 200, shape: { data: [] } },
    {
      name: 'an unknown source',
      request: async () => ({ query: 'source=stolen' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.source'],
    },
    {
      name: 'trash neither true nor false',
      request: async () => ({ query: 'trash=perhaps' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.trash'],
    },
    {
      name: 'an unknown cursor',
      request: async () => ({ query: 'cursor=x' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.cursor'],
    },
    {
      name: 'NUL in a tag',
      request: async () => ({ query: 'tagId=%00' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.tagId'],
    },
    {
      name: 'percent-encoding that is none',
      request: async () => ({ query: 'tagId=%ZZ&tagType=LABEL' }),
      status: 200,
      shape: { data: [] },
    },
  ],
  getImage: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await world.image() } }),
      status: 200,
      shape: { data: { mimeType: 'image/png', damage: null } },
      events: ['image.added'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.image } }),
      status: 404,
      code: 'not-found',
    },
  ],
  deleteImage: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await world.image() } }),
      status: 204,
      events: ['image.added', 'image.deleted'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.image } }),
      status: 404,
      code: 'not-found',
    },
  ],
  restoreImage: [
    {
      name: 'success',
      request: async (world) => {
        const id = await world.image()
        await world.server.process.images.remove(world.server.pipeline.userId, id)
        return { params: { id } }
      },
      status: 200,
      shape: { data: { deletedAt: null } },
      events: ['image.added', 'image.deleted', 'image.restored'],
    },
    {
      name: 'what is not in the trash',
      request: async (world) => ({ params: { id: await world.image() } }),
      status: 404,
      code: 'not-found',
      events: ['image.added'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.image } }),
      status: 404,
      code: 'not-found',
    },
  ],
}
