import { expect } from 'vitest'
import { newId } from '#base/ids.ts'
import { digest } from '#media/digest.ts'
import { png } from '#library/testing.ts'
import { testPassword } from './people.ts'
import type { Scenarios } from './scenario.ts'

type Name = 'addImage' | 'knownImages' | 'deleteMe'

const base64 = (words = newId()) => Buffer.from(png(words)).toString('base64')

export const transferScenarios: Scenarios<Name> = {
  addImage: [
    {
      name: 'success',
      request: async () => ({
        body: { base64: base64(), record: { prompt: 'ein Fuchs 🦊', tags: [{ tagType: 'LABEL', tagId: 'x' }] } },
      }),
      status: 201,
      shape: { data: { source: 'upload', generationPrompt: 'ein Fuchs 🦊', tags: [{ tagType: 'LABEL', tagId: 'x' }] } },
      events: ['image.added'],
    },
    {
      name: 'as a data URL',
      request: async () => ({ body: { dataUrl: `data:text/html;base64,${base64()}`, record: { source: 'import' } } }),
      status: 201,
      shape: { data: { source: 'import', mimeType: 'image/png' } },
      events: ['image.added'],
    },
    {
      name: 'the same bytes as one that is there',
      request: async (world) => {
        const words = newId()
        await world.image({ file: png(words) })
        return { body: { base64: base64(words) } }
      },
      status: 200,
      shape: { data: { generationPrompt: 'a fox' } },
      events: ['image.added'],
    },
    {
      name: 'the same bytes as somebody else’s',
      request: async (world) => {
        const words = newId()
        await world.image({ file: png(words), of: await world.server.pipeline.addUser() })
        return { body: { base64: base64(words) } }
      },
      status: 201,
      shape: { data: { generationPrompt: null } },
      events: ['image.added', 'image.added'],
    },
    {
      name: 'nothing',
      request: async () => ({ body: {} }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.base64'],
    },
    {
      name: 'both forms at once',
      request: async () => ({ body: { base64: base64(), dataUrl: `data:;base64,${base64()}` } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.base64'],
    },
    {
      name: 'broken base64',
      request: async () => ({ body: { base64: `${base64()}!` } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.base64'],
    },
    {
      name: 'base64 that is cut off',
      request: async () => ({ body: { base64: base64().replace(/=*$/, '').slice(0, -1) } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.base64'],
    },
    {
      name: 'a data URL that is none',
      request: async () => ({ body: { dataUrl: 'https://example.com/a.png' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.dataUrl'],
    },
    {
      name: 'an empty file',
      request: async () => ({ body: { dataUrl: 'data:image/png;base64,' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.dataUrl'],
    },
    {
      name: 'facts that are none',
      request: async () => ({ body: { base64: base64(), record: { seed: -1, createdAt: 'yesterday', tags: 'x' } } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.record.seed', 'body.record.tags', 'body.record.createdAt'],
    },
    {
      name: 'a picture that says it was generated here',
      request: async () => ({ body: { base64: base64(), record: { source: 'generated' } } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.record.source'],
    },
    {
      name: 'a web page',
      request: async () => ({
        body: {
          dataUrl: `data:image/png;base64,${Buffer.from('<!doctype html><script>alert(1)</script>').toString('base64')}`,
        },
      }),
      status: 415,
      code: 'unsupported-media-type',
    },
  ],
  knownImages: [
    {
      name: 'success',
      request: async (world) => {
        const row = await world.server.addImage({ file: png(newId()) })
        return { body: { sha256: [row.sha256, 'f'.repeat(64)] } }
      },
      status: 200,
      shape: { data: [{ id: expect.any(String), sha256: expect.any(String) }] },
      events: ['image.added'],
    },
    {
      name: 'somebody else’s',
      request: async (world) => {
        const file = png(newId())
        await world.image({ file, of: await world.server.pipeline.addUser() })
        return { body: { sha256: [digest(file).sha256] } }
      },
      status: 200,
      shape: { data: [] },
      events: ['image.added'],
    },
    {
      name: 'what is no hash',
      request: async () => ({ body: { sha256: ['F'.repeat(64), '../../etc/passwd'] } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.sha256.0', 'body.sha256.1'],
    },
    {
      name: 'none',
      request: async () => ({ body: { sha256: [] } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.sha256'],
    },
    {
      name: 'more than 500',
      request: async () => ({ body: { sha256: Array.from({ length: 501 }, () => 'a'.repeat(64)) } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.sha256'],
    },
  ],
  deleteMe: [
    {
      name: 'success',
      request: async ({ people }) => ({ body: { password: testPassword }, headers: (await people.add()).headers }),
      status: 204,
      as: 'nobody',
    },
    {
      name: 'another password',
      request: async () => ({ body: { password: 'not the password' } }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.password'],
      as: 'user',
    },
    {
      name: 'no password',
      request: async () => ({ body: {} }),
      status: 400,
      code: 'validation-failed',
      fields: ['body.password'],
      as: 'user',
    },
    {
      name: 'the last administrator',
      request: async () => ({ body: { password: testPassword } }),
      status: 409,
      code: 'conflict',
      as: 'admin',
    },
    {
      name: 'nobody signed in',
      request: async () => ({ body: {} }),
      status: 401,
      code: 'unauthorized',
      as: 'nobody',
    },
    { name: 'local mode', request: async () => ({ body: {} }), status: 409, code: 'conflict' },
  ],
}
