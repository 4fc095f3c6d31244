import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { checkComplete } from './complete.ts'
import { animation, mediaError, picture, thrownBy } from './testing.ts'

const samples: readonly (readonly [name: string, make: () => Promise<Buffer>])[] = [
  ['PNG', () => picture(60, 40).png().toBuffer()],
  ['interlaced PNG', () => picture(60, 40, 4).png({ progressive: true }).toBuffer()],
  ['JPEG', () => picture(60, 40).jpeg().toBuffer()],
  ['progressive JPEG', () => picture(60, 40).jpeg({ progressive: true }).toBuffer()],
  ['CMYK JPEG', () => picture(60, 40).toColourspace('cmyk').jpeg().toBuffer()],
  ['lossy WebP', () => picture(60, 40).webp().toBuffer()],
  ['lossless WebP', () => picture(60, 40, 4).webp({ lossless: true }).toBuffer()],
  ['animated WebP', () => animation(60, 40).webp().toBuffer()],
  ['GIF', () => picture(60, 40).gif().toBuffer()],
  ['animated GIF', () => animation(60, 40).gif().toBuffer()],
  ['AVIF', () => picture(60, 40).avif({ effort: 0 }).toBuffer()],
]

/** A PNG chunk, its checksum right. */
function chunk(type: string, data: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(type, 'latin1'), data, Buffer.alloc(4)])
  bytes.writeUInt32BE(data.length, 0)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, -4)), bytes.length - 4)
  return bytes
}

describe('whole files', () => {
  it.each(samples)('ME5: %s is complete', async (_, make) => {
    const bytes = await make()
    expect(() => checkComplete(bytes)).not.toThrow()
  })

  it.each(samples)('ME5: %s cut anywhere is not', async (_, make) => {
    const bytes = await make()
    for (let length = 0; length < bytes.length; length++) {
      expect(
        thrownBy(() => checkComplete(bytes.subarray(0, length))),
        `${length} of ${bytes.length}`,
      ).toMatchObject({ name: 'MediaError' })
    }
    const most = bytes.subarray(0, bytes.length - 1)
    expect(thrownBy(() => checkComplete(most))).toMatchObject(mediaError('incomplete'))
    const half = bytes.subarray(0, bytes.length / 2)
    expect(thrownBy(() => checkComplete(half))).toMatchObject(mediaError('incomplete'))
  })
})

describe('damage', () => {
  it('ME5: finds any flipped bit of a PNG', async () => {
    const bytes = await picture(20, 10).png().toBuffer()
    for (let at = 0; at < bytes.length; at++) {
      const broken = Buffer.from(bytes)
      broken[at] = (bytes[at] ?? 0) ^ 0x10
      expect(
        thrownBy(() => checkComplete(broken)),
        `byte ${at}`,
      ).toMatchObject({ name: 'MediaError' })
    }
  })

  it('ME5: says which checksum is wrong', async () => {
    const bytes = await picture(20, 10).png().toBuffer()
    const at = bytes.indexOf('IDAT') + 6
    bytes[at] = (bytes[at] ?? 0) ^ 1
    const error = thrownBy(() => checkComplete(bytes))
    expect(error).toMatchObject(mediaError('damaged'))
    expect(error).toMatchObject({ message: expect.stringContaining('IDAT') })
  })

  it('ME5: finds a PNG without pixels, and one of nothing but chunks', async () => {
    const bytes = await picture(20, 10).png().toBuffer()
    const head = bytes.subarray(0, 33)
    const end = chunk('IEND', Buffer.alloc(0))
    expect(thrownBy(() => checkComplete(Buffer.concat([head, end])))).toMatchObject(mediaError('damaged'))
    const empty = chunk('teSt', Buffer.alloc(0))
    const many = Buffer.concat([head, ...Array.from({ length: 200_001 }, () => empty), end])
    expect(thrownBy(() => checkComplete(many))).toMatchObject(mediaError('damaged'))
  })

  it('ME5: finds a JPEG without a scan', async () => {
    const bytes = await picture(20, 10).jpeg().toBuffer()
    const cut = Buffer.concat([bytes.subarray(0, bytes.indexOf('ffda', 0, 'hex')), Buffer.from('ffd9', 'hex')])
    expect(thrownBy(() => checkComplete(cut))).toMatchObject(mediaError('damaged'))
  })

  it('ME5: finds a WebP chunk larger than its file', async () => {
    const bytes = await picture(20, 10).webp().toBuffer()
    bytes.writeUInt32LE(bytes.length, 16)
    expect(thrownBy(() => checkComplete(bytes))).toMatchObject(mediaError('damaged'))
  })

  it('ME5: finds a GIF without a frame, and an AVIF without pixels', async () => {
    const gif = await picture(20, 10).gif().toBuffer()
    const head = gif.subarray(0, 13)
    const empty = Buffer.concat([head, Buffer.from([0x3b])])
    empty[10] = 0
    expect(thrownBy(() => checkComplete(empty))).toMatchObject(mediaError('damaged'))
    const avif = await picture(20, 10).avif({ effort: 0 }).toBuffer()
    avif.write('free', avif.indexOf('mdat'), 'latin1')
    expect(thrownBy(() => checkComplete(avif))).toMatchObject(mediaError('damaged'))
  })
})

describe('bytes behind the picture', () => {
  const kinds: readonly (readonly [name: string, make: () => Promise<Buffer>])[] = [
    ['PNG', () => picture(20, 10).png().toBuffer()],
    ['JPEG', () => picture(20, 10).jpeg().toBuffer()],
    ['GIF', () => picture(20, 10).gif().toBuffer()],
    ['WebP', () => picture(20, 10).webp().toBuffer()],
  ]

  it.each(kinds)('ME6: %s keeps padding, notes and previews', async (_, make) => {
    const bytes = await make()
    const preview = await picture(8, 8).jpeg().toBuffer()
    for (const rest of [Buffer.alloc(1), Buffer.alloc(5000), Buffer.from('made by a camera'), preview]) {
      expect(() => checkComplete(Buffer.concat([bytes, rest]))).not.toThrow()
    }
  })

  it.each(kinds)('ME6: %s is refused with another file behind it', async (_, make) => {
    const bytes = await make()
    const zip = Buffer.from(`PK\x03\x04\x14\0name.txtPK\x05\x06${'\0'.repeat(18)}`, 'latin1')
    for (const rest of [
      zip,
      Buffer.concat([Buffer.alloc(3_000_000, 1), zip]),
      Buffer.from('\n<!doctype html><script>alert(1)</script>'),
      Buffer.from('<?php system($_GET[0]); ?>'),
      Buffer.from('%PDF-1.4\n'),
      Buffer.from('#!/bin/sh\n'),
      Buffer.from('\x7fELF\x02'),
    ]) {
      expect(thrownBy(() => checkComplete(Buffer.concat([bytes, rest])))).toMatchObject(mediaError('unsupported'))
    }
  })
})
