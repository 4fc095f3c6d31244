// Enlarging pictures, which no engine of Easel's does by itself. Rule SD4 in docs/spec/sdapi.md.
import type { FastifyInstance } from 'fastify'
import { access } from '../../plugins/access.ts'
import { inWords } from './errors.ts'
import { bodyLimit } from './make.ts'

const why =
  'Easel enlarges no pictures: it has no upscalers. Ask for a larger size, or enable_hr where the engine knows it.'

export function registerExtras(scope: FastifyInstance): void {
  const doing = { ...access('generate', { basic: true, limit: 'generate' }), schema: { hide: true }, bodyLimit }
  for (const name of ['extra-single-image', 'extra-batch-images']) {
    scope.post(`/sdapi/v1/${name}`, doing, async (_request, reply) => {
      return await reply.code(501).send(inWords('NotImplementedError', why))
    })
  }
}
