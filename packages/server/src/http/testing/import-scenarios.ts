import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { png } from '#library/testing.ts'
import { digest } from '#media/digest.ts'
import {
  exportedAlbum,
  exportedGeneration,
  exportedPromptPart,
  exportedSearch,
  exportedShare,
} from '#transfer/take-back/testing.ts'
import type { Scenarios } from './scenario.ts'

const question = (sha256: string, id: string | null = null) => ({
  sha256,
  id,
  generationId: null,
  generationIndex: null,
})

export const importScenarios: Scenarios<'takeBackRecords'> = {
  takeBackRecords: [
    {
      name: 'success',
      request: async () => {
        const [first, second] = [exportedGeneration(), exportedGeneration({ state: 'running' })]
        const links = [{ kind: 'generation', id: second.id, parentId: first.id }]
        return { body: { tags: [{ tagType: 'LABEL', tagId: newId() }], generations: [first, second], links } }
      },
      status: 200,
      shape: {
        tags: [{ outcome: 'taken' }],
        generations: [{ outcome: 'taken' }, { outcome: 'taken' }],
        pictures: [],
        links: [{ outcome: 'taken' }],
      },
      events: ['generation.finished', 'generation.finished'],
    },
    {
      name: 'albums and saved searches',
      request: async ({ image }) => {
        const [album, imageId] = [exportedAlbum(), await image()]
        const albumPictures = [{ albumId: newId(), imageId }]
        return { body: { albums: [album], albumPictures, searches: [exportedSearch()] } }
      },
      status: 200,
      shape: {
        albums: [{ outcome: 'taken' }],
        albumPictures: [{ outcome: 'refused', why: 'This album is not in the library.' }],
        searches: [{ outcome: 'taken' }],
      },
      events: ['image.added', 'library.changed', 'library.changed'],
    },
    {
      name: 'lists, templates and styles',
      request: async () => {
        const wrong = exportedPromptPart({ kind: 'template', text: 'a {b|c' })
        return { body: { prompts: [exportedPromptPart(), exportedPromptPart({ name: 'no name' }), wrong] } }
      },
      status: 200,
      shape: {
        prompts: [
          { outcome: 'taken' },
          { outcome: 'refused', why: expect.stringContaining('name: ') },
          { outcome: 'refused', why: expect.stringContaining('is not closed') },
        ],
      },
      events: ['library.changed'],
    },
    {
      name: 'links, to who administers',
      request: async ({ theirs, image }) => {
        const shares = [exportedShare({ imageId: await image() }), exportedShare({ imageId: theirs.image })]
        return { body: { shares } }
      },
      status: 200,
      shape: {
        shares: [
          { outcome: 'taken', why: null },
          { outcome: 'refused', why: 'The picture that it shows is not in the library.' },
        ],
      },
      events: ['image.added', 'library.changed'],
    },
    {
      name: 'a link of a name that anybody could guess',
      request: async () => ({ body: { shares: [exportedShare({ name: 'fox' })] } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.shares.0.name'],
    },
    {
      name: 'pictures that are there, wanted, and somebody else’s',
      request: async (world) => {
        const row = await world.server.addImage({ file: png(newId()) })
        const { sha256 } = digest(png(newId()))
        const pictures = [question(row.sha256), question(sha256, newId()), question(sha256, world.theirs.image)]
        return { body: { pictures } }
      },
      status: 200,
      shape: {
        pictures: [{ outcome: 'there' }, { outcome: 'wanted', id: expect.any(String) }, { outcome: 'wanted' }],
      },
      events: ['image.added'],
    },
    {
      name: 'somebody else’s',
      request: async ({ theirs, image, submit, busy }) => ({
        body: {
          generations: [exportedGeneration({ id: theirs.generation })],
          links: [
            { kind: 'picture', id: theirs.image, parentId: await image() },
            { kind: 'picture', id: await image(), parentId: theirs.image },
            { kind: 'generation', id: await submit(busy), parentId: theirs.generation },
          ],
        },
      }),
      status: 200,
      shape: {
        generations: [{ outcome: 'taken', id: expect.any(String) }],
        links: [{ outcome: 'refused' }, { outcome: 'refused' }, { outcome: 'refused' }],
      },
      events: ['image.added', 'image.added', 'generation.queued', 'generation.finished'],
    },
    {
      name: 'records that are none',
      request: async () => ({
        body: { generations: [{ ...exportedGeneration(), n: 1e9, id: '../../etc' }], links: [{ kind: 'user' }] },
      }),
      status: 400,
      code: 'validation-failed',
      fields: [
        'body.generations.0.id',
        'body.generations.0.n',
        'body.links.0.kind',
        'body.links.0.id',
        'body.links.0.parentId',
      ],
    },
    {
      name: 'a NUL',
      request: async () => ({ body: { tags: [{ tagType: 'LABEL', tagId: 'a\u0000' }] } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.tags.0.tagId'],
    },
    {
      name: 'nobody signed in',
      request: async () => ({ body: {} }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
  ],
}
