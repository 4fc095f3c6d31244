import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { draws } from '#generation/testing/paint.ts'
import { absent, noId, type Scenarios } from './scenario.ts'

type Name =
  | 'createGeneration'
  | 'estimateGeneration'
  | 'listGenerations'
  | 'getGeneration'
  | 'cancelGeneration'
  | 'retryGeneration'
  | 'generateImages'

export const generationScenarios: Scenarios<Name> = {
  createGeneration: [
    {
      name: 'success',
      request: async (world) => ({ body: { prompt: 'ein Fuchs 🦊', connectionId: world.busy } }),
      status: 202,
      shape: { state: 'queued', place: expect.any(Number), images: [] },
      events: ['generation.queued'],
    },
    {
      name: 'with every field',
      request: async (world) => ({
        body: {
          prompt: 'a',
          connectionId: world.busy,
          model: 'batch',
          n: 4,
          size: '32x32',
          seed: 7,
          steps: 5,
          tags: [{ tagType: 'LABEL', tagId: 'x' }],
          negativePrompt: 'b',
          sources: [await world.image()],
          options: { shine: 2 },
          priority: 'batch',
          strict: true,
        },
      }),
      status: 202,
      shape: { width: 32, seed: 7, adjustments: [] },
      events: 'any',
    },
    { name: 'no body', request: async () => ({}), status: 400, code: 'validation-failed', fields: ['body'] },
    {
      name: 'no prompt',
      request: async () => ({ body: {} }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
    },
    {
      name: 'an empty prompt',
      request: async () => ({ body: { prompt: ' \n' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
    },
    {
      name: 'several faults',
      request: async () => ({ body: { prompt: 'a', n: 11, size: '10', seed: -1 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.n', 'body.size', 'body.seed'],
    },
    { name: 'a list', request: async () => ({ body: [] }), status: 400, code: 'validation-failed', fields: ['body'] },
    {
      name: 'somebody else’s connection',
      request: async (world) => ({ body: { prompt: 'a', connectionId: world.theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
    {
      name: 'somebody else’s picture as source',
      request: async (world) => ({ body: { prompt: 'a', connectionId: world.busy, sources: [world.theirs.image] } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.sources'],
    },
    {
      name: 'somebody else’s generation as parent',
      request: async (world) => ({
        body: { prompt: 'a', connectionId: world.busy, parentId: world.theirs.generation },
      }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.parentId'],
    },
    {
      name: 'an unknown model',
      request: async (world) => ({ body: { prompt: 'a', connectionId: world.busy, model: 'nonesuch' } }),
      status: 400,
      code: 'unknown-model',
    },
    {
      name: 'what the model lacks, strictly',
      request: async (world) => ({ body: { prompt: 'a', connectionId: world.busy, guidance: 3, strict: true } }),
      status: 400,
      code: 'unsupported-option',
      fields: ['body.guidance'],
    },
    {
      name: 'an Idempotency-Key that is none',
      request: async (world) => ({
        body: { prompt: 'a', connectionId: world.busy },
        headers: { 'idempotency-key': 'x'.repeat(256) },
      }),
      status: 400,
      code: 'validation-failed',
      fields: ['headers.idempotency-key'],
    },
    {
      name: 'an Idempotency-Key with another body',
      request: async (world) => {
        const headers = { 'idempotency-key': newId() }
        await world.server.ask({
          method: 'POST',
          path: '/api/generations',
          headers,
          body: { prompt: 'a', connectionId: world.busy },
        })
        return { headers, body: { prompt: 'b', connectionId: world.busy } }
      },
      status: 409,
      code: 'idempotency-mismatch',
      events: ['generation.queued'],
    },
  ],
  estimateGeneration: [
    {
      name: 'success',
      request: async (world) => ({ body: { prompt: 'a', connectionId: world.busy, model: 'seedless', seed: 7, n: 2 } }),
      status: 200,
      shape: { model: 'seedless', cost: null, refusal: null, adjustments: [{ field: 'seed', asked: 7, used: null }] },
    },
    {
      name: 'with a price',
      request: async (world) => {
        const prices = [{ amount: 0.25, model: 'batch' }]
        const connectionId = await world.connect(world.server.pipeline.userId, `Dear ${newId()}`, { prices })
        return { body: { prompt: 'a', connectionId, model: 'batch', n: 4 } }
      },
      status: 200,
      shape: { cost: { amount: 1, currency: 'USD' } },
      events: ['connections.changed'],
    },
    {
      name: 'no prompt',
      request: async () => ({ body: {} }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
    },
    {
      name: 'no such model',
      request: async (world) => ({ body: { prompt: 'a', connectionId: world.busy, model: 'nonesuch' } }),
      status: 400,
      code: 'unknown-model',
    },
    {
      name: 'somebody else’s connection',
      request: async (world) => ({ body: { prompt: 'a', connectionId: world.theirs.connection } }),
      status: 404,
      code: 'not-found',
    },
  ],
  listGenerations: [
    {
      name: 'success',
      request: async () => ({ query: 'limit=2' }),
      status: 200,
      shape: { data: [{}, {}], nextCursor: expect.any(String) },
    },
    {
      name: 'by state',
      request: async () => ({ query: 'state=active&limit=200' }),
      status: 200,
      shape: { nextCursor: null },
    },
    {
      name: 'limit 0',
      request: async () => ({ query: 'limit=0' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.limit'],
    },
    {
      name: 'limit 201',
      request: async () => ({ query: 'limit=201' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.limit'],
    },
    {
      name: 'a limit that is no number',
      request: async () => ({ query: 'limit=1e400' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.limit'],
    },
    {
      name: 'an unknown state',
      request: async () => ({ query: 'state=done' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.state'],
    },
    {
      name: 'an unknown cursor',
      request: async () => ({ query: 'cursor=x' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.cursor'],
    },
    {
      name: 'a cursor with NUL',
      request: async () => ({ query: 'cursor=%00' }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.cursor'],
    },
  ],
  getGeneration: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await world.submit(world.busy) } }),
      status: 200,
      shape: { state: 'queued' },
      events: ['generation.queued'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.generation } }),
      status: 404,
      code: 'not-found',
    },
  ],
  cancelGeneration: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await world.submit(world.busy) } }),
      status: 202,
      shape: { state: 'cancelled' },
      events: ['generation.queued', 'generation.finished'],
    },
    {
      name: 'with an empty JSON body',
      request: async (world) => ({
        params: { id: await world.submit(world.busy) },
        headers: { 'content-type': 'application/json' },
      }),
      status: 202,
      shape: { state: 'cancelled' },
      events: ['generation.queued', 'generation.finished'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.generation } }),
      status: 404,
      code: 'not-found',
    },
  ],
  retryGeneration: [
    {
      name: 'success',
      request: async (world) => ({ params: { id: await world.submit(world.busy) } }),
      status: 202,
      shape: { state: 'queued', parentId: expect.any(String) },
      events: ['generation.queued', 'generation.queued'],
    },
    { name: 'absent', ...absent },
    { name: 'no id', ...noId },
    {
      name: 'somebody else’s',
      request: async (world) => ({ params: { id: world.theirs.generation } }),
      status: 404,
      code: 'not-found',
    },
  ],
  generateImages: [
    {
      name: 'success',
      request: async (world) => ({
        body: {
          prompt: 'a fox',
          profileId: world.idle,
          tags: [{ tagType: 'CHAT', tagId: '1' }],
          options: { n: 2, quality: 'hd', style: 'vivid' },
        },
      }),
      status: 200,
      shape: {
        data: [{ mimeType: 'image/png', tags: [{ tagType: 'CHAT', tagId: '1' }] }, {}],
        metadata: { prompt: 'a fox', provider: 'PAINT', model: 'single', count: 2 },
      },
      events: 'any',
    },
    {
      name: 'no prompt',
      request: async (world) => ({ body: { profileId: world.idle } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
      shape: { error: 'Validation error', details: [{ path: ['prompt'] }] },
    },
    {
      name: 'a prompt of 4001 characters',
      request: async (world) => ({ body: { prompt: 'x'.repeat(4001), profileId: world.idle } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.prompt'],
    },
    {
      name: 'more tags than anybody has',
      request: async (world) => ({
        body: {
          prompt: 'a',
          profileId: world.idle,
          tags: Array.from({ length: 101 }, (_, at) => ({ tagType: 'CHAT', tagId: `${at}` })),
        },
      }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.tags'],
      shape: { error: 'Validation error', details: [{ path: ['tags'] }] },
    },
    {
      name: 'a label as tag',
      request: async (world) => ({
        body: { prompt: 'a', profileId: world.idle, tags: [{ tagType: 'LABEL', tagId: 'x' }] },
      }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.tags.0.tagType'],
    },
    {
      name: 'absent',
      request: async () => ({ body: { prompt: 'a', profileId: newId() } }),
      status: 404,
      code: 'not-found',
      shape: { error: 'Connection profile not found' },
    },
    {
      name: 'somebody else’s',
      request: async (world) => ({ body: { prompt: 'a', profileId: world.theirs.connection } }),
      status: 404,
      code: 'not-found',
      shape: { error: 'Connection profile not found' },
    },
    {
      name: 'a text model',
      request: async (world) => ({
        body: {
          prompt: 'a',
          profileId: await world.connect(world.server.pipeline.userId, `Text ${newId()}`, {
            provider: 'ollama',
            baseUrl: world.ollama.baseUrl,
          }),
        },
      }),
      status: 400,
      code: 'unsupported-option',
      shape: { error: 'OLLAMA provider does not support image generation' },
      events: ['connections.changed'],
    },
    {
      name: 'an engine that fails',
      request: async (world) => {
        world.engine.onDraws((reply) => reply.json(400, { error: 'the brush is broken' }), draws)
        return { body: { prompt: 'a', profileId: world.idle } }
      },
      status: 500,
      code: 'provider-failed',
      shape: { error: 'Failed to generate images', details: expect.stringContaining('the brush is broken') },
      events: 'any',
    },
  ],
}
