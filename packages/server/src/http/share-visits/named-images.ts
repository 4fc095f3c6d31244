// `/images/<name>`: the picture of a link by the link's name alone, as the older systems hand it out (contracts B and D).
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { access } from '../plugins/access.ts'
import { openToAllOrigins } from '../plugins/open-cors.ts'
import { sendOriginal } from './pictures.ts'
import type { ShareVisitPorts } from './share-visits.ts'
import { givePass, openHeaders, visitorOf, type Exchange } from './visitor.ts'

const Params = z.object({ name: z.string().max(300) })

/**
 * Sends the picture of a link to one, as it may be saved.
 * @param name what stands in the link's address
 * @throws EaselError as SH10 says
 */
export async function sendNamed(exchange: Exchange, ports: ShareVisitPorts, name: string): Promise<unknown> {
  const { visits } = ports.sharing
  const { request, reply } = exchange
  const entry = await visits.picture({ name, want: 'named' }, visitorOf(request))
  givePass(exchange, entry.pass, request.url.split('?')[0] ?? '/')
  const caching = openHeaders(reply, visits, entry.share)
  const png = name.toLowerCase().endsWith('.png') ? name : null
  return await sendOriginal(exchange, ports, { entry, caching, png })
}

/** Both spellings that contract D uses show the same. */
export const nameIn = (segment: string): string => segment.replace(/^original_/, '')

export function registerNamedImages(scope: FastifyInstance, ports: ShareVisitPorts): void {
  const schema = { params: Params, hide: true }
  scope
    .withTypeProvider<ZodTypeProvider>()
    .get('/images/:name', { ...access('open'), schema }, async (request, reply) => {
      return await sendNamed({ request, reply }, ports, nameIn(request.params.name))
    })
  openToAllOrigins(scope, ['/images'])
}
