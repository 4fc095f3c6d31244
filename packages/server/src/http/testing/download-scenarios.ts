import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import type { Scenarios } from './scenario.ts'

type Name = 'downloadImages'

const url = expect.stringMatching(/^\/api\/images\/download\/[\w-]{43}$/)

export const downloadScenarios: Scenarios<Name> = {
  downloadImages: [
    {
      name: 'success',
      request: async (world) => ({ body: { selection: { ids: [await world.image()] } } }),
      status: 201,
      shape: { data: { url, pictures: 1, missing: 0, size: expect.any(Number), filename: 'a fox.zip' } },
      events: ['image.added'],
    },
    {
      name: 'all that a search finds, made anew, with records',
      request: async (world) => {
        const tag = await world.tag(newId())
        const body = {
          selection: { search: { tagId: tag } },
          format: 'webp',
          quality: 70,
          prompt: false,
          records: true,
        }
        return { body }
      },
      status: 201,
      shape: { data: { url, pictures: 1, size: null } },
      events: ['image.added'],
    },
    {
      name: 'somebody else’s',
      request: async ({ theirs }) => ({ body: { selection: { ids: [theirs.image] } } }),
      status: 404,
      code: 'not-found',
    },
    {
      name: 'what is not there',
      request: async () => ({ body: { selection: { ids: [newId()] } } }),
      status: 404,
      code: 'not-found',
    },
    {
      name: 'an album of somebody else’s',
      request: async ({ server, theirs }) => {
        const { id } = await server.collections.albums.create(theirs.userId, { name: newId() })
        await server.collections.albums.add(theirs.userId, id, [theirs.image])
        return { body: { selection: { search: { album: id } }, sort: 'album' } }
      },
      status: 404,
      code: 'not-found',
      events: 'any',
    },
    {
      name: 'no selection',
      request: async () => ({ body: {} }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.selection'],
    },
    {
      name: 'a format that there is not',
      request: async () => ({ body: { selection: { ids: [newId()] }, format: 'bmp' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.format'],
    },
    {
      name: 'a quality of nothing',
      request: async () => ({ body: { selection: { ids: [newId()] }, format: 'png', quality: 50 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.quality'],
    },
    {
      name: 'the original, smaller',
      request: async () => ({ body: { selection: { ids: [newId()] }, longestSide: 500 } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.longestSide'],
    },
    {
      name: 'a search that cannot be understood',
      request: async () => ({ body: { selection: { search: { q: 'before:yesterday' } } } }),
      status: 400,
      code: 'validation-failed',
      fields: ['query.q'],
    },
    {
      name: 'nobody signed in',
      request: async () => ({ body: { selection: { ids: [newId()] } } }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
  ],
}
