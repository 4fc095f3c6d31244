// A published album as a feed: RSS 2.0 (https://www.rssboard.org/rss-specification) with Media RSS (https://www.rssboard.org/media-rss).
import type { SharedImage } from '@easel/contract'
import { html as xml, type Html } from './html.ts'
import { alternative } from './share-words.ts'

export interface FeedItem {
  readonly image: SharedImage
  readonly addedAt: Date
}

export interface FeedView {
  readonly title: string
  readonly about: string
  /** Whole addresses: of the page, of the feed, and what stands before a picture's path. */
  readonly address: string
  readonly feedUrl: string
  readonly origin: string
  /** Minutes for which the feed need not be asked for again. */
  readonly minutes: number
  readonly items: readonly FeedItem[]
}

/** What is said of each picture: no reader shows one that is larger, and every one knows WebP by now. */
const viewType = 'image/webp'

/** XML knows no other control characters, not even escaped ones; nor does it know halves of characters. */
const plain = (text: string): string =>
  text.toWellFormed().replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '')

export function renderFeed(view: FeedView): string {
  const { title, about, address, feedUrl, minutes, items } = view
  const newest = items[0]?.addedAt.toUTCString() ?? null
  const words = xml`<title>${plain(title)}</title>
    <link>${address}</link>
    <description>${plain(about)}</description>
    <atom:link href="${feedUrl}" rel="self" type="application/rss+xml" />
    <generator>Easel</generator>
    <ttl>${minutes}</ttl>
    ${newest !== null && xml`<lastBuildDate>${newest}</lastBuildDate>`}${items.map((item, index) => itemOf(view, item, index))}`
  return `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><channel>${words.html}</channel></rss>
`
}

function itemOf({ address, origin }: FeedView, { image, addedAt }: FeedItem, index: number): Html {
  const view = new URL(image.viewUrl, origin).href
  const scale = Math.min(1, 1280 / Math.max(image.width, image.height))
  const [width, height] = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)))
  const name = plain(alternative(image))
  const shown = xml`<a href="${address}"><img src="${view}" alt="${name}" /></a>`
  // The size of what is made on demand is not known: the specification asks for 0 then.
  return xml`<item
    ><title>${name}</title><link>${address}</link><guid isPermaLink="false">${image.id}</guid
    ><pubDate>${addedAt.toUTCString()}</pubDate><description>${shown.html}</description
    ><enclosure url="${view}" length="0" type="${viewType}" /><media:content
      url="${view}"
      type="${viewType}"
      medium="image"
      width="${width ?? 1}"
      height="${height ?? 1}"
      ${index === 0 && xml` isDefault="true"`}
      ><media:thumbnail url="${new URL(image.thumbnailUrl, origin).href}" /></media:content></item>`
}
