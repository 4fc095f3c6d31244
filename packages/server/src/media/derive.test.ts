import { thumbHashToApproximateAspectRatio, thumbHashToAverageRGBA } from 'thumbhash'
import { describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { derive, deriveLarge } from './derive.ts'
import { animation, mediaError, picture } from './testing.ts'

async function sizeOf(bytes: Uint8Array): Promise<string> {
  const { format, width, height } = await sharp(bytes).metadata()
  return `${format} ${width}×${height}`
}

async function pixelAt(bytes: Uint8Array, left: number, top: number): Promise<number[]> {
  return [...(await sharp(bytes).ensureAlpha().extract({ left, top, width: 1, height: 1 }).raw().toBuffer())]
}

describe('derive', () => {
  it.each<[number, number, string]>([
    [640, 480, 'webp 320×240'],
    [480, 640, 'webp 240×320'],
    [1, 1, 'webp 1×1'],
    [4096, 1, 'webp 320×1'],
    [1, 4096, 'webp 1×320'],
    [320, 320, 'webp 320×320'],
    [100, 50, 'webp 100×50'],
    [2000, 1500, 'webp 320×240'],
  ])('ME8: makes of %i×%i the thumbnail %s', async (width, height, expected) => {
    const { thumbnail, thumbhash, ...size } = await derive(await picture(width, height).png().toBuffer())
    expect(await sizeOf(thumbnail)).toBe(expected)
    expect(size).toEqual({ width, height })
    expect(Buffer.from(thumbhash, 'base64').length).toBeGreaterThanOrEqual(5)
    expect(Buffer.from(thumbhash, 'base64').length).toBeLessThanOrEqual(30)
  })

  it.each<[string, () => Promise<Buffer>]>([
    ['16-bit PNG', () => picture(640, 480).toColourspace('rgb16').png().toBuffer()],
    ['grey PNG', () => picture(640, 480, 1).toColourspace('b-w').png().toBuffer()],
    ['grey PNG with alpha', () => picture(640, 480, 2).toColourspace('b-w').png().toBuffer()],
    ['PNG with a palette', () => picture(640, 480).png({ palette: true, effort: 1 }).toBuffer()],
    ['interlaced PNG', () => picture(640, 480).png({ progressive: true }).toBuffer()],
    ['JPEG', () => picture(640, 480).jpeg().toBuffer()],
    ['progressive JPEG', () => picture(640, 480).jpeg({ progressive: true }).toBuffer()],
    ['CMYK JPEG', () => picture(640, 480).toColourspace('cmyk').jpeg().toBuffer()],
    ['grey JPEG', () => picture(640, 480, 1).toColourspace('b-w').jpeg().toBuffer()],
    ['JPEG with a profile', () => picture(640, 480).withIccProfile('p3').jpeg().toBuffer()],
    ['WebP', () => picture(640, 480).webp({ effort: 0 }).toBuffer()],
    ['lossless WebP', () => picture(640, 480, 4).webp({ lossless: true, effort: 0 }).toBuffer()],
    ['GIF', () => picture(640, 480).gif({ effort: 1 }).toBuffer()],
    ['AVIF', () => picture(640, 480).avif({ effort: 0 }).toBuffer()],
  ])('ME8: takes %s', async (_, make) => {
    const { thumbnail, thumbhash, width, height } = await derive(await make())
    expect(await sizeOf(thumbnail)).toBe('webp 320×240')
    expect([width, height]).toEqual([640, 480])
    expect(thumbHashToApproximateAspectRatio(Buffer.from(thumbhash, 'base64'))).toBeCloseTo(4 / 3, 0)
    expect((await sharp(thumbnail).metadata()).space).toBe('srgb')
  })

  it.each(['png', 'webp'] as const)('ME8: keeps the transparency of %s', async (format) => {
    const { thumbnail, thumbhash } = await derive(await picture(640, 480, 4).toFormat(format).toBuffer())
    expect((await sharp(thumbnail).metadata()).hasAlpha).toBe(true)
    expect((await pixelAt(thumbnail, 5, 5))[3]).toBe(0)
    expect((await pixelAt(thumbnail, 315, 235))[3]).toBe(255)
    expect(thumbHashToAverageRGBA(Buffer.from(thumbhash, 'base64')).a).toBeLessThan(0.9)
  })

  it('ME8: gives an opaque picture an opaque thumbnail', async () => {
    const { thumbnail } = await derive(await picture(640, 480).png().toBuffer())
    expect((await sharp(thumbnail).metadata()).hasAlpha).toBe(false)
  })

  it('ME8: keeps the colours: red stays red, through CMYK and 16 bits too', async () => {
    const red = sharp({ create: { width: 400, height: 300, channels: 3, background: '#e01010' } })
    for (const bytes of await Promise.all([
      red.clone().png().toBuffer(),
      red.clone().toColourspace('rgb16').png().toBuffer(),
      red.clone().toColourspace('cmyk').jpeg().toBuffer(),
    ])) {
      const { thumbnail, thumbhash } = await derive(bytes)
      const [r = 0, g = 255, b = 255] = await pixelAt(thumbnail, 100, 100)
      expect(r).toBeGreaterThan(180)
      expect(Math.max(g, b)).toBeLessThan(70)
      expect(thumbHashToAverageRGBA(Buffer.from(thumbhash, 'base64')).r).toBeGreaterThan(0.6)
    }
  })

  it('ME8: turns a picture upright', async () => {
    // White above, black below; displayed it is to lie on its right side: black left, white right.
    const above = {
      input: { create: { width: 640, height: 240, channels: 3 as const, background: '#fff' } },
      top: 0,
      left: 0,
    }
    const bytes = await sharp({ create: { width: 640, height: 480, channels: 3, background: '#000' } })
      .composite([above])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const { thumbnail, width, height } = await derive(bytes)
    expect([width, height]).toEqual([480, 640])
    expect(await sizeOf(thumbnail)).toBe('webp 240×320')
    expect((await pixelAt(thumbnail, 20, 160))[0]).toBeLessThan(30)
    expect((await pixelAt(thumbnail, 220, 160))[0]).toBeGreaterThan(225)
    expect((await sharp(thumbnail).metadata()).orientation).toBeUndefined()
  })

  it.each(['gif', 'webp'] as const)('ME8: shows the first frame of an animated %s', async (format) => {
    const { thumbnail, width, height } = await derive(await animation(400, 300).toFormat(format).toBuffer())
    expect([width, height]).toEqual([400, 300])
    expect((await sharp(thumbnail).metadata()).pages).toBeUndefined()
    const [r = 0, g = 255, b = 255] = await pixelAt(thumbnail, 100, 100)
    expect(r).toBeGreaterThan(230)
    expect(Math.max(g, b)).toBeLessThan(30)
  })
})

describe('broken pixels', () => {
  it.each(['png', 'jpeg', 'webp', 'avif'] as const)('ME8: finds a %s cut short', async (format) => {
    const bytes = await picture(600, 400).toFormat(format, { effort: 1 }).toBuffer()
    const cut = bytes.subarray(0, Math.trunc(bytes.length * 0.8))
    await expect(derive(cut)).rejects.toMatchObject({ name: 'MediaError' })
  })

  it('ME8: finds broken pixels in a JPEG whose structure is whole', async () => {
    const bytes = await picture(600, 400).jpeg().toBuffer()
    const cut = Buffer.concat([bytes.subarray(0, bytes.length / 2), Buffer.from('ffd9', 'hex')])
    await expect(derive(cut)).rejects.toMatchObject(mediaError('damaged'))
  })

  it('ME8: finds a flipped bit in the pixels of a PNG', async () => {
    const bytes = await picture(300, 200).png().toBuffer()
    const at = bytes.indexOf('IDAT') + 1000
    bytes[at] = (bytes[at] ?? 0) ^ 0x40
    await expect(derive(bytes)).rejects.toMatchObject(mediaError('damaged'))
    await expect(deriveLarge(await picture(10, 10).png().toBuffer())).resolves.toBeNull()
  })

  it('ME10: refuses what is no picture before a decoder sees it', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>1</script></svg>')
    await expect(derive(svg)).rejects.toMatchObject(mediaError('unsupported'))
    await expect(deriveLarge(svg)).rejects.toMatchObject(mediaError('unsupported'))
  })

  it('ME10: the decoder itself knows no other kinds, and no paths', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"/>')
    const tiff = await picture(10, 10).tiff().toBuffer()
    for (const input of [svg, tiff, import.meta.filename])
      await expect(sharp(input).metadata()).rejects.toThrow('unsupported')
  })
})

describe('deriveLarge', () => {
  it.each<[number, number, string | null]>([
    [1280, 1280, null],
    [1280, 400, null],
    [1281, 640, 'webp 1280×640'],
    [640, 2560, 'webp 320×1280'],
  ])('ME9: makes of %i×%i %s', async (width, height, expected) => {
    const large = await deriveLarge(await picture(width, height).jpeg().toBuffer())
    expect(large === null ? null : await sizeOf(large)).toBe(expected)
  })

  it('ME9: goes by the size as displayed, and keeps transparency', async () => {
    const bytes = await picture(2000, 1000, 4).withMetadata({ orientation: 6 }).png({ compressionLevel: 1 }).toBuffer()
    const large = (await deriveLarge(bytes)) ?? Buffer.alloc(0)
    expect(await sizeOf(large)).toBe('webp 640×1280')
    expect((await sharp(large).metadata()).hasAlpha).toBe(true)
  })
})
