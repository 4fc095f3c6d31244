import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { absent, noId, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'listProviders'
  | 'listConnections'
  | 'createConnection'
  | 'updateConnection'
  | 'deleteConnection'
  | 'testConnection'
  | 'listModels'
  | 'listModelDefaults'
  | 'chooseModelDefault'
  | 'chooseInstanceModelDefault'
  | 'listProfiles'

/** A connection that another administrator shares with everybody. */
async function sharedByAnother(world: World): Promise<string> {
  const another = await world.server.pipeline.addUser()
  return await world.connect(another, 'Shared', { shared: true, key: world.key })
}

export const connectionScenarios: Scenarios<Name> = {
  listProviders: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: {
        data: expect.arrayContaining([
          expect.objectContaining({
            id: 'openai',
            key: 'required',
            settings: expect.objectContaining({ type: 'object' }),
          }),
        ]),
      },
    },
  ],
  listConnections: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: {
        data: expect.arrayContaining([
          expect.objectContaining({ name: 'Idle', hasKey: true, keyHint: '6789', isDefault: true }),
        ]),
      },
    },
  ],
  createConnection: [
    {
      name: 'success',
      request: async (world) => ({
        body: { name: `New ${newId()}`, provider: 'paint', baseUrl: world.engine.baseUrl, key: world.key },
      }),
      status: 201,
      shape: { data: { hasKey: true, keyHint: '6789', provider: 'paint' } },
      events: ['connections.changed'],
    },
    {
      name: 'a shared one',
      request: async (world) => ({
        body: { name: `Shared ${newId()}`, provider: 'paint', baseUrl: world.engine.baseUrl, shared: true },
      }),
      status: 201,
      shape: { data: { shared: true, mine: true } },
      events: 'any',
    },
    {
      name: 'a name that is taken',
      request: async (world) => ({ body: { name: 'IDLE', provider: 'paint', baseUrl: world.engine.baseUrl } }),
      status: 409,
      code: 'conflict',
    },
    {
      name: 'no such provider',
      request: async () => ({ body: { name: 'x', provider: 'nonesuch' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.provider'],
    },
    {
      name: 'no address',
      request: async () => ({ body: { name: 'x', provider: 'paint', baseUrl: 'javascript:alert(1)' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.baseUrl'],
    },
    {
      name: 'a key with a line break',
      request: async (world) => ({
        body: { name: 'x', provider: 'paint', baseUrl: world.engine.baseUrl, key: 'a\r\nb' },
      }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.key'],
    },
  ],
  updateConnection: [
    {
      name: 'success',
      request: async (world) => ({
        params: { id: await world.connect(world.server.pipeline.userId, `Old ${newId()}`) },
        body: { concurrency: 3, key: '' },
      }),
      status: 200,
      shape: { data: { concurrency: 3, hasKey: false } },
      events: ['connections.changed', 'connections.changed'],
    },
    {
      name: 'a choice about one that somebody else shares',
      request: async (world) => ({ params: { id: await sharedByAnother(world) }, body: { isDefault: false } }),
      status: 200,
      shape: { data: { mine: false, shared: true, baseUrl: null, keyHint: null, settings: {}, hasKey: true } },
      events: 'any',
    },
    {
      name: 'one that somebody else shares',
      request: async (world) => ({ params: { id: await sharedByAnother(world) }, body: { name: 'Mine' } }),
      status: 403,
      code: 'forbidden',
      events: 'any',
    },
    {
      name: 'a field that is not valid',
      request: async (world) => ({ params: { id: world.idle }, body: { concurrency: 0 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.concurrency'],
    },
    { name: 'absent', request: async () => ({ params: { id: newId() }, body: {} }), status: 404, code: 'not-found' },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.connection }, body: { name: 'Mine' } }),
      status: 404,
      code: 'not-found',
    },
  ],
  deleteConnection: [
    {
      name: 'success',
      request: async (world) => ({
        params: { id: await world.connect(world.server.pipeline.userId, `Gone ${newId()}`) },
      }),
      status: 204,
      events: ['connections.changed', 'connections.changed'],
    },
    {
      name: 'one that somebody else shares',
      request: async (world) => ({ params: { id: await sharedByAnother(world) } }),
      status: 403,
      code: 'forbidden',
      events: 'any',
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  testConnection: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: world.idle } }),
      status: 200,
      shape: { data: { ok: true, models: 3 } },
    },
    {
      name: 'an engine without picture models',
      request: async (world) => ({
        params: {
          id: await world.connect(world.server.pipeline.userId, `Words ${newId()}`, {
            provider: 'ollama',
            baseUrl: world.ollama.baseUrl,
          }),
        },
      }),
      status: 200,
      shape: { data: { ok: false, models: null } },
      events: ['connections.changed'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  listModels: [
    {
      name: 'of one that somebody else shares',
      request: async (world) => ({ params: { id: await sharedByAnother(world) } }),
      status: 200,
      shape: { data: [{ id: 'single' }, { id: 'batch' }, { id: 'seedless' }] },
      events: 'any',
    },
    {
      name: 'success',
      request: async (world) => ({ params: { id: world.idle }, query: 'refresh=true' }),
      status: 200,
      shape: { data: [{ id: 'single' }, { id: 'batch' }, { id: 'seedless' }] },
    },
    {
      name: 'an engine that is away',
      request: async (world) => ({
        params: {
          id: await world.connect(world.server.pipeline.userId, `Away ${newId()}`, {
            provider: 'ollama',
            baseUrl: 'http://127.0.0.1:9',
          }),
        },
      }),
      status: 502,
      code: 'provider-failed',
      events: ['connections.changed'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  listModelDefaults: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: { data: [{ family: 'any' }, { family: 'sdxl' }, { family: 'flux' }] },
    },
  ],
  chooseModelDefault: [
    {
      name: 'success',
      request: async (world) => ({ body: { family: 'flux', connectionId: world.idle, model: 'batch' } }),
      status: 200,
      shape: { data: [{}, {}, { family: 'flux', own: { model: 'batch' } }] },
      events: ['connections.changed'],
    },
    {
      name: 'no such family',
      request: async (world) => ({ body: { family: 'x', connectionId: world.idle } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.family'],
    },
    {
      name: 'somebody else’s',
      request: async (world) => ({ body: { family: 'sdxl', connectionId: world.theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  chooseInstanceModelDefault: [
    {
      name: 'success',
      request: async () => ({ body: { family: 'sdxl', connectionId: null } }),
      status: 200,
      shape: { data: [{}, { family: 'sdxl', instance: null }, {}] },
      events: 'any',
    },
    {
      name: 'one that is not shared',
      request: async (world) => ({ body: { family: 'sdxl', connectionId: world.idle } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.connectionId'],
    },
    {
      name: 'nobody in particular',
      request: async () => ({ body: { family: 'sdxl', connectionId: null } }),
      as: 'user',
      status: 403,
      code: 'forbidden',
    },
  ],
  listProfiles: [
    {
      name: 'success',
      request: async () => ({}),
      status: 200,
      shape: {
        profiles: expect.arrayContaining([
          { id: expect.any(String), name: 'Idle', provider: 'PAINT', modelName: null },
        ]),
      },
    },
    {
      name: 'those that draw, with a model',
      request: async () => ({ query: 'imageCapable=true' }),
      status: 200,
      shape: {
        profiles: expect.arrayContaining([
          { id: expect.any(String), name: 'Idle', provider: 'PAINT', modelName: 'single' },
        ]),
      },
    },
    {
      name: 'neither true nor false',
      request: async () => ({ query: 'imageCapable=maybe' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.imageCapable'],
    },
  ],
}
