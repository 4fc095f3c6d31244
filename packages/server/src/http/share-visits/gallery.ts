// Albums published at addresses of their owners' choosing: the page of their link, and its feed. Rules SH30 … in docs/spec/sharing.md.
import { Cursor } from '@easel/contract'
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { refusalOf } from '#sharing/decide.ts'
import { toSharedPage } from '#sharing/view.ts'
import { originOf } from '../client.ts'
import { access } from '../plugins/access.ts'
import { renderFeed } from '../share-page/feed.ts'
import { pageTitle, pictures as picturesInWords } from '../share-page/share-words.ts'
import { feedPath, galleryPath, sendSharePage, type PagePorts } from './page.ts'
import { hasText, openHeaders, visitorOf } from './visitor.ts'

const Params = z.object({ address: z.string().max(300) })
const Query = z.object({ cursor: Cursor.optional() })
const feedLength = 50

export function registerGallery(app: FastifyInstance, ports: PagePorts): void {
  const { visits } = ports.sharing
  const typed = app.withTypeProvider<ZodTypeProvider>()

  const pageSchema = { params: Params, querystring: Query, hide: true }
  typed.get('/g/:address', { ...access('open'), schema: pageSchema }, async (request, reply) => {
    const { address } = request.params
    const name = await visits.nameAt(address)
    return await sendSharePage({ request, reply }, ports, {
      name,
      path: galleryPath(address),
      cursor: request.query.cursor,
    })
  })

  const feedSchema = { params: Params, hide: true }
  typed.get('/g/:address/feed.xml', { ...access('open'), schema: feedSchema }, async (request, reply) => {
    const { address } = request.params
    // Programs ask for it again and again: like a preview, it is no visit.
    const entry = await visits.enter({ name: await visits.nameAt(address), want: 'card' }, visitorOf(request))
    if (entry.state !== 'open') throw refusalOf(entry)
    const { share } = entry
    const [newest, { count }] = await Promise.all([visits.newest(share, feedLength), visits.page(share, { limit: 1 })])
    const page = toSharedPage(share, { pictures: newest, nextCursor: null, count, cdnUrl: ports.cdnUrl })
    const origin = originOf(request, ports.publicUrl)
    const images = new Map(page.images.map((image) => [image.id, image]))
    const text = renderFeed({
      title: pageTitle(page),
      about: share.comment ?? picturesInWords(page.count),
      address: origin + galleryPath(address),
      feedUrl: origin + feedPath(address),
      origin,
      minutes: 60,
      items: newest.flatMap(({ id, created_at: addedAt }) => {
        const image = images.get(id)
        return image === undefined ? [] : [{ image, addedAt }]
      }),
    })
    openHeaders(reply, visits, share)
    reply.type('application/rss+xml; charset=utf-8')
    return hasText({ request, reply }, text) ? await reply.code(304).send() : await reply.send(text)
  })
}
