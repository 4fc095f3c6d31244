import { existsSync } from 'node:fs'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { openScope } from './access.ts'
import { EaselError } from '#base/errors.ts'
import { noRoute } from './known-methods.ts'

/** Below these there are never screens: an unknown path is a JSON 404. */
const apiPrefixes = [
  '/api',
  '/history',
  '/models',
  '/generate',
  '/images',
  '/uploads',
  '/task-status',
  '/delete-images',
  '/ollamalog',
  '/v1',
  '/sdapi',
  '/internal',
  '/mcp',
  '/s',
  '/g',
  '/healthz',
  '/readyz',
  '/metrics',
  '/assets',
]

function isApiPath(url: string): boolean {
  // Fastify has decoded it before, to find its route: here it cannot fail.
  const path = decodeURIComponent(url.split('?')[0] ?? '/')
  return apiPrefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`)) || path.startsWith('/generate')
}

/**
 * Serves the built web app: its files by name, and its page for every path that could be a screen.
 * @param folder the built app, or null when this process serves none
 */
export async function registerWebApp(app: FastifyInstance, folder: string | null): Promise<void> {
  const built = folder !== null && existsSync(folder)
  if (built) {
    // Registered last: whatever comes after this hook is a file of the built app.
    openScope(app)
    await app.register(fastifyStatic, {
      root: folder,
      wildcard: false,
      setHeaders: (response, path) => {
        // Built files carry a hash in their names; the page itself names the newest of them.
        const immutable = path.includes('/assets/')
        response.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  app.setNotFoundHandler(async (request, reply) => {
    const screen = built && !isApiPath(request.url)
    if (!screen) throw noRoute(app, request, reply)
    if (request.method === 'GET' || request.method === 'HEAD')
      return await reply.header('cache-control', 'no-cache').sendFile('index.html')
    reply.header('allow', 'GET, HEAD')
    throw new EaselError('method-not-allowed', 'This address takes GET and HEAD.')
  })
}
