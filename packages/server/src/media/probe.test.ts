import { describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { limits, probe } from './probe.ts'
import { animation, mediaError, picture, rawPixels, thrownBy } from './testing.ts'

const samples: readonly (readonly [name: string, make: () => Promise<Buffer>, mimeType: string, extension: string])[] =
  [
    ['PNG', () => picture(60, 40).png().toBuffer(), 'image/png', 'png'],
    ['PNG with alpha', () => picture(60, 40, 4).png().toBuffer(), 'image/png', 'png'],
    ['PNG with a palette', () => picture(60, 40).png({ palette: true }).toBuffer(), 'image/png', 'png'],
    ['interlaced PNG', () => picture(60, 40).png({ progressive: true }).toBuffer(), 'image/png', 'png'],
    ['16-bit PNG', () => picture(60, 40).toColourspace('rgb16').png().toBuffer(), 'image/png', 'png'],
    ['grey PNG', () => picture(60, 40, 1).png().toBuffer(), 'image/png', 'png'],
    ['JPEG', () => picture(60, 40).jpeg().toBuffer(), 'image/jpeg', 'jpg'],
    ['progressive JPEG', () => picture(60, 40).jpeg({ progressive: true }).toBuffer(), 'image/jpeg', 'jpg'],
    ['CMYK JPEG', () => picture(60, 40).toColourspace('cmyk').jpeg().toBuffer(), 'image/jpeg', 'jpg'],
    ['grey JPEG', () => picture(60, 40, 1).toColourspace('b-w').jpeg().toBuffer(), 'image/jpeg', 'jpg'],
    ['lossy WebP', () => picture(60, 40).webp().toBuffer(), 'image/webp', 'webp'],
    ['lossy WebP with alpha', () => picture(60, 40, 4).webp().toBuffer(), 'image/webp', 'webp'],
    ['lossless WebP', () => picture(60, 40).webp({ lossless: true }).toBuffer(), 'image/webp', 'webp'],
    ['lossless WebP with alpha', () => picture(60, 40, 4).webp({ lossless: true }).toBuffer(), 'image/webp', 'webp'],
    ['animated WebP', () => animation(60, 40).webp().toBuffer(), 'image/webp', 'webp'],
    ['GIF', () => picture(60, 40).gif().toBuffer(), 'image/gif', 'gif'],
    ['animated GIF', () => animation(60, 40).gif().toBuffer(), 'image/gif', 'gif'],
    ['AVIF', () => picture(60, 40).avif({ effort: 0 }).toBuffer(), 'image/avif', 'avif'],
    ['AVIF with alpha', () => picture(60, 40, 4).avif({ effort: 0 }).toBuffer(), 'image/avif', 'avif'],
  ]

describe('probe', () => {
  it.each(samples)('ME1: tells %s by its bytes', async (_, make, mimeType, extension) => {
    expect(probe(await make())).toEqual({ mimeType, extension, width: 60, height: 40 })
  })

  it.each([
    [1, 1],
    [4096, 1],
    [1, 4096],
    [16_383, 2],
  ])('ME1: measures %i×%i', async (width, height) => {
    for (const bytes of await Promise.all([
      picture(width, height).png().toBuffer(),
      picture(width, height).jpeg().toBuffer(),
      picture(width, height).webp({ effort: 0 }).toBuffer(),
      picture(width, height).gif().toBuffer(),
    ])) {
      expect(probe(bytes)).toMatchObject({ width, height })
    }
  })

  it('ME1: reads a part of a larger buffer', async () => {
    const bytes = await picture(60, 40).png().toBuffer()
    const larger = new Uint8Array(bytes.length + 100)
    larger.set(bytes, 50)
    expect(probe(larger.subarray(50, 50 + bytes.length))).toMatchObject({ width: 60, height: 40 })
  })

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'ME3: gives the size as displayed, as the decoder does, for orientation %i',
    async (orientation) => {
      for (const format of ['png', 'jpeg', 'webp', 'avif'] as const) {
        const bytes = await picture(60, 40).withMetadata({ orientation }).toFormat(format, { effort: 1 }).toBuffer()
        const { width, height } = (await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true })).info
        expect(probe(bytes), format).toMatchObject({ width, height })
      }
    },
  )
})

describe('limits', () => {
  it('ME2: refuses more bytes than allowed', () => {
    expect(thrownBy(() => probe(new Uint8Array(limits.maxBytes + 1)))).toMatchObject(mediaError('too-large'))
  })

  it('ME2: refuses an interlaced bomb of 16,000 × 16,000 before it is decoded', async () => {
    const bytes = await picture(1, 1).png().toBuffer()
    bytes.writeUInt32BE(16_000, 16)
    bytes.writeUInt32BE(16_000, 20)
    const interlaced = Buffer.from(bytes)
    interlaced[28] = 1
    for (const bomb of [bytes, interlaced]) expect(thrownBy(() => probe(bomb))).toMatchObject(mediaError('too-large'))
  })

  it.each([
    [8185, 8185, 'allowed'],
    [67_000_000, 1, 'allowed'],
    [8186, 8186, 'too-large'],
    [0x7fff_ffff, 0x7fff_ffff, 'too-large'],
    [0, 0, 'damaged'],
    [0, 10, 'damaged'],
    [10, 0, 'damaged'],
  ])('ME2: finds a PNG of %i×%i %s', async (width, height, expected) => {
    const bytes = await picture(1, 1).png().toBuffer()
    bytes.writeUInt32BE(width, 16)
    bytes.writeUInt32BE(height, 20)
    if (expected === 'allowed') expect(probe(bytes)).toMatchObject({ width, height })
    else expect(thrownBy(() => probe(bytes))).toMatchObject({ name: 'MediaError', fault: expected })
  })

  it('ME2: refuses sizes of nothing in the other kinds', async () => {
    const gif = await picture(10, 10).gif().toBuffer()
    gif.writeUInt16LE(0, 6)
    const jpeg = await picture(10, 10).jpeg().toBuffer()
    jpeg.writeUInt16BE(0, jpeg.indexOf('ffc0', 0, 'hex') + 5)
    const webp = await picture(10, 10).webp().toBuffer()
    webp.writeUInt16LE(0, webp.indexOf('9d012a', 0, 'hex') + 3)
    for (const bytes of [gif, jpeg, webp]) expect(thrownBy(() => probe(bytes))).toMatchObject(mediaError('damaged'))
  })

  it.each([
    ['a bit depth that its colour does not have', 24, 3],
    ['an unknown colour type', 25, 5],
    ['an unknown compression', 26, 1],
    ['an unknown interlacing', 28, 2],
  ])('ME2: refuses a PNG with %s', async (_, at, value) => {
    const bytes = await picture(10, 10).png().toBuffer()
    bytes[at] = value
    expect(thrownBy(() => probe(bytes))).toMatchObject(mediaError('damaged'))
  })
})

describe('what is refused by name', () => {
  const tiff = '49492a0008000000'
  it.each<[string, string | Buffer, RegExp]>([
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', /SVG/],
    ['SVG behind a declaration', '\ufeff <?xml version="1.0"?>\n<!-- x --><svg width="1" height="1"/>', /SVG/],
    ['SVG behind a document type', '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><svg/>', /SVG/],
    ['BMP', 'BM\x36\0\0\0\0\0', /BMP/],
    ['TIFF', Buffer.from(tiff, 'hex'), /TIFF/],
    ['icon', Buffer.from('00000100010010100000', 'hex'), /icon/],
    ['Photoshop', '8BPS\0\x01', /Photoshop/],
    ['JPEG XL', Buffer.from('ff0a7f', 'hex'), /JPEG XL/],
    ['JPEG 2000', Buffer.from('0000000c6a5020200d0a870a', 'hex'), /JPEG 2000/],
    ['HEIC', Buffer.from('0000001866747970686569630000000068656963', 'hex'), /HEIC/],
    ["Apple's PNG", Buffer.from('89504e470d0a1a0a0000000443674249500020060a0a0a0a', 'hex'), /Apple/],
  ])('ME4: %s', (_, content, message) => {
    const error = thrownBy(() => probe(Buffer.from(content)))
    expect(error).toMatchObject(mediaError('unsupported'))
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
  })

  it.each<[string, string | Buffer, RegExp]>([
    ['nothing', '', /empty/],
    ['HTML', '\n<!DOCTYPE html><html><body>502 Bad Gateway</body></html>', /web page/],
    ['HTML of a script', '<script>alert(1)</script>', /web page/],
    ['XML', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', /XML/],
    ['JSON', ' {"error":"no"}', /JSON/],
    ['PDF', '%PDF-1.7\n', /PDF/],
    ['ZIP', 'PK\x03\x04\x14', /ZIP/],
    ['a program', '\x7fELF\x02', /program/],
    ['PHP', '<?php system($_GET[0]);', /not a picture/],
    ['MP4', Buffer.from('0000001c6674797069736f6d0000020069736f6d', 'hex'), /video/],
    ['words', 'hello, I am a picture.png', /not a picture/],
    ['zeros', Buffer.alloc(5000), /not a picture/],
    ['RIFF sound', 'RIFF\x24\0\0\0WAVEfmt \x10\0\0\0', /not a picture/],
  ])('ME4: %s', (_, content, message) => {
    const error = thrownBy(() => probe(Buffer.from(content.toString('latin1'), 'latin1')))
    expect(error).toMatchObject(mediaError('not-an-image'))
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
  })

  it('ME4: a lossless JPEG', async () => {
    const bytes = await picture(10, 10).jpeg().toBuffer()
    bytes[bytes.indexOf('ffc0', 0, 'hex') + 1] = 0xc3
    expect(thrownBy(() => probe(bytes))).toMatchObject(mediaError('unsupported'))
  })

  it('ME4: TIFF that sharp wrote', async () => {
    const bytes = await sharp(rawPixels(8, 8, 3), { raw: { width: 8, height: 8, channels: 3 } })
      .tiff()
      .toBuffer()
    expect(thrownBy(() => probe(bytes))).toMatchObject(mediaError('unsupported'))
  })
})
