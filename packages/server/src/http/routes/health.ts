import type { FastifyInstance } from 'fastify'
import { sql } from 'kysely'
import { EaselError, messageOf } from '#base/errors.ts'
import type { Db } from '#db/database.ts'
import { access } from '../plugins/access.ts'

/** `/healthz`: the process lives. `/readyz`: it can do its work, and is not stopping. Both are open to all and tell nothing else. */
export function registerHealth(app: FastifyInstance, { db }: { db: Db }): void {
  let stopping = false
  app.addHook('preClose', async () => {
    stopping = true
  })
  // A request that comes over a connection which was open already.
  app.addHook('onRequest', async (request, reply) => {
    if (!stopping || request.url === '/healthz' || request.url === '/readyz') return
    reply.header('connection', 'close')
    throw new EaselError('shutting-down', 'Easel is stopping.')
  })
  app.get('/healthz', { ...access('open'), schema: { hide: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { ...access('open'), schema: { hide: true } }, async (request, reply) => {
    try {
      await sql`select 1`.execute(db)
    } catch (error) {
      request.log.warn({ reason: messageOf(error) }, 'not ready')
      return await reply.code(503).send({ status: 'database unavailable' })
    }
    return stopping ? await reply.code(503).send({ status: 'stopping' }) : { status: 'ready' }
  })
}
