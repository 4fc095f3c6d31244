import { newId } from '#base/ids.ts'
import { absent, noId, type Scenarios, type World } from './scenario.ts'

const ended = ['bulk.changed', 'library.changed', 'library.changed'] as const
const favourite = { type: 'favourite', favourite: true } as const

/** A finished action that can be undone. */
async function bulk(world: World, of = world.server.pipeline.userId): Promise<string> {
  const ids = [await world.image({ of })]
  return (await world.server.collections.bulks.start(of, { action: favourite, selection: { ids } })).id
}

const notTheirs = {
  name: 'somebody else’s',
  request: async (world: World) => ({ params: { id: await bulk(world, world.theirs.userId) } }),
  status: 404,
  code: 'not-found',
  events: 'any',
} as const

export const bulkScenarios: Scenarios<
  'startBulk' | 'getBulk' | 'undoBulk' | 'getTrash' | 'emptyTrash' | 'clearLibrary'
> = {
  startBulk: [
    {
      name: 'success',
      request: async (world) => ({ body: { action: favourite, selection: { ids: [await world.image()] } } }),
      status: 202,
      shape: { data: { state: 'done', seen: 1, changed: 1 } },
      events: ['image.added', ...ended],
    },
    {
      name: 'all that a search finds',
      request: async (world) => {
        const tagId = await world.tag(`bulk ${newId()}`)
        return { body: { action: { type: 'trash' }, selection: { search: { tagId } } } }
      },
      status: 202,
      shape: { data: { state: 'done', changed: 1 } },
      events: ['image.added', 'library.changed', ...ended],
    },
    {
      name: 'LB30: somebody else’s picture',
      request: async (world) => ({ body: { action: { type: 'trash' }, selection: { ids: [world.theirs.image] } } }),
      status: 202,
      shape: { data: { state: 'done', changed: 0 } },
      events: ended,
    },
    {
      name: 'an album that is not there',
      request: async (world) => ({
        body: { action: { type: 'album-add', albumId: newId() }, selection: { ids: [await world.image()] } },
      }),
      status: 202,
      shape: { data: { state: 'failed', changed: 0 } },
      events: ['image.added', ...ended],
    },
    {
      name: 'no picture',
      request: async () => ({ body: { action: { type: 'rate', rating: 9 }, selection: { ids: [newId()] } } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.action.rating'],
    },
  ],
  getBulk: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await bulk(world) } }),
      status: 200,
      shape: { data: { state: 'done', action: favourite } },
      events: 'any',
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    notTheirs,
  ],
  undoBulk: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await bulk(world) } }),
      status: 202,
      shape: { data: { state: 'undone' } },
      events: 'any',
    },
    {
      name: 'twice',
      request: async (world) => {
        const id = await bulk(world)
        await world.server.collections.bulks.undo(world.server.pipeline.userId, id)
        return { params: { id } }
      },
      status: 409,
      code: 'conflict',
      events: 'any',
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    notTheirs,
  ],
  getTrash: [{ name: 'success', request: async () => ({}), status: 200, shape: { data: { days: 30 } } }],
  emptyTrash: [
    {
      name: 'success',
      request: async (world) => {
        const id = await world.image()
        await world.server.process.images.remove(world.server.pipeline.userId, id)
        return {}
      },
      status: 202,
      shape: { data: { action: { type: 'erase' }, state: 'done' } },
      events: 'any',
    },
  ],
  clearLibrary: [
    {
      name: 'success',
      request: async () => ({ body: { confirm: 'delete everything' } }),
      status: 202,
      shape: { data: { action: { type: 'trash' }, state: 'done' } },
      events: 'any',
    },
    {
      name: 'without saying so',
      request: async () => ({ body: { confirm: 'yes' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.confirm'],
    },
  ],
}
