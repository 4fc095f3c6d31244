import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { addUser } from '#db/testing.ts'
import { absent, invalid, noId, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'findPeople'
  | 'listMyGroups'
  | 'listAlbumPeople'
  | 'putAlbumPerson'
  | 'removeAlbumPerson'
  | 'listSharedAlbums'
  | 'getSharedAlbum'
  | 'listSharedImages'
  | 'addSharedImages'
  | 'removeSharedImages'
  | 'labelSharedImages'
  | 'copySharedImages'
  | 'leaveSharedAlbum'
  | 'listGroups'
  | 'createGroup'
  | 'updateGroup'
  | 'deleteGroup'

const mine = ({ server }: World) => server.pipeline.userId
const addPerson = ({ server }: World, name = `Grace ${newId()}`) => addUser(server.pipeline.database, name, 'user')
const newAlbum = async ({ server }: World, of: string) =>
  (await server.collections.albums.create(of, { name: newId() })).id

/** An album of the caller's, shared with somebody. */
async function ownAlbum(world: World) {
  const userId = mine(world)
  const albumId = await newAlbum(world, userId)
  const whoId = await addPerson(world)
  const wish = { kind: 'user', whoId, role: 'viewer', prompt: false } as const
  const person = await world.server.sharing.albumOwner.put({ userId, albumId }, wish)
  return { albumId, person, whoId }
}

/** An album of somebody else's with one picture, which they share with the caller. */
async function sharedAlbum(world: World, role: 'viewer' | 'editor' = 'editor') {
  const { userId, image } = world.theirs
  const albumId = await newAlbum(world, userId)
  await world.server.collections.albums.add(userId, albumId, [image])
  const wish = { kind: 'user', whoId: mine(world), role, prompt: true } as const
  await world.server.sharing.albumOwner.put({ userId, albumId }, wish)
  return { albumId, image }
}

const member = (role: 'viewer' | 'editor', body?: (world: World, image: string) => Promise<unknown>) => {
  return async (world: World) => {
    const { albumId, image } = await sharedAlbum(world, role)
    const params = { id: albumId }
    return body === undefined ? { params } : { params, body: await body(world, image) }
  }
}

const group = async ({ server }: World, members: readonly string[] = []): Promise<string> => {
  const id = newId()
  await server.pipeline.db
    .insertInto('people_groups')
    .values({ id, name: `Group ${id}`, name_key: id })
    .execute()
  for (const userId of members)
    await server.pipeline.db.insertInto('group_members').values({ group_id: id, user_id: userId }).execute()
  return id
}

/** One that is not shared with the caller. */
const theirs = (body?: object) => ({
  name: 'somebody else’s',
  request: async (world: World) => ({
    params: { id: await newAlbum(world, world.theirs.userId) },
    ...(body === undefined ? {} : { body }),
  }),
  status: 404,
  code: 'not-found',
  events: 'any' as const,
})
const gone = (body?: object) => ({
  ...absent,
  name: 'absent',
  request: async () => ({ params: { id: newId() }, ...(body === undefined ? {} : { body }) }),
})
const wrong = (field: string, body: object) => ({
  name: `not valid: ${field}`,
  request: async () => ({ params: { id: newId() }, body }),
  ...invalid,
  fields: [field],
})
const notAnId = { ...noId, name: 'no id' }
const nobody = {
  name: 'nobody signed in',
  request: async () => ({ params: { id: newId() } }),
  status: 401,
  code: 'unauthorized',
  as: 'nobody',
} as const
const viewerMayNot = (body: (world: World, image: string) => Promise<unknown>) => ({
  name: 'a viewer',
  request: member('viewer', body),
  status: 403,
  code: 'forbidden',
  events: 'any' as const,
})

const ids = { imageIds: [newId()] }
const itself = async (_world: World, image: string) => ({ imageIds: [image] })
const labels = async (_world: World, image: string) => ({ imageIds: [image], add: ['Füchse 🦊'] })
const person = { kind: 'user', whoId: newId(), role: 'viewer' } as const

const owners: Scenarios<'findPeople' | 'listMyGroups' | 'listAlbumPeople' | 'putAlbumPerson' | 'removeAlbumPerson'> = {
  findPeople: [
    {
      name: 'success',
      request: async (world) => {
        await addPerson(world, 'Grace Hopper 🦊')
        return { body: { text: ' grace hopper 🦊' } }
      },
      status: 200,
      shape: { data: [{ name: 'Grace Hopper 🦊' }] },
    },
    { name: 'nobody', request: async () => ({ body: { text: 'Nobody at all' } }), status: 200, shape: { data: [] } },
    { name: 'nothing', request: async () => ({ body: { text: ' ' } }), ...invalid, fields: ['body.text'] },
    { name: 'a book', request: async () => ({ body: { text: 'x'.repeat(255) } }), ...invalid, fields: ['body.text'] },
    { ...nobody, request: async () => ({ body: { text: 'x' } }) },
  ],
  listMyGroups: [
    {
      name: 'success',
      request: async (world) => {
        await group(world, [mine(world)])
        return {}
      },
      status: 200,
      shape: { data: expect.arrayContaining([expect.objectContaining({ members: 1 })]) },
    },
    { ...nobody, request: async () => ({}) },
  ],
  listAlbumPeople: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: (await ownAlbum(world)).albumId } }),
      status: 200,
      shape: { data: [{ kind: 'user', role: 'viewer', prompt: false, members: null }] },
      events: 'any',
    },
    theirs(),
    gone(),
    notAnId,
    nobody,
  ],
  putAlbumPerson: [
    {
      name: 'success',
      request: async (world) => ({
        params: { id: await newAlbum(world, mine(world)) },
        body: { kind: 'user', whoId: await addPerson(world), role: 'editor', prompt: true },
      }),
      status: 200,
      shape: { data: { kind: 'user', role: 'editor', prompt: true } },
      events: ['library.changed', 'library.changed', 'library.changed'],
    },
    {
      name: 'again, as something else',
      request: async (world) => {
        const { albumId, whoId } = await ownAlbum(world)
        return { params: { id: albumId }, body: { kind: 'user', whoId, role: 'editor' } }
      },
      status: 200,
      shape: { data: { role: 'editor' } },
      events: 'any',
    },
    {
      name: 'a group',
      request: async (world) => ({
        params: { id: await newAlbum(world, mine(world)) },
        body: { kind: 'group', whoId: await group(world, [mine(world)]), role: 'viewer' },
      }),
      status: 200,
      shape: { data: { kind: 'group', members: 1 } },
      events: 'any',
    },
    {
      name: 'oneself',
      request: async (world) => ({
        params: { id: await newAlbum(world, mine(world)) },
        body: { ...person, whoId: mine(world) },
      }),
      status: 409,
      code: 'conflict',
      events: 'any',
    },
    {
      name: 'nobody there',
      request: async (world) => ({ params: { id: await newAlbum(world, mine(world)) }, body: person }),
      status: 404,
      code: 'not-found',
      events: 'any',
    },
    theirs(person),
    gone(person),
    wrong('body.role', { ...person, role: 'owner' }),
    { ...nobody, request: async () => ({ params: { id: newId() }, body: person }) },
  ],
  removeAlbumPerson: [
    {
      name: 'success',
      request: async (world) => {
        const { albumId, person: held } = await ownAlbum(world)
        return { params: { id: albumId, personId: held.id } }
      },
      status: 204,
      events: 'any',
    },
    {
      ...theirs(),
      request: async (world) => ({
        params: { id: await newAlbum(world, world.theirs.userId), personId: newId() },
      }),
    },
    {
      ...gone(),
      request: async (world: World) => ({ params: { id: (await ownAlbum(world)).albumId, personId: newId() } }),
      events: 'any',
    },
    {
      ...notAnId,
      request: async () => ({ params: { id: newId(), personId: 'x' } }),
      fields: ['params.personId'],
    },
    { ...nobody, request: async () => ({ params: { id: newId(), personId: newId() } }) },
  ],
}

const members: Scenarios<
  | 'listSharedAlbums'
  | 'getSharedAlbum'
  | 'listSharedImages'
  | 'addSharedImages'
  | 'removeSharedImages'
  | 'labelSharedImages'
  | 'copySharedImages'
  | 'leaveSharedAlbum'
> = {
  listSharedAlbums: [
    {
      name: 'success',
      request: async (world) => {
        await sharedAlbum(world)
        return {}
      },
      status: 200,
      shape: { data: expect.arrayContaining([expect.objectContaining({ role: 'editor', images: 1 })]) },
      events: 'any',
    },
    { ...nobody, request: async () => ({}) },
  ],
  getSharedAlbum: [
    {
      name: 'success',
      request: member('viewer'),
      status: 200,
      shape: { data: { role: 'viewer', prompt: true, images: 1, coverUrl: expect.stringMatching(/thumbnail$/) } },
      events: 'any',
    },
    theirs(),
    gone(),
    notAnId,
    nobody,
  ],
  listSharedImages: [
    {
      name: 'success',
      request: member('viewer'),
      status: 200,
      shape: { data: [{ mine: false, taggable: false, story: { prompt: 'a fox' } }], nextCursor: null },
      events: 'any',
    },
    theirs(),
    gone(),
    notAnId,
    {
      name: 'a cursor that is not ours',
      request: async (world) => ({ ...(await member('viewer')(world)), query: 'cursor=xyz' }),
      ...invalid,
      fields: ['query.cursor'],
      events: 'any',
    },
    nobody,
  ],
  addSharedImages: [
    {
      name: 'success',
      request: member('editor', async (world) => ({ imageIds: [await world.image()] })),
      status: 200,
      shape: { data: { images: 2 } },
      events: 'any',
    },
    viewerMayNot(async (world) => ({ imageIds: [await world.image()] })),
    theirs(ids),
    gone(ids),
    wrong('body.imageIds', { imageIds: [] }),
    { ...nobody, request: async () => ({ params: { id: newId() }, body: ids }) },
  ],
  removeSharedImages: [
    {
      name: 'success',
      request: member('editor', itself),
      status: 200,
      shape: { data: { images: 0, coverUrl: null } },
      events: 'any',
    },
    viewerMayNot(itself),
    theirs(ids),
    gone(ids),
    wrong('body.imageIds', {}),
    { ...nobody, request: async () => ({ params: { id: newId() }, body: ids }) },
  ],
  labelSharedImages: [
    {
      name: 'success',
      request: member('editor', labels),
      status: 200,
      shape: { data: [{ labels: ['Füchse 🦊'] }] },
      events: 'any',
    },
    viewerMayNot(labels),
    theirs({ ...ids, add: ['x'] }),
    gone({ ...ids, add: ['x'] }),
    wrong('body.add', ids),
    { ...nobody, request: async () => ({ params: { id: newId() }, body: { ...ids, add: ['x'] } }) },
  ],
  copySharedImages: [
    {
      name: 'success',
      request: member('viewer', itself),
      status: 200,
      shape: { data: [{ copyId: expect.any(String), problem: null }] },
      events: 'any',
    },
    {
      name: 'one that is not in it',
      request: member('viewer', async (_world, image) => ({ imageIds: [image, newId()] })),
      status: 200,
      shape: { data: [{ problem: null }, { copyId: null, problem: 'There is no such picture in this album.' }] },
      events: 'any',
    },
    theirs(ids),
    gone(ids),
    wrong('body.imageIds', { imageIds: Array.from({ length: 51 }, () => newId()) }),
    { ...nobody, request: async () => ({ params: { id: newId() }, body: ids }) },
  ],
  leaveSharedAlbum: [
    { name: 'success', request: member('viewer'), status: 204, events: 'any' },
    {
      name: 'one’s own',
      request: async (world) => ({ params: { id: (await ownAlbum(world)).albumId } }),
      status: 403,
      code: 'forbidden',
      events: 'any',
    },
    theirs(),
    gone(),
    notAnId,
    nobody,
  ],
}

const groups: Scenarios<'listGroups' | 'createGroup' | 'updateGroup' | 'deleteGroup'> = {
  listGroups: [
    {
      name: 'success',
      request: async (world) => {
        await group(world, [mine(world)])
        return {}
      },
      status: 200,
      shape: { data: expect.arrayContaining([expect.objectContaining({ name: expect.any(String) })]) },
    },
  ],
  createGroup: [
    {
      name: 'success',
      request: async (world) => ({ body: { name: `Füchse ${newId()}`, memberIds: [mine(world)] } }),
      status: 201,
      shape: { data: { members: [{ id: expect.any(String) }] } },
    },
    {
      name: 'a name that another has',
      request: async (world) => {
        const id = await group(world)
        return { body: { name: id.toUpperCase() } }
      },
      status: 409,
      code: 'conflict',
    },
    {
      name: 'somebody who is not there',
      request: async () => ({ body: { name: newId(), memberIds: [newId()] } }),
      ...invalid,
      fields: ['body.memberIds'],
    },
    { name: 'no name', request: async () => ({ body: { name: ' ' } }), ...invalid, fields: ['body.name'] },
  ],
  updateGroup: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await group(world) }, body: { memberIds: [mine(world)] } }),
      status: 200,
      shape: { data: { members: [{ id: expect.any(String) }] } },
    },
    gone({ name: 'x' }),
    wrong('body.name', { name: '' }),
  ],
  deleteGroup: [
    { name: 'success', request: async (world) => ({ params: { id: await group(world) } }), status: 204 },
    gone(),
    notAnId,
  ],
}

export const peopleScenarios: Scenarios<Name> = { ...owners, ...members, ...groups }
