import type { SharedImage, SharedPage } from '@easel/contract'
import { glyph, mark } from './glyphs.ts'
import { dataBlock, html, type Html } from './html.ts'
import { blurred, tone } from './placeholder.ts'
import { alternative, pageTitle, pictures, timeInWords } from './share-words.ts'
import { pictureSizes, pictureSources, tileSizes, tileSources } from './sources.ts'
import { storyOf } from './story.ts'

/** Pictures that are loaded at once; those further down wait until one comes near. */
const atOnce = 8

export function openPage(page: SharedPage): Html {
  const [first] = page.images
  return page.kind === 'image' && first !== undefined ? onePicture(page, first) : gallery(page)
}

function onePicture(page: SharedPage, image: SharedImage): Html {
  const own = page.title ?? image.title
  const heading = own === null ? html`<h1 class="unseen">${pageTitle(page)}</h1>` : html`<h1>${own}</h1>`
  return html`<body class="single">
    <main>
      <a class="stage" href="${image.fileUrl ?? image.viewUrl}" data-open="0"
        >${blurred(image)}<img
          src="${image.viewUrl}"
          srcset="${pictureSources(image)}"
          sizes="${pictureSizes(image)}"
          width="${image.width}"
          height="${image.height}"
          alt="${alternative({ ...image, title: own })}"
          fetchpriority="high"
          decoding="async"
      /></a>
      <div class="words">
        <header>
          <div>${heading}${comment(page)}</div>
          ${image.fileUrl !== null && html`<a class="button main" href="${image.fileUrl}" download>${glyph('download')}Save picture</a>`}
        </header>
        ${image.story !== null && storyOf(image.story)}${ending(page)}
      </div>
    </main>
    ${mark()} ${dataBlock('shared', page)}
  </body>`
}

function gallery(page: SharedPage): Html {
  const more =
    page.nextCursor !== null &&
    html`<p class="more">
      <a class="button" rel="next" href="?cursor=${encodeURIComponent(page.nextCursor)}">Show more</a>
    </p>`
  return html`<body class="gallery">
    <main>
      <header>
        <div>
          <h1>${pageTitle(page)}</h1>
          ${page.title !== null && html`<p class="count">${pictures(page.count)}</p>`}${comment(page)}
        </div>
        ${page.zipUrl !== null && html`<a class="button main" href="${page.zipUrl}" download>${glyph('download')}Download all</a>`}
      </header>
      <ul class="grid" id="grid">
        ${page.images.map(tile)}
      </ul>
      ${more}${ending(page)}
    </main>
    ${mark()} ${dataBlock('shared', page)}
  </body>`
}

function tile(image: SharedImage, index: number): Html {
  const colour = tone(image)
  return html`<li>
    <a href="${image.viewUrl}" data-open="${index}"
      >${colour !== null && html`<svg class="tone" aria-hidden="true"><rect width="100%" height="100%" fill="${colour}" /></svg>`}<img
        src="${image.thumbnailUrl}"
        srcset="${tileSources(image)}"
        sizes="${tileSizes(image)}"
        width="${image.width}"
        height="${image.height}"
        alt="${alternative(image)}"
        ${index >= atOnce && html` loading="lazy"`}
        decoding="async"
    /></a>
  </li> `
}

function comment({ comment: words }: SharedPage): Html | null {
  return words === null ? null : html`<p class="comment">${words}</p>`
}

function ending({ expiresAt }: SharedPage): Html | null {
  if (expiresAt === null) return null
  return html`<p class="ending">
    ${glyph('clock')}<span>Open until <time datetime="${expiresAt}">${timeInWords(expiresAt)}</time></span>
  </p> `
}
