import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { absent, invalid, noId, type Scenarios, type World } from './scenario.ts'

type Name = 'listTextModels' | 'getWriting' | 'chooseWriting' | 'refinePrompt' | 'describeImage'

const model = 'llama3.2'

/** A connection of the owner's to an engine with a text model. */
async function writes(world: World, more: object = {}): Promise<string> {
  const engine = { provider: 'ollama', baseUrl: world.ollama.baseUrl, ...more }
  return await world.connect(world.server.pipeline.userId, `Writer ${newId()}`, engine)
}

/** One whose engine refuses what it is asked. */
const refuses = (world: World) => writes(world, { provider: 'openai', baseUrl: world.refusing.apiUrl, key: world.key })

const away = (world: World) => writes(world, { baseUrl: 'http://127.0.0.1:9' })

const theirs = { status: 404, code: 'not-found' } as const

export const writingScenarios: Scenarios<Name> = {
  listTextModels: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await writes(world) } }),
      status: 200,
      shape: { data: [{ id: model, label: model, sees: false }] },
      events: ['connections.changed'],
    },
    {
      name: 'an engine that only draws',
      request: async (world) => ({ params: { id: world.idle } }),
      status: 400,
      code: 'no-text-model',
    },
    {
      name: 'an engine that is away',
      request: async (world) => ({ params: { id: await away(world) } }),
      status: 502,
      code: 'provider-failed',
      events: ['connections.changed'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    { name: 'somebody else’s', request: async (world) => ({ params: { id: world.theirs.connection } }), ...theirs },
  ],
  getWriting: [{ name: 'success', request: async () => ({}), status: 200, shape: { data: null } }],
  chooseWriting: [
    {
      name: 'success',
      request: async (world) => ({ body: { choice: { connectionId: await writes(world), model } } }),
      status: 200,
      shape: { data: { connectionId: expect.any(String), model } },
      events: ['connections.changed'],
    },
    { name: 'none', request: async () => ({ body: { choice: null } }), status: 200, shape: { data: null } },
    {
      name: 'an engine that only draws',
      request: async (world) => ({ body: { choice: { connectionId: world.idle, model } } }),
      ...invalid,
      fields: ['body.choice.connectionId'],
    },
    {
      name: 'somebody else’s',
      request: async (world) => ({ body: { choice: { connectionId: world.theirs.connection, model } } }),
      ...invalid,
      fields: ['body.choice.connectionId'],
    },
    {
      name: 'no model',
      request: async (world) => ({ body: { choice: { connectionId: world.idle, model: '' } } }),
      ...invalid,
      fields: ['body.choice.model'],
    },
  ],
  refinePrompt: [
    {
      name: 'success',
      request: async (world) => ({ body: { prompt: 'a fox', connectionId: await writes(world) } }),
      status: 200,
      shape: { prompt: 'a fox, at golden hour, in fine detail', connectionId: expect.any(String), model, cost: null },
      events: ['connections.changed'],
    },
    {
      name: 'no text model chosen',
      request: async () => ({ body: { prompt: 'a fox' } }),
      status: 400,
      code: 'no-text-model',
    },
    {
      name: 'an engine that only draws',
      request: async (world) => ({ body: { prompt: 'a fox', connectionId: world.idle } }),
      status: 400,
      code: 'no-text-model',
    },
    {
      name: 'refused content',
      request: async (world) => ({ body: { prompt: 'a fox', connectionId: await refuses(world), model: 'gpt-5' } }),
      status: 422,
      code: 'content-refused',
      events: ['connections.changed'],
    },
    {
      name: 'an engine that is away',
      request: async (world) => ({ body: { prompt: 'a fox', connectionId: await away(world), model } }),
      status: 502,
      code: 'provider-failed',
      events: ['connections.changed'],
    },
    { name: 'an empty prompt', request: async () => ({ body: { prompt: ' ' } }), ...invalid, fields: ['body.prompt'] },
    {
      name: 'a prompt that is too long',
      request: async () => ({ body: { prompt: 'a'.repeat(8001) } }),
      ...invalid,
      fields: ['body.prompt'],
    },
    {
      name: 'somebody else’s connection',
      request: async (world) => ({ body: { prompt: 'a fox', connectionId: world.theirs.connection } }),
      ...theirs,
    },
  ],
  describeImage: [
    {
      name: 'success',
      request: async (world) => ({
        params: { id: await world.image() },
        body: { connectionId: await writes(world), model },
      }),
      status: 200,
      shape: {
        description: expect.stringContaining('Stripes'),
        saved: true,
        image: { description: expect.stringContaining('Stripes') },
      },
      // The picture's thumbnail changes it too, sooner or later.
      events: 'any',
    },
    {
      name: 'one that has a description',
      request: async (world) => ({
        params: { id: await world.image({ description: 'A fox.' }) },
        body: { connectionId: await writes(world), model },
      }),
      status: 200,
      shape: { description: expect.stringContaining('Stripes'), saved: false, image: { description: 'A fox.' } },
      events: ['image.added', 'connections.changed'],
    },
    {
      name: 'no model that sees',
      request: async (world) => ({
        params: { id: await world.image() },
        body: { connectionId: await writes(world) },
      }),
      status: 400,
      code: 'no-text-model',
      events: ['image.added', 'connections.changed'],
    },
    {
      name: 'a damaged picture',
      request: async (world) => {
        const id = await world.image()
        await world.server.pipeline.db.updateTable('images').set({ damage: 'torn' }).where('id', '=', id).execute()
        return { params: { id }, body: { connectionId: await writes(world), model } }
      },
      status: 415,
      code: 'unsupported-media-type',
      events: ['image.added', 'connections.changed'],
    },
    { name: 'absent', request: async () => ({ params: { id: newId() }, body: {} }), ...theirs },
    { name: 'no id', request: async () => ({ params: { id: 'x' }, body: {} }), ...invalid, fields: ['params.id'] },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.image }, body: {} }),
      ...theirs,
    },
  ],
}
