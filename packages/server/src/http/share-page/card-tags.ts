import type { SharedPage } from '@easel/contract'
import { html, type Html } from './html.ts'
import { cut, pageTitle, pictures } from './share-words.ts'

/** The picture of a preview card, a JPEG. */
export interface Card {
  /** Whole: whoever makes previews takes no path. */
  readonly url: string
  /** Pixels, as they are in the file. */
  readonly width: number
  readonly height: number
}

interface CardView {
  readonly page: SharedPage
  readonly address: string
  readonly card: Card | null
  readonly oembedUrl: string | null
  readonly feedUrl: string | null
}

const longest = 200

/** What messengers and search engines read: Open Graph (https://ogp.me), Twitter's cards and the way to oEmbed. */
export function cardTags({ page, address, card, oembedUrl, feedUrl }: CardView): Html {
  const title = pageTitle(page)
  const about = page.comment ?? (page.kind === 'image' ? null : pictures(page.count))
  const words = about === null ? null : cut(about, longest)
  return html`<link rel="canonical" href="${address}" /> ${
      words !== null &&
      html`<meta name="description" content="${words}" />
        <meta property="og:description" content="${words}" /> `
    } <meta property="og:type" content="website" />
    <meta property="og:site_name" content="Easel" />
    <meta property="og:title" content="${title}" />
    <meta property="og:url" content="${address}" />
    <meta name="twitter:card" content="${card === null ? 'summary' : 'summary_large_image'}" />
    <meta name="twitter:title" content="${title}" />
    ${card !== null && pictureTags(card, title)}${oembedUrl !== null && html`<link rel="alternate" type="application/json+oembed" href="${oembedUrl}" title="${title}" /> `}${feedUrl !== null && html`<link rel="alternate" type="application/rss+xml" href="${feedUrl}" title="${title}" /> `}`
}

function pictureTags({ url, width, height }: Card, title: string): Html {
  return html`<meta property="og:image" content="${url}" />
    <meta property="og:image:type" content="image/jpeg" />
    <meta property="og:image:width" content="${width}" />
    <meta property="og:image:height" content="${height}" />
    <meta property="og:image:alt" content="${title}" />
    <meta name="twitter:image" content="${url}" /> `
}
