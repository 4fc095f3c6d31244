import { describe, expect, it } from 'vitest'
import sharp from 'sharp'
import { decodePixels, encodePng, encodePreview, toPng } from './pixels.ts'
import { probe } from './probe.ts'
import { animation, decode, mediaError, picture, rawPixels } from './testing.ts'

describe('decodePixels', () => {
  it('ME8: gives RGBA of the asked size', async () => {
    const pixels = await decodePixels(await picture(64, 48).png().toBuffer(), 32, 32)
    expect(pixels.length).toBe(32 * 32 * 4)
    expect(pixels.filter((_, index) => index % 4 === 3).every((alpha) => alpha === 255)).toBe(true)
  })

  it('ME8: gives the very pixels when the size is the same', async () => {
    const raw = rawPixels(30, 20, 4)
    const bytes = await picture(30, 20, 4).png().toBuffer()
    expect(raw.equals(await decodePixels(bytes, 30, 20))).toBe(true)
  })

  it('ME8: cuts off evenly what is over', async () => {
    const bars = await sharp({ create: { width: 300, height: 100, channels: 3, background: '#000' } })
      .composite([
        { input: { create: { width: 100, height: 100, channels: 3, background: '#fff' } }, left: 100, top: 0 },
      ])
      .png()
      .toBuffer()
    const pixels = await decodePixels(bars, 50, 50)
    expect(pixels[(25 * 50 + 25) * 4]).toBe(255)
    expect(pixels[(25 * 50 + 5) * 4]).toBeGreaterThan(200)
  })

  it('ME10: refuses a bomb and what is no picture', async () => {
    const bomb = await picture(1, 1).png().toBuffer()
    bomb.writeUInt32BE(16_000, 16)
    bomb.writeUInt32BE(16_000, 20)
    await expect(decodePixels(bomb, 10, 10)).rejects.toMatchObject(mediaError('too-large'))
    await expect(decodePixels(Buffer.from('<svg/>'), 10, 10)).rejects.toMatchObject(mediaError('unsupported'))
  })
})

describe('encoding', () => {
  it('makes a PNG of the very pixels', async () => {
    const raw = rawPixels(50, 30, 4)
    const bytes = await encodePng(raw, 50, 30)
    expect(probe(bytes)).toMatchObject({ mimeType: 'image/png', width: 50, height: 30 })
    expect((await decode(bytes)).data.equals(raw)).toBe(true)
  })

  it.each([
    [100, 50, 100, 50],
    [1024, 768, 512, 384],
    [600, 1200, 256, 512],
  ])('makes of %i×%i a preview of %i×%i', async (width, height, smallWidth, smallHeight) => {
    const bytes = await encodePreview(rawPixels(width, height, 4), width, height)
    expect(probe(bytes)).toEqual({ mimeType: 'image/jpeg', extension: 'jpg', width: smallWidth, height: smallHeight })
    // The transparent corner is white.
    expect((await decode(bytes)).data[0]).toBeGreaterThan(245)
  })
})

describe('toPng', () => {
  it.each<[string, () => Promise<Buffer>]>([
    ['JPEG', () => picture(60, 40).jpeg().toBuffer()],
    ['turned JPEG', () => picture(40, 60).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['WebP', () => picture(60, 40, 4).webp().toBuffer()],
    ['AVIF', () => picture(60, 40).avif({ effort: 0 }).toBuffer()],
    ['animated GIF', () => animation(60, 40).gif().toBuffer()],
    ['PNG with XMP', () => picture(60, 40).withXmp('<x/>').png().toBuffer()],
  ])('ME8: makes a plain PNG of %s', async (_, make) => {
    const bytes = await toPng(await make())
    expect(probe(bytes)).toEqual({ mimeType: 'image/png', extension: 'png', width: 60, height: 40 })
    expect(await sharp(bytes).metadata()).not.toHaveProperty('xmp')
    expect((await sharp(bytes).metadata()).orientation).toBeUndefined()
  })

  it('ME8: keeps pixels and transparency', async () => {
    const bytes = await toPng(await picture(60, 40, 4).webp({ lossless: true, exact: true }).toBuffer())
    expect((await decode(bytes)).data.equals(rawPixels(60, 40, 4))).toBe(true)
  })

  it('ME8: refuses a picture that is cut short', async () => {
    const bytes = await picture(300, 200).png().toBuffer()
    await expect(toPng(bytes.subarray(0, bytes.length - 500))).rejects.toMatchObject(mediaError('damaged'))
  })
})
