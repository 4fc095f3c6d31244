// What programs show in place of a link: the picture of its card, and oEmbed (https://oembed.com).
import type { FastifyInstance } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { EaselError } from '#base/errors.ts'
import { absent, refusalOf } from '#sharing/decide.ts'
import type { ShareRow } from '#sharing/share-record.ts'
import type { ShownPicture } from '#sharing/shown-pictures.ts'
import { cardOf, keptSide, variantWidths } from '#sharing/variants.ts'
import { originOf } from '../client.ts'
import { access } from '../plugins/access.ts'
import { pathOf } from './page.ts'
import { makingFor, sendBytes } from './pictures.ts'
import type { ShareVisitPorts } from './share-visits.ts'
import { hasText, openHeaders, tagOf, visitorOf } from './visitor.ts'

const Params = z.object({ name: z.string().max(300) })
const pixels = z.coerce.number().int().min(1).optional()
const Query = z.object({
  url: z.string().max(2000),
  format: z.string().max(20).default('json'),
  maxwidth: pixels,
  maxheight: pixels,
})

interface Room {
  readonly maxwidth?: number | undefined
  readonly maxheight?: number | undefined
}

interface Sized {
  readonly width: number
  readonly height: number
}

const fits = ({ width, height }: Sized, { maxwidth = Infinity, maxheight = Infinity }: Room): boolean =>
  width <= maxwidth && height <= maxheight

/** The largest variant that has room; null: none has. */
function photoOf(path: string, { width, height, id }: ShownPicture, room: Room): (Sized & { url: string }) | null {
  for (const wanted of variantWidths.toReversed()) {
    const shown = Math.min(wanted, width)
    const sized = { width: shown, height: Math.max(1, Math.round((height * shown) / width)) }
    // What every link shows, also one whose originals may not be saved.
    if (Math.max(sized.width, sized.height) > keptSide || !fits(sized, room)) continue
    return { url: `${path}/images/${id}/view?width=${wanted}`, ...sized }
  }
  return null
}

function embedOf(
  share: ShareRow,
  cover: ShownPicture,
  { origin, room, seconds }: { readonly origin: string; readonly room: Room; readonly seconds: number },
) {
  const path = origin + pathOf(share.name)
  const common = {
    version: '1.0',
    provider_name: 'Easel',
    provider_url: origin,
    cache_age: seconds,
    ...(share.title === null ? {} : { title: share.title }),
  }
  const photo = share.kind === 'image' ? photoOf(path, cover, room) : null
  if (photo !== null) return { ...common, type: 'photo', ...photo }
  const card = cardOf(cover)
  if (!fits(card, room)) return { ...common, type: 'link' }
  const thumbnail = { thumbnail_url: `${path}/card.jpg`, thumbnail_width: card.width, thumbnail_height: card.height }
  return { ...common, type: 'link', ...thumbnail }
}

/** The name in the address of a link on this server. @throws EaselError `not-found` */
function nameIn(address: string, origin: string): string {
  const url = URL.parse(address)
  const [, name = ''] = /^\/s\/([\w.-]+)\/?$/.exec(url?.pathname ?? '') ?? []
  if (url === null || url.origin !== origin || name === '') throw absent()
  return name
}

export function registerCards(app: FastifyInstance, ports: ShareVisitPorts): void {
  const { visits, variants } = ports.sharing
  const typed = app.withTypeProvider<ZodTypeProvider>()

  const cardSchema = { params: Params, hide: true }
  typed.get('/s/:name/card.jpg', { ...access('open'), schema: cardSchema }, async (request, reply) => {
    const entry = await visits.enter({ name: request.params.name, want: 'card' }, visitorOf(request))
    if (entry.state !== 'open') throw refusalOf(entry)
    const cover = await visits.cover(entry.share)
    if (cover === null || cover.damage !== null) throw absent()
    const caching = openHeaders(reply, visits, entry.share)
    const { form } = cardOf(cover)
    const facts = { etag: tagOf(cover, 'card'), caching, mimeType: 'image/jpeg' }
    return await sendBytes({ request, reply }, facts, () =>
      variants.bytes(cover, form, makingFor({ request, reply }, ports)),
    )
  })

  typed.get('/oembed', { ...access('open'), schema: { querystring: Query, hide: true } }, async (request, reply) => {
    const { url, format, ...room } = request.query
    if (format !== 'json') throw new EaselError('not-acceptable', 'There is JSON and nothing else.')
    const origin = originOf(request, ports.publicUrl)
    const entry = await visits.enter({ name: nameIn(url, origin), want: 'card' }, visitorOf(request))
    if (entry.state !== 'open') throw refusalOf(entry)
    const { share } = entry
    const cover = await visits.cover(share)
    if (cover === null) throw absent()
    openHeaders(reply, visits, share)
    const text = JSON.stringify(embedOf(share, cover, { origin, room, seconds: visits.freshSeconds(share) ?? 0 }))
    reply.type('application/json; charset=utf-8')
    return hasText({ request, reply }, text) ? await reply.code(304).send() : await reply.send(text)
  })
}
