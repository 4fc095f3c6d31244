import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { absent, invalid, noId, type Scenarios, type World } from './scenario.ts'

type Name =
  | 'listPromptParts'
  | 'createPromptPart'
  | 'getPromptPart'
  | 'updatePromptPart'
  | 'deletePromptPart'
  | 'previewPrompt'
  | 'makeAgain'
  | 'getLineage'

const changed = 'library.changed' as const
const unique = () => `list-${newId()}`

async function list(world: World, of = world.server.pipeline.userId, text = 'red\nblue'): Promise<string> {
  return (await world.server.promptParts.create(of, { kind: 'list', name: unique(), text })).id
}

const theirs = (more: object = {}) => ({
  name: 'somebody else’s',
  request: async (world: World) => ({ params: { id: await list(world, world.theirs.userId) }, ...more }),
  status: 404,
  code: 'not-found',
  events: 'any' as const,
})
const theirImage = (more: object = {}) => ({
  name: 'somebody else’s',
  request: async (world: World) => ({ params: { id: world.theirs.image }, ...more }),
  status: 404,
  code: 'not-found',
})
const nobody = { status: 404, code: 'not-found' } as const

/** A fault in what is to be kept. */
const wrong = (name: string, part: object, field: string) => ({
  name,
  request: async () => ({ body: { kind: 'list', name: unique(), text: 'a', ...part } }),
  ...invalid,
  fields: [field],
})

/** A fault in a prompt that is looked at. */
const faulty = (prompt: string, more: object = {}, field = 'body.prompt') => ({
  name: `the prompt ${prompt.slice(0, 20)}`,
  request: async () => ({ body: { prompt, ...more } }),
  ...invalid,
  fields: [field],
})

export const promptScenarios: Scenarios<Name> = {
  listPromptParts: [
    {
      name: 'success',
      request: async (world) => {
        await list(world)
        return { query: 'kind=list' }
      },
      status: 200,
      shape: { data: expect.arrayContaining([expect.objectContaining({ kind: 'list', lines: 2, places: [] })]) },
      events: [changed],
    },
    { name: 'another kind', request: async () => ({ query: 'kind=x' }), ...invalid, fields: ['query.kind'] },
  ],
  createPromptPart: [
    {
      name: 'success',
      request: async () => ({ body: { kind: 'template', name: unique(), text: '{wer} und {was=ein Fuchs 🦊}' } }),
      status: 201,
      shape: {
        data: { kind: 'template', text: '{wer} und {was=ein Fuchs 🦊}', places: ['wer'], negativePrompt: null },
      },
      events: [changed],
    },
    {
      name: 'a name that another one has',
      request: async (world) => {
        const name = unique()
        await world.server.promptParts.create(world.server.pipeline.userId, { kind: 'list', name, text: 'a' })
        return { body: { kind: 'style', name: name.toUpperCase(), text: '{prompt} in oil' } }
      },
      status: 409,
      code: 'conflict',
      events: [changed],
    },
    wrong('no name', { name: ' ' }, 'body.name'),
    wrong('a name that prompts cannot name', { name: '../a b' }, 'body.name'),
    wrong('an empty list', { text: '# nothing\n\n' }, 'body.text'),
    wrong('an open brace', { text: 'a\n{b|c' }, 'body.text'),
    wrong('NUL', { text: 'a\u0000' }, 'body.text'),
    wrong('a huge text', { text: 'a'.repeat(200_001) }, 'body.text'),
    wrong('a long template', { kind: 'template', text: 'a'.repeat(8001) }, 'body.text'),
    wrong('a style with another place', { kind: 'style', text: '{prompt} by {who}' }, 'body.text'),
    wrong('a list that leaves something out', { negativePrompt: 'fog' }, 'body.negativePrompt'),
    wrong('another kind', { kind: 'folder' }, 'body.kind'),
  ],
  getPromptPart: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await list(world) } }),
      status: 200,
      shape: { data: { text: 'red\nblue', lines: 2, excerpt: 'red\nblue' } },
      events: [changed],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirs(),
  ],
  updatePromptPart: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await list(world) }, body: { text: 'one' } }),
      status: 200,
      shape: { data: { text: 'one', lines: 1 } },
      events: [changed, changed],
    },
    {
      name: 'an unclosed brace',
      request: async (world) => ({ params: { id: await list(world) }, body: { text: '{' } }),
      ...invalid,
      fields: ['body.text'],
      events: [changed],
    },
    { name: 'absent', request: async () => ({ params: { id: newId() }, body: {} }), ...nobody },
    theirs({ body: { text: 'x' } }),
  ],
  deletePromptPart: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await list(world) } }),
      status: 204,
      events: [changed, changed],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirs(),
  ],
  previewPrompt: [
    {
      name: 'success',
      request: async () => ({ body: { prompt: 'a {red|red} fox', seed: 7 } }),
      status: 200,
      shape: {
        data: { varies: true, seed: 7, prompts: ['a red fox', 'a red fox', 'a red fox'], negativePrompt: null },
      },
    },
    {
      name: 'nothing of the language',
      request: async () => ({ body: { prompt: '{"a": 1}', n: 1 } }),
      status: 200,
      shape: { data: { varies: false, prompts: ['{"a": 1}'] } },
    },
    faulty('a {red|blue'),
    faulty('__nobody__'),
    faulty('a', { styles: ['nobody'] }, 'body.styles'),
    faulty('a', { seed: -1 }, 'body.seed'),
    faulty('x'.repeat(32_001)),
    {
      name: 'a circle',
      request: async (world) => {
        const [first, second] = [unique(), unique()]
        const { userId } = world.server.pipeline
        await world.server.promptParts.create(userId, { kind: 'list', name: first, text: `a\n__${second}__` })
        await world.server.promptParts.create(userId, { kind: 'template', name: second, text: `__${first}__` })
        return { body: { prompt: `a __${first}__` } }
      },
      ...invalid,
      fields: ['body.prompt'],
      events: [changed, changed],
    },
    {
      name: 'somebody else’s list',
      request: async (world) => {
        const id = await list(world, world.theirs.userId)
        const { name } = await world.server.promptParts.get(world.theirs.userId, id)
        return { body: { prompt: `__${name}__` } }
      },
      ...invalid,
      fields: ['body.prompt'],
      events: [changed],
    },
  ],
  makeAgain: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await world.image({ prompt: 'a fox', seed: 5 }) }, body: {} }),
      status: 202,
      shape: { state: 'queued', request: { prompt: 'a fox', seed: 5 } },
      events: 'any',
    },
    {
      name: 'a picture that nothing is known of',
      request: async (world) => ({ params: { id: await world.image({ prompt: null }) }, body: {} }),
      ...invalid,
      fields: ['params.id'],
      events: ['image.added'],
    },
    {
      name: 'too many',
      request: async () => ({ params: { id: newId() }, body: { vary: true, n: 11 } }),
      ...invalid,
      fields: ['body.n'],
    },
    { name: 'absent', request: async () => ({ params: { id: newId() }, body: {} }), ...nobody },
    theirImage({ body: {} }),
  ],
  getLineage: [
    {
      name: 'success',
      request: async (world) => {
        const parent = await world.image()
        const id = await world.image({ parentId: parent })
        await world.image({ parentId: id })
        return { params: { id } }
      },
      status: 200,
      shape: {
        data: { parents: [{ id: expect.any(String) }], children: [{ id: expect.any(String) }], more: false },
      },
      events: ['image.added', 'image.added', 'image.added'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    theirImage(),
  ],
}
