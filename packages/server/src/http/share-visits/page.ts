// The page of a link, and the form for its password.
import { Cursor, errorCodes, routes, SharePassword } from '@easel/contract'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import { refusalOf } from '#sharing/decide.ts'
import { WaitError } from '#sharing/limits.ts'
import type { ShareRow } from '#sharing/share-record.ts'
import { cardOf } from '#sharing/variants.ts'
import type { Entry } from '#sharing/visits.ts'
import { originOf } from '../client.ts'
import { access } from '../plugins/access.ts'
import { tellWait } from '../plugins/errors.ts'
import { serve } from '../serve.ts'
import type { ShareAssets } from '../share-page/share-assets.ts'
import { renderSharePage, type OpenShareView, type ShareView } from '../share-page/share-page.ts'
import type { ShareVisitPorts } from './share-visits.ts'
import { givePass, hasText, openHeaders, visitorOf, type Exchange } from './visitor.ts'

const Params = z.object({ name: z.string().max(300) })
const Query = z.object({ cursor: Cursor.optional() })
const pageSize = 100
const formType = 'application/x-www-form-urlencoded'
const formBytes = 8 * 1024

export const pathOf = (name: string): string => `/s/${encodeURIComponent(name)}`
/** Of a published album. */
export const galleryPath = (address: string): string => `/g/${encodeURIComponent(address)}`
export const feedPath = (address: string): string => `${galleryPath(address)}/feed.xml`

export type PagePorts = ShareVisitPorts & { readonly assets: ShareAssets }
type Ports = PagePorts

/** A page says it in its own words. */
function viewOf(entry: Exclude<Entry, { state: 'open' }>, name: string): ShareView {
  switch (entry.state) {
    case 'not-yet':
      return { kind: 'not-yet', startsAt: entry.startsAt.toISOString() }
    case 'ended':
      return { kind: 'ended' }
    case 'password':
      return { kind: 'password', name, wrong: false, tooMany: false }
    case 'absent':
    case 'kept':
    case 'private':
      return { kind: 'missing' }
  }
}

function sendPage(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(text)
}

/** @param error a reason to show another page, or anything else */
function sendRefusal(reply: FastifyReply, { assets }: Ports, { error, view }: { error: unknown; view: ShareView }) {
  if (!(error instanceof EaselError)) throw error
  tellWait(reply, error)
  reply.header('cache-control', 'no-store')
  return sendPage(reply, errorCodes[error.code].status, renderSharePage(view, assets))
}

async function openView(
  { sharing: { visits }, publicUrl }: Ports,
  { request }: Exchange,
  { share, cursor, path }: { readonly share: ShareRow; readonly cursor: string | undefined; readonly path: string },
): Promise<OpenShareView> {
  const origin = originOf(request, publicUrl)
  const address = origin + pathOf(share.name)
  const [page, cover] = await Promise.all([
    visits.page(share, { limit: pageSize, cursor }),
    share.password === null && share.view_limit === null ? visits.cover(share) : null,
  ])
  const card = cover === null || cover.damage !== null ? null : cardOf(cover)
  return {
    kind: 'open',
    page,
    address: origin + path,
    feedUrl: share.address === null ? null : origin + feedPath(share.address),
    card: card === null ? null : { url: `${address}/card.jpg`, width: card.width, height: card.height },
    oembedUrl: card === null ? null : `${origin}/oembed?url=${encodeURIComponent(address)}`,
    listed: share.listed,
  }
}

function registerPassword(app: FastifyInstance, ports: Ports): void {
  const { visits } = ports.sharing
  app.addContentTypeParser(formType, { parseAs: 'string', bodyLimit: formBytes }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(body.toString())))
  })
  const schema = { params: Params, body: SharePassword, hide: true }
  app
    .withTypeProvider<ZodTypeProvider>()
    .post('/s/:name', { ...access('open'), bodyLimit: formBytes, schema }, async (request, reply) => {
      const { name } = request.params
      const isForm = request.headers['content-type']?.startsWith(formType) === true
      reply.header('cache-control', 'no-store')
      try {
        givePass(
          { request, reply },
          await visits.givePassword(name, request.body.password, visitorOf(request)),
          pathOf(name),
        )
      } catch (error) {
        if (!isForm) throw error
        const tooMany = error instanceof WaitError
        const wrong = error instanceof EaselError && error.code === 'unauthorized'
        const view: ShareView =
          tooMany || wrong ? { kind: 'password', name, wrong, tooMany } : { kind: isEnd(error) ? 'ended' : 'missing' }
        return sendRefusal(reply, ports, { error, view })
      }
      return isForm ? await reply.redirect(pathOf(name), 303) : await reply.code(204).send()
    })
}

/** The page of a link at one of its addresses, or one that says why it is not shown. */
export async function sendSharePage(
  exchange: Exchange,
  ports: Ports,
  { name, path, cursor }: { readonly name: string; readonly path: string; readonly cursor: string | undefined },
): Promise<FastifyReply> {
  const { visits } = ports.sharing
  const { request, reply } = exchange
  let entry: Entry
  try {
    entry = await visits.enter({ name, want: 'page' }, visitorOf(request))
  } catch (error) {
    return sendRefusal(reply, ports, { error, view: { kind: 'too-many' } })
  }
  if (entry.state !== 'open') return sendRefusal(reply, ports, { error: refusalOf(entry), view: viewOf(entry, name) })
  const view = await openView(ports, exchange, { share: entry.share, cursor, path })
  const text = renderSharePage(view, ports.assets)
  openHeaders(reply, visits, entry.share)
  givePass(exchange, entry.pass, pathOf(name))
  return hasText(exchange, text) ? await reply.code(304).send() : sendPage(reply, 200, text)
}

const isEnd = (error: unknown): boolean => error instanceof EaselError && error.code === 'gone'

export function registerPage(app: FastifyInstance, ports: Ports): void {
  const { visits } = ports.sharing
  registerPassword(app, ports)

  const schema = { params: Params, querystring: Query, hide: true }
  app.withTypeProvider<ZodTypeProvider>().get('/s/:name', { ...access('open'), schema }, async (request, reply) => {
    const { name } = request.params
    return await sendSharePage({ request, reply }, ports, { name, path: pathOf(name), cursor: request.query.cursor })
  })

  serve(app, routes.visitShare, async ({ params: { name }, query, request, reply }) => {
    const entry = await visits.enter({ name, want: 'page' }, visitorOf(request))
    if (entry.state !== 'open') throw refusalOf(entry)
    const data = await visits.page(entry.share, query)
    openHeaders(reply, visits, entry.share)
    givePass({ request, reply }, entry.pass, pathOf(name))
    return hasText({ request, reply }, JSON.stringify(data)) ? 'not modified' : { data }
  })
}
