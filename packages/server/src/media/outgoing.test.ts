// What goes out: without what a file tells, and in other formats.
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import sharp, { type Sharp } from 'sharp'
import { present } from '#base/errors.ts'
import { checkComplete } from './complete.ts'
import { embedMetadata } from './embed.ts'
import { formatParameters } from './metadata/parameters.ts'
import { outgoing, type OutgoingForm } from './outgoing.ts'
import { probe } from './probe.ts'
import { readMetadata } from './read-metadata.ts'
import { animation, decode, mediaError, picture, story, terms } from './testing.ts'
import { withoutStory } from './without-story.ts'

const secret = 'the secret prompt'
const otherXmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${secret}"/></rdf:RDF></x:xmpmeta>`

/** A picture with a profile, EXIF and XMP of its own, lying on its side. */
const talkative = (channels: 3 | 4 = 3): Sharp =>
  picture(60, 40, channels)
    .withIccProfile('p3')
    .withXmp(otherXmp)
    .withExif({ IFD0: { Copyright: secret, ImageDescription: secret } })
    .withMetadata({ orientation: 6 })

type Sample = readonly [name: string, make: () => Promise<Buffer>]
const samples: readonly Sample[] = [
  ['PNG', () => picture(60, 40).png().toBuffer()],
  ['PNG with alpha', () => picture(60, 40, 4).png().toBuffer()],
  ['PNG with a palette', () => picture(60, 40, 4).png({ palette: true }).toBuffer()],
  ['16-bit PNG', () => picture(60, 40).toColourspace('rgb16').png().toBuffer()],
  ['PNG that tells much', () => talkative(4).png().toBuffer()],
  ['JPEG', () => picture(60, 40).jpeg().toBuffer()],
  ['progressive JPEG', () => picture(60, 40).jpeg({ progressive: true }).toBuffer()],
  ['CMYK JPEG', () => picture(60, 40).toColourspace('cmyk').jpeg().toBuffer()],
  ['JPEG that tells much', () => talkative().jpeg().toBuffer()],
  ['lossy WebP', () => picture(60, 40).webp().toBuffer()],
  ['lossless WebP with alpha', () => picture(61, 39, 4).webp({ lossless: true }).toBuffer()],
  ['animated WebP', () => animation(60, 40).webp().toBuffer()],
  ['WebP that tells much', () => talkative(4).webp().toBuffer()],
  ['GIF', () => picture(60, 40).gif().toBuffer()],
  [
    'animated GIF',
    () =>
      animation(60, 40)
        .gif({ delay: [100, 100, 100], loop: 3 })
        .toBuffer(),
  ],
  ['AVIF', () => picture(60, 40).avif({ effort: 0 }).toBuffer()],
  ['AVIF that tells much', () => talkative(4).avif({ effort: 0 }).toBuffer()],
]
const marked = new Set(['png', 'jpeg', 'webp'])
const kept: OutgoingForm = { format: 'original', prompt: true }
const bare: OutgoingForm = { format: 'original', prompt: false }

describe.each(samples)('%s', (_, make) => {
  it('ME17: goes out byte for byte where the original is wanted with its prompt', async () => {
    const before = embedMetadata(await make(), { ...story, prompt: secret })
    expect((await outgoing(before, kept, story)).bytes).toBe(before)
  })

  it('ME18: without the prompt has its very pixels, colours and orientation, and tells only that an AI made it', async () => {
    const before = embedMetadata(await make(), { ...story, prompt: secret })
    const { bytes } = await outgoing(before, bare, null)
    expect(() => checkComplete(bytes)).not.toThrow()
    expect(probe(bytes)).toEqual(probe(before))
    expect(await decode(bytes)).toEqual(await decode(before))
    const had = await sharp(before).metadata()
    const has = await sharp(bytes).metadata()
    expect([has.icc, has.pages, has.loop, has.delay]).toEqual([had.icc, had.pages, had.loop, had.delay])
    const { data: upright } = await sharp(bytes).autoOrient().raw().toBuffer({ resolveWithObject: true })
    expect(upright.equals(await sharp(before).autoOrient().raw().toBuffer())).toBe(true)
    for (const encoding of ['utf8', 'utf16le', 'utf16be'] as const) {
      const words = encoding === 'utf8' ? Buffer.from(secret) : Buffer.from(secret, 'utf16le')
      expect(Buffer.from(bytes).includes(encoding === 'utf16be' ? words.swap16() : words), encoding).toBe(false)
    }
    const { parameters, digitalSourceType } = readMetadata(bytes)
    expect(parameters).toBeNull()
    expect(digitalSourceType).toBe(marked.has(had.format) ? `${terms}trainedAlgorithmicMedia` : null)
  })
})

function withChunk(png: Buffer, type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const chunk = Buffer.alloc(body.length + 8)
  chunk.writeUInt32BE(data.length, 0)
  body.copy(chunk, 4)
  chunk.writeUInt32BE(crc32(body), body.length + 4)
  return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)])
}

function withSegment(jpeg: Buffer, marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, data, jpeg.subarray(2)])
}

function withRiffChunk(webp: Buffer, type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.write(type, 'latin1')
  head.writeUInt32LE(data.length, 4)
  const bytes = Buffer.concat([webp, head, data])
  bytes.writeUInt32LE(bytes.length - 8, 4)
  return bytes
}

const jumbf = Buffer.concat([Buffer.from('JP\0\x01\0\0\0\x01\0\0\0\x20jumb'), Buffer.from(`jumdc2pa ${secret}..`)])
const signed: readonly Sample[] = [
  ['PNG', async () => withChunk(await picture(60, 40).png().toBuffer(), 'caBX', jumbf)],
  ['JPEG', async () => withSegment(await picture(60, 40).jpeg().toBuffer(), 0xeb, jumbf)],
  ['WebP', async () => withRiffChunk(await picture(60, 40, 4).webp().toBuffer(), 'C2PA', jumbf)],
  [
    'AVIF',
    async () => {
      const body = Buffer.concat([
        Buffer.from('uuid'),
        Buffer.from('d8fec3d61b0e483c92975828877ec481', 'hex'),
        Buffer.from(secret),
      ])
      const length = Buffer.alloc(4)
      length.writeUInt32BE(body.length + 4)
      return Buffer.concat([await picture(60, 40).avif({ effort: 0 }).toBuffer(), length, body])
    },
  ],
  [
    'GIF',
    async () => {
      const gif = await picture(60, 40).gif().toBuffer()
      const block = Buffer.from(
        `\x21\xff\x0bC2PA_GIF\x01\0\0${String.fromCharCode(secret.length)}${secret}\0`,
        'latin1',
      )
      return Buffer.concat([gif.subarray(0, -1), block, gif.subarray(-1)])
    },
  ],
]

describe.each(signed)('a %s with content credentials', (_, make) => {
  it('ME17: is unchanged as the original', async () => {
    const bytes = await make()
    expect(readMetadata(bytes).c2pa).toBe(true)
    expect((await outgoing(bytes, kept, story)).bytes).toBe(bytes)
  })

  it('ME18: loses them with the prompt, which they could tell, and the mark is written from what is known', async () => {
    const before = await make()
    const { bytes, mimeType } = await outgoing(before, bare, story)
    expect(readMetadata(bytes)).toEqual({
      parameters: null,
      c2pa: false,
      digitalSourceType: /gif|avif/.test(mimeType) ? null : `${terms}trainedAlgorithmicMedia`,
    })
    expect(Buffer.from(bytes).includes(secret)).toBe(false)
    expect(await decode(bytes)).toEqual(await decode(before))
  })
})

it('ME18: what nobody knows goes too, and what is behind the picture', async () => {
  const png = Buffer.concat([
    withChunk(await picture(60, 40).png().toBuffer(), 'prVt', Buffer.from(secret)),
    Buffer.from(secret),
  ])
  const jpeg = Buffer.concat([
    withSegment(
      withSegment(await picture(60, 40).jpeg().toBuffer(), 0xfe, Buffer.from(secret)),
      0xe5,
      Buffer.from(secret),
    ),
    Buffer.from(secret),
  ])
  const webp = Buffer.concat([
    withRiffChunk(await picture(60, 40).webp().toBuffer(), 'abcd', Buffer.from(`${secret}.`)),
    Buffer.from(secret),
  ])
  for (const before of [png, jpeg, webp]) {
    const bytes = Buffer.from(withoutStory(before))
    expect(bytes.includes(secret)).toBe(false)
    expect(() => checkComplete(bytes)).not.toThrow()
    expect(await decode(bytes)).toEqual(await decode(before))
  }
})

const made = [
  ['png', 'image/png', 'png'],
  ['jpeg', 'image/jpeg', 'jpg'],
  ['webp', 'image/webp', 'webp'],
  ['avif', 'image/avif', 'avif'],
] as const

describe.each(made)('as %s', (format, mimeType, extension) => {
  it('ME19: is upright, as large as wished, and of that kind', async () => {
    const original = await talkative(3).jpeg().toBuffer()
    const result = await outgoing(original, { format, longestSide: 30, prompt: true }, null)
    expect(result).toMatchObject({ mimeType, extension })
    expect(probe(result.bytes)).toMatchObject({ mimeType, width: 20, height: 30 })
    const larger = await outgoing(original, { format, longestSide: 5000, prompt: true }, null)
    expect(probe(larger.bytes)).toMatchObject({ width: 40, height: 60 })
  })

  it('ME19: carries what the original tells, word for word, and without the prompt only the mark', async () => {
    const prompt = 'Füchse 🦊 <in> & "snow"'
    const original = embedMetadata(await picture(60, 40).webp().toBuffer(), { ...story, prompt, composite: true })
    const mark = `${terms}compositeWithTrainedAlgorithmicMedia`
    for (const wanted of [true, false]) {
      const { bytes } = await outgoing(original, { format, prompt: wanted }, story)
      const packet = present((await sharp(bytes).metadata()).xmp, 'xmp').toString()
      expect(packet).toContain(mark)
      const told = format === 'avif' ? packet.includes('Füchse 🦊 &lt;in&gt; &amp;') : readMetadata(bytes).parameters
      const parameters = formatParameters({ ...story, prompt, composite: true })
      expect(told).toEqual(format === 'avif' ? wanted : wanted ? parameters : null)
    }
  })

  it('ME19: says what is known of a picture whose file says nothing, and nothing where nothing is known', async () => {
    const original = await picture(60, 40).gif().toBuffer()
    const { bytes } = await outgoing(original, { format, prompt: true }, story)
    expect(Buffer.from(bytes).includes('trainedAlgorithmicMedia')).toBe(true)
    const silent = await outgoing(original, { format, prompt: true }, null)
    expect((await sharp(silent.bytes).metadata()).xmp).toBeUndefined()
  })

  it('ME19: of a damaged picture there is none', async () => {
    const whole = await picture(600, 400).jpeg().toBuffer()
    const cut = Buffer.concat([whole.subarray(0, whole.length / 2), Buffer.from([0xff, 0xd9])])
    await expect(outgoing(cut, { format, prompt: true }, null)).rejects.toMatchObject(mediaError('damaged'))
  })
})

it('ME19: quality is of what is compressed with loss', async () => {
  const original = await picture(400, 300).png().toBuffer()
  for (const format of ['jpeg', 'webp', 'avif'] as const) {
    const [low, high] = await Promise.all(
      [10, 95].map((quality) => outgoing(original, { format, quality, prompt: true }, null)),
    )
    expect(present(low, 'low').bytes.length).toBeLessThan(present(high, 'high').bytes.length)
  }
})

it('ME19: a PNG that fits is no other PNG, and transparency is on white in a JPEG', async () => {
  const original = await picture(60, 40, 4).png().toBuffer()
  expect((await outgoing(original, { format: 'png', longestSide: 60, prompt: true }, null)).bytes).toBe(original)
  const smaller = await outgoing(original, { format: 'png', longestSide: 59, prompt: true }, null)
  expect(probe(smaller.bytes)).toMatchObject({ width: 59 })
  const { bytes } = await outgoing(original, { format: 'jpeg', prompt: true }, null)
  const { data } = await decode(bytes)
  expect(Math.min(...data.subarray(0, 3))).toBeGreaterThan(245)
})
