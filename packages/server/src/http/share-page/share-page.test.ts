import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SharedImage, SharedPage } from '@easel/contract'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readShareAssets } from './share-assets.ts'
import { renderSharePage, type OpenShareView, type ShareView } from './share-page.ts'

const assets = { styles: ['/assets/share-1.css'], scripts: ['/assets/share-2.js'] }
const hostile = `</script><script>alert(1)</script><img src=x onerror='alert("2")'> & "é" 🎨 \u2028`

function image(change: Partial<SharedImage> = {}): SharedImage {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    width: 1024,
    height: 768,
    mimeType: 'image/png',
    thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI',
    title: null,
    thumbnailUrl: '/s/abc/images/1/thumbnail',
    viewUrl: '/s/abc/images/1/view',
    fileUrl: '/s/abc/images/1/file',
    story: null,
    ...change,
  }
}

function shared(change: Partial<SharedPage> = {}): SharedPage {
  return {
    name: 'abc',
    kind: 'image',
    title: null,
    comment: null,
    expiresAt: null,
    count: 1,
    zipUrl: null,
    images: [image()],
    nextCursor: null,
    ...change,
  }
}

/** The page without what the formatter may put between its signs. */
function rendered(view: ShareView): string {
  return renderSharePage(view, assets)
    .replaceAll(/[ \n]+/g, ' ')
    .replaceAll(' />', '>')
    .replaceAll(/ ?> ?</g, '><')
}

function open(page: SharedPage, change: Partial<OpenShareView> = {}): string {
  const view = {
    kind: 'open',
    page,
    address: 'https://pictures.test/s/abc',
    feedUrl: null,
    oembedUrl: null,
    listed: false,
  } as const
  const card = { url: 'https://pictures.test/s/abc/card.jpg', width: 1200, height: 900 }
  return rendered({ ...view, card, ...change })
}

/** What a browser would run or apply although it stands in the page itself. */
function inline(page: string): readonly string[] {
  const scripts = [...page.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag)
  const idle = (tag: string) => tag.includes('src="/assets/') || tag.includes('type="application/json"')
  const tags = [...page.matchAll(/<[a-z][^>]*>/g)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'))
  return [
    ...scripts.filter((tag) => !idle(tag)),
    ...tags.filter((tag) => tag.startsWith('<style') || /\s(?:style|on[a-z]+)=/.test(tag)),
  ]
}

describe('the page of one picture', () => {
  it('SH21: shows the picture and lets it be saved without a script', () => {
    const page = open(shared({ title: 'Lighthouse', comment: 'For you' }))
    expect(page).toContain('<img src="/s/abc/images/1/view" srcset="/s/abc/images/1/view?width=640 640w, ')
    expect(page).toContain('width="1024" height="768" alt="Lighthouse"')
    expect(page).toContain('<h1>Lighthouse</h1>')
    expect(page).toContain('<p class="comment">For you</p>')
    expect(page).toContain('href="/s/abc/images/1/file" download')
    expect(page).toContain('<link rel="stylesheet" href="/assets/share-1.css">')
    expect(page).toContain('<script type="module" src="/assets/share-2.js"></script>')
  })

  it('SH15: has nothing to save where originals may not be', () => {
    const page = open(shared({ images: [image({ fileUrl: null })] }))
    expect(page).not.toContain(' download')
    expect(page).toContain('<a class="stage" href="/s/abc/images/1/view"')
  })

  it('SH14: tells how it was made where the link tells it, and nothing of it elsewhere', () => {
    const story = {
      prompt: 'a lighthouse',
      negativePrompt: 'fog',
      model: 'paint-1',
      seed: 0,
      parameters: { guidanceScale: 7, sampler: 'euler', nothing: null },
    }
    const told = open(shared({ images: [image({ story })] }))
    for (const words of ['a lighthouse', 'fog', 'paint-1', '<dd>0</dd>', '<dt>Guidance scale</dt><dd>7</dd>'])
      expect(told).toContain(words)
    expect(told).not.toContain('Nothing</dt>')
    expect(open(shared())).not.toMatch(/How it was made|Seed/)
    const empty = { prompt: null, negativePrompt: null, model: null, seed: null, parameters: {} }
    expect(open(shared({ images: [image({ story: empty })] }))).not.toContain('How it was made')
  })

  it('SH21: stays out of search engines unless it is listed', () => {
    expect(open(shared())).toContain('<meta name="robots" content="noindex">')
    expect(open(shared(), { listed: true })).not.toContain('robots')
  })

  it('SH22: has a card with the true size and the way to oEmbed', () => {
    const page = open(shared({ title: 'A & B', comment: `one\n\ntwo ${'x'.repeat(300)}` }), {
      oembedUrl: 'https://pictures.test/oembed?url=a&format=json',
    })
    expect(page).toContain('<meta property="og:title" content="A &amp; B">')
    expect(page).toContain('<meta property="og:image" content="https://pictures.test/s/abc/card.jpg">')
    expect(page).toContain('<meta property="og:image:width" content="1200">')
    expect(page).toContain('<meta property="og:image:height" content="900">')
    expect(page).toContain('<meta name="twitter:card" content="summary_large_image">')
    expect(page).toMatch(/property="og:description" content="one two x{100,}…"/)
    expect(page).toContain('href="https://pictures.test/oembed?url=a&amp;format=json" title="A &amp; B"')
    expect(open(shared(), { card: null })).not.toContain('og:image')
  })

  it('says until when it is open', () => {
    expect(open(shared({ expiresAt: '2027-01-02T03:04:00.000Z' }))).toContain(
      '<time datetime="2027-01-02T03:04:00.000Z">January 2, 2027 at 3:04 AM UTC</time>',
    )
  })

  it.each([null, '', 'AA', '%%%', '😀'])('SH21: stands without a placeholder: %j', (thumbhash) => {
    expect(open(shared({ images: [image({ thumbhash })] }))).not.toContain('class="tone"')
  })
})

describe('the page of several', () => {
  const many = Array.from({ length: 12 }, (_, index) => image({ viewUrl: `/s/abc/images/${index}/view` }))

  it('SH2: shows them, how many there are, and where the rest and the archive are', () => {
    const page = open(
      shared({ kind: 'album', title: 'Coast', count: 1024, images: many, nextCursor: 'a+b', zipUrl: '/s/abc/zip' }),
    )
    expect(page.match(/<li>/g)).toHaveLength(12)
    expect(page).toContain('<p class="count">1,024 pictures</p>')
    expect(page).toContain('rel="next" href="?cursor=a%2Bb"')
    expect(page).toContain('href="/s/abc/zip" download')
    expect(page).toContain('<rect width="100%" height="100%" fill="#')
  })

  it('SH15: has no archive where nothing may be saved', () => {
    expect(open(shared({ kind: 'images', count: 12, images: many }))).not.toContain('Download all')
  })
})

describe('whatever is written in it', () => {
  const page = open(
    shared({
      kind: 'album',
      name: hostile,
      title: hostile,
      comment: hostile,
      images: [
        image({
          title: hostile,
          story: {
            prompt: hostile,
            negativePrompt: hostile,
            model: hostile,
            seed: 1,
            parameters: { [hostile]: hostile },
          },
        }),
      ],
    }),
    { address: `https://pictures.test/s/${hostile}`, oembedUrl: hostile },
  )

  it('SH21: stays text, and nothing inline is run or applied', () => {
    expect(inline(page)).toEqual([])
    expect(page.match(/<script\b/g)).toHaveLength(2)
    expect(page).not.toContain('<img src=x')
    expect(page).toContain('&lt;img src=x onerror=&#39;alert(&quot;2&quot;)&#39;&gt;')
  })

  it('SH21: reaches the script as it was', () => {
    const data = /<script type="application\/json" id="shared">(.*?)<\/script>/s.exec(page)?.[1] ?? ''
    expect(JSON.parse(data)).toMatchObject({ title: hostile, images: [{ title: hostile }] })
  })

  it('SH14: stays text on the page of one', () => {
    const one = open(
      shared({
        title: hostile,
        images: [
          image({
            story: {
              prompt: hostile,
              negativePrompt: hostile,
              model: hostile,
              seed: 1,
              parameters: { [hostile]: hostile },
            },
          }),
        ],
      }),
    )
    expect(inline(one)).toEqual([])
    expect(one).not.toContain('<img src=x')
  })
})

describe('a link that is not open', () => {
  it('SH11: asks for the password, also without a script', () => {
    const page = rendered({ kind: 'password', name: 'a-b_c', wrong: false, tooMany: false })
    expect(page).toContain('<form method="post" action="/s/a-b_c">')
    expect(page).toContain('name="password" type="password"')
    expect(page).not.toContain('role="alert"')
    const again = rendered({ kind: 'password', name: hostile, wrong: true, tooMany: false })
    expect(again).toContain('That is not the password.')
    expect(inline(again)).toEqual([])
    const enough = rendered({ kind: 'password', name: 'a', wrong: true, tooMany: true })
    expect(enough).toContain('Too many wrong passwords.')
  })

  it.each([
    [{ kind: 'password', name: 'a', wrong: true, tooMany: true }, 'A password is needed'],
    [{ kind: 'not-yet', startsAt: '2027-01-02T03:04:00.000Z' }, 'Not open yet'],
    [{ kind: 'ended' }, 'This link has ended'],
    [{ kind: 'missing' }, 'Nothing here'],
    [{ kind: 'too-many' }, 'Too many tries'],
  ] as const)('SH22: tells nothing beyond its state: %j', (view, heading) => {
    const page = rendered(view)
    expect(page).toContain(`<h1>${heading}</h1>`)
    expect(page).toContain(`<title>${heading}</title>`)
    expect(page).toContain('<meta name="robots" content="noindex">')
    expect(page).not.toMatch(/og:|twitter:|canonical|oembed|application\/json/)
    expect(inline(page)).toEqual([])
  })
})

describe('what the page is dressed in', () => {
  let dist: string
  beforeEach(() => {
    dist = mkdtempSync(join(tmpdir(), 'easel-dist-'))
  })
  afterEach(() => rmSync(dist, { recursive: true, force: true }))

  function manifest(entries: unknown): void {
    mkdirSync(join(dist, '.vite'))
    writeFileSync(join(dist, '.vite', 'manifest.json'), JSON.stringify(entries))
  }

  it('has the names that were built', () => {
    manifest({
      'index.html': { file: 'assets/main-1.js' },
      'share/share.ts': { file: 'assets/share-2.js', isEntry: true, css: ['assets/share-3.css'] },
    })
    expect(readShareAssets(dist)).toEqual({ styles: ['/assets/share-3.css'], scripts: ['/assets/share-2.js'] })
  })

  it('is nothing where nothing is built', () => {
    const nothing = { styles: [], scripts: [] }
    expect(readShareAssets(null)).toEqual(nothing)
    expect(readShareAssets(dist)).toEqual(nothing)
    manifest({ 'index.html': { file: 'assets/main-1.js' } })
    expect(readShareAssets(dist)).toEqual(nothing)
  })
})
