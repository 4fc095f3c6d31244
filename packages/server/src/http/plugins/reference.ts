import swagger from '@fastify/swagger'
import scalar from '@scalar/fastify-api-reference'
import type { FastifyInstance } from 'fastify'
import { createJsonSchemaTransform } from 'fastify-type-provider-zod'
import { access, openScope } from './access.ts'
import { referencePolicy } from './headers.ts'

/** The OpenAPI 3.1 description, made from the route table, and a page to read it. Registered before the routes it describes. */
export async function registerReference(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Easel', version, description: 'A self-hosted image-generation studio and library.' },
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
  })
  app.get('/api/openapi.json', { ...access('open'), schema: { hide: true } }, async () => app.swagger())
  await app.register(async (scope) => {
    openScope(scope)
    scope.addHook('onSend', async (_request, reply, payload) => {
      const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
      if (isPage && typeof payload === 'string') reply.header('content-security-policy', referencePolicy(payload))
    })
    await scope.register(scalar, {
      routePrefix: '/api/docs',
      configuration: { url: '/api/openapi.json', withDefaultFonts: false },
    })
  })
}
