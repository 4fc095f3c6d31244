import type { SharedImage } from '@easel/contract'
import { describe, expect, it } from 'vitest'
import { renderFeed } from './feed.ts'

const hostile = `]]></title><script>alert(1)</script> & "é" 🎨 \u0000\u0008\uFFFE \uD800 '`

function image(change: Partial<SharedImage> = {}): SharedImage {
  return {
    id: '01900000-0000-7000-8000-000000000001',
    width: 2560,
    height: 1280,
    mimeType: 'image/png',
    thumbhash: null,
    title: null,
    thumbnailUrl: '/s/abc/images/1/thumbnail',
    viewUrl: 'https://cdn.example/s/abc/images/1/view',
    fileUrl: null,
    story: null,
    ...change,
  }
}

const feed = (title: string, images: readonly SharedImage[]) =>
  renderFeed({
    title,
    about: title,
    address: 'https://easel.example/g/foxes',
    feedUrl: 'https://easel.example/g/foxes/feed.xml',
    origin: 'https://easel.example',
    minutes: 60,
    items: images.map((one) => ({ image: one, addedAt: new Date('2026-11-21T12:00:00Z') })),
  })

/** The names of elements as they open and close, if the text is well formed as far as these go. */
function elements(xml: string): readonly string[] {
  const open: string[] = []
  const seen: string[] = []
  const rest = xml
    .replace(/^<\?xml [^?]*\?>/, '')
    .replaceAll(/<(\/?)([\w:]+)((?:\s+[\w:]+="[^"<]*")*)\s*(\/?)>/g, (_, end, name, _attributes, empty) => {
      if (end === '/') expect(open.pop()).toBe(name)
      else seen.push(name)
      if (end !== '/' && empty !== '/') open.push(name)
      return ''
    })
  expect(open).toEqual([])
  expect(rest).not.toContain('<')
  expect(rest.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&')
  return seen
}

describe('a feed', () => {
  it('SH33: whatever words it holds, it is XML, and nobody’s words become elements', () => {
    const plain = elements(feed('Foxes', [image({ title: 'Fox' }), image()]))
    expect(elements(feed(hostile, [image({ title: hostile }), image()]))).toEqual(plain)
    expect(plain.filter((name) => name === 'item')).toHaveLength(2)
  })

  it('SH33: holds no character that XML does not know', () => {
    const text = feed(hostile, [image({ title: hostile })])
    expect(text.isWellFormed()).toBe(true)
    expect(text).not.toMatch(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/)
  })

  it('SH33: names a picture by its whole address, in the size it is shown in', () => {
    const text = feed('Foxes', [image()])
    expect(text).toContain('<enclosure url="https://cdn.example/s/abc/images/1/view" length="0" type="image/webp" />')
    expect(text).toContain('url="https://easel.example/s/abc/images/1/thumbnail"')
    expect(text).toMatch(/width="1280"\s+height="640"/)
    expect(text).toContain('<pubDate>Sat, 21 Nov 2026 12:00:00 GMT</pubDate>')
  })

  it('SH33: is a feed without pictures, too', () => {
    expect(elements(feed('Foxes', []))).not.toContain('item')
  })
})
