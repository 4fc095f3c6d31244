import { crc32, deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import sharp, { type Sharp } from 'sharp'
import { present } from '#base/errors.ts'
import { checkComplete } from './complete.ts'
import { embedMetadata } from './embed.ts'
import { formatParameters } from './metadata/parameters.ts'
import type { Story } from './metadata/story.ts'
import { probe } from './probe.ts'
import { readMetadata } from './read-metadata.ts'
import { animation, decode, mediaError, picture, story, terms, thrownBy } from './testing.ts'

const otherXmp = `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="somewhere"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`

type Sample = readonly [name: string, make: () => Promise<Buffer>]

const pngs: readonly Sample[] = [
  ['PNG', () => picture(60, 40).png().toBuffer()],
  ['PNG with alpha', () => picture(60, 40, 4).png().toBuffer()],
  ['PNG with a palette', () => picture(60, 40).png({ palette: true }).toBuffer()],
  ['16-bit PNG', () => picture(60, 40).toColourspace('rgb16').png().toBuffer()],
  ['PNG with everything', () => everything(4).png().toBuffer()],
]
const jpegs: readonly Sample[] = [
  ['JPEG', () => picture(60, 40).jpeg().toBuffer()],
  ['progressive JPEG', () => picture(60, 40).jpeg({ progressive: true }).toBuffer()],
  ['grey JPEG', () => picture(60, 40, 1).toColourspace('b-w').jpeg().toBuffer()],
  ['CMYK JPEG', () => picture(60, 40).toColourspace('cmyk').jpeg().toBuffer()],
  ['JPEG with everything', () => everything(3).jpeg().toBuffer()],
]
const webps: readonly Sample[] = [
  ['lossy WebP', () => picture(60, 40).webp().toBuffer()],
  ['lossy WebP with alpha', () => picture(60, 40, 4).webp().toBuffer()],
  ['lossless WebP', () => picture(60, 40).webp({ lossless: true }).toBuffer()],
  ['lossless WebP with alpha', () => picture(60, 40, 4).webp({ lossless: true }).toBuffer()],
  ['lossless WebP of an odd size', () => picture(61, 39, 4).webp({ lossless: true }).toBuffer()],
  ['animated WebP', () => animation(60, 40).webp().toBuffer()],
  ['WebP with everything', () => everything(4).webp().toBuffer()],
]

/** A picture with a profile, EXIF and XMP of its own. */
function everything(channels: 3 | 4): Sharp {
  return picture(60, 40, channels)
    .withIccProfile('p3')
    .withXmp(otherXmp)
    .withExif({ IFD0: { Copyright: 'me', ImageDescription: 'before' }, IFD2: { ExposureTime: '1/3' } })
    .withMetadata({ orientation: 3 })
}

describe.each([...pngs, ...jpegs, ...webps])('%s', (_, make) => {
  it('ME11: has the marks, its very pixels, and is whole', async () => {
    const before = await make()
    const after = embedMetadata(before, story)
    expect(() => checkComplete(after)).not.toThrow()
    expect(probe(after)).toEqual(probe(before))
    expect(await decode(after)).toEqual(await decode(before))
    expect(readMetadata(after)).toEqual({
      parameters: formatParameters(story),
      digitalSourceType: `${terms}trainedAlgorithmicMedia`,
      c2pa: false,
    })
    const seen = await sharp(after).metadata()
    expect(present(seen.xmp, 'xmp').toString()).toContain(`${terms}trainedAlgorithmicMedia`)
    const said =
      seen.format === 'png' ? JSON.stringify(seen.comments) : present(seen.exif, 'exif').swap16().toString('utf16le')
    expect(said).toContain('a red fox in the snow')
  })

  it('ME12: keeps everything it had', async () => {
    const before = await make()
    const had = await sharp(before).metadata()
    const has = await sharp(embedMetadata(before, story)).metadata()
    expect(has).toMatchObject({
      format: had.format,
      width: had.width,
      height: had.height,
      hasAlpha: had.hasAlpha,
      hasProfile: had.hasProfile,
      channels: had.channels,
    })
    expect(has.orientation).toBe(had.orientation)
    expect(has.pages).toBe(had.pages)
    expect(has.delay).toEqual(had.delay)
    expect(has.icc).toEqual(had.icc)
    if (had.xmp) expect(has.xmp?.toString()).toContain('dc:source="somewhere"')
    if (had.exif) expect(has.exif?.includes('before')).toBe(true)
  })

  it('ME12: is not changed a second time', async () => {
    const once = embedMetadata(await make(), story)
    expect(embedMetadata(once, { ...story, prompt: 'another', composite: true })).toBe(once)
  })
})

const kinds: readonly Sample[] = [
  ['PNG', () => picture(60, 40).png().toBuffer()],
  ['JPEG', () => picture(60, 40).jpeg().toBuffer()],
  ['WebP', () => picture(60, 40).webp().toBuffer()],
]

describe('what is written', () => {
  it.each<[Partial<Story>, string]>([
    [{ ai: true }, 'trainedAlgorithmicMedia'],
    [{ ai: true, composite: true }, 'compositeWithTrainedAlgorithmicMedia'],
    [{ ai: false }, 'algorithmicMedia'],
    [{ ai: false, composite: true }, 'algorithmicMedia'],
  ])('ME11: %o is %s', async (part, term) => {
    for (const [, make] of kinds) {
      expect(readMetadata(embedMetadata(await make(), { ...story, ...part })).digitalSourceType).toBe(terms + term)
    }
  })

  it.each([
    ['Latin-1', 'Ein Fuchs im Schnee, größer — nein, ÿ'.replace('—', '-')],
    ['emoji', 'a fox 🦊👩‍👩‍👧‍👦 in the snow ❄️'],
    ['Japanese', '雪の中の赤い狐'],
    ['right to left', 'שועל אדום בשלג \u202e'],
    ['markup', '<script>alert("1")</script> &amp; ]]> --> <?xpacket end="w"?>'],
    ['lines', 'one\ntwo\n\nNegative prompt: no\nSteps: 3'],
    ['nothing', ''],
    ['32,000 characters', 'word, '.repeat(5333)],
  ])('ME14: a prompt of %s comes back', async (_, prompt) => {
    for (const [, make] of kinds) {
      const before = await make()
      const after = embedMetadata(before, { ...story, prompt })
      expect(readMetadata(after).parameters).toBe(formatParameters({ ...story, prompt }))
      expect(await decode(after)).toEqual(await decode(before))
      expect(() => checkComplete(after)).not.toThrow()
    }
  })

  it('ME14: two plain texts of 32,000 characters fit a JPEG as ASCII, or are left out, never the mark', async () => {
    const jpeg = await picture(60, 40).jpeg().toBuffer()
    const fits = embedMetadata(jpeg, { ...story, prompt: 'p'.repeat(32_000), negativePrompt: 'n'.repeat(32_000) })
    expect(readMetadata(fits).parameters).toHaveLength(formatParameters(story).length + 64_000 - 27)
    const tooLong = embedMetadata(jpeg, { ...story, prompt: '雪'.repeat(32_000), negativePrompt: '狐'.repeat(32_000) })
    expect(readMetadata(tooLong)).toEqual({
      parameters: null,
      digitalSourceType: `${terms}trainedAlgorithmicMedia`,
      c2pa: false,
    })
    expect(await decode(tooLong)).toEqual(await decode(jpeg))
  })

  it('ME14: a PNG has plain text as tEXt before its pixels, other text as iTXt', async () => {
    const png = await picture(60, 40).png().toBuffer()
    const plain = Buffer.from(embedMetadata(png, { ...story, prompt: 'größer' }))
    expect(plain.indexOf('tEXtparameters\0gr\xf6\xdfer', 0, 'latin1')).toBeGreaterThan(0)
    expect(plain.indexOf('parameters')).toBeLessThan(plain.indexOf('IDAT'))
    const other = Buffer.from(embedMetadata(png, { ...story, prompt: '雪' }))
    expect(other.indexOf('iTXtparameters\0\0\0\0\0雪')).toBeGreaterThan(0)
  })

  it('ME11: a JPEG keeps JFIF first, then EXIF', async () => {
    const jfif = Buffer.from('JFIF\0\x01\x01\0\0\x01\0\x01\0\0')
    const bytes = Buffer.from(embedMetadata(withSegment(await picture(60, 40).jpeg().toBuffer(), 0xe0, jfif), story))
    const places = ['JFIF', 'Exif\0\0', 'http://ns.adobe.com/xap/1.0/\0'].map((name) => bytes.indexOf(name))
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(Math.min(...places)).toBe(6)
  })

  it('ME12: bytes behind the picture stay behind it', async () => {
    for (const [, make] of kinds) {
      const after = Buffer.from(embedMetadata(Buffer.concat([await make(), Buffer.from('notes of a camera')]), story))
      expect(after.subarray(-17).toString()).toBe('notes of a camera')
      expect(() => checkComplete(after)).not.toThrow()
      expect(readMetadata(after).parameters).toBe(formatParameters(story))
    }
  })

  it('ME12: parameters that an engine has written stay', async () => {
    for (const [, make] of kinds) {
      const theirs = embedMetadata(await make(), { ...story, prompt: 'theirs', ai: false })
      const after = embedMetadata(theirs, story)
      expect(readMetadata(after)).toMatchObject({
        parameters: expect.stringMatching(/^theirs/),
        digitalSourceType: `${terms}trainedAlgorithmicMedia`,
      })
    }
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

describe('content credentials', () => {
  const jumbf = Buffer.concat([
    Buffer.from('JP\0\x01\0\0\0\x01\0\0\0\x20jumb'),
    Buffer.from('\0\0\0\x18jumdc2pa\0\x11\0\x10'),
  ])

  it.each<[string, () => Promise<Buffer>]>([
    ['PNG', async () => withChunk(await picture(60, 40).png().toBuffer(), 'caBX', jumbf)],
    ['JPEG', async () => withSegment(await picture(60, 40).jpeg().toBuffer(), 0xeb, jumbf)],
    ['WebP', async () => withRiffChunk(await picture(60, 40, 4).webp().toBuffer(), 'C2PA', jumbf)],
  ])('ME13: keep a %s byte for byte', async (_, make) => {
    const bytes = await make()
    const copy = Buffer.from(bytes)
    expect(embedMetadata(bytes, story)).toBe(bytes)
    expect(bytes.equals(copy)).toBe(true)
    expect(readMetadata(bytes)).toEqual({ parameters: null, digitalSourceType: null, c2pa: true })
  })

  it('ME13: are seen in GIF and AVIF', async () => {
    const gif = await picture(60, 40).gif().toBuffer()
    const trailer = gif.length - 1
    const block = Buffer.from('\x21\xff\x0bC2PA_GIF\x01\0\0\x01x\0', 'latin1')
    const credentialed = Buffer.concat([gif.subarray(0, trailer), block, gif.subarray(trailer)])
    expect(() => checkComplete(credentialed)).not.toThrow()
    expect(readMetadata(credentialed).c2pa).toBe(true)
    const avif = await picture(60, 40).avif({ effort: 0 }).toBuffer()
    const box = Buffer.from('0000001c75756964d8fec3d61b0e483c92975828877ec48100000000', 'hex')
    expect(readMetadata(Buffer.concat([avif, box])).c2pa).toBe(true)
  })

  it('ME13: are no APP11 segment of another kind', async () => {
    const bytes = withSegment(await picture(60, 40).jpeg().toBuffer(), 0xeb, Buffer.from('HDR something else'))
    expect(readMetadata(embedMetadata(bytes, story))).toMatchObject({
      c2pa: false,
      parameters: formatParameters(story),
    })
  })
})

describe('what is left alone', () => {
  it('ME11: GIF and AVIF are returned as they are', async () => {
    for (const bytes of [
      await picture(60, 40).gif().toBuffer(),
      await picture(60, 40).avif({ effort: 0 }).toBuffer(),
    ]) {
      expect(embedMetadata(bytes, story)).toBe(bytes)
      expect(readMetadata(bytes)).toEqual({ parameters: null, digitalSourceType: null, c2pa: false })
    }
  })

  it('ME12: EXIF that cannot be read stays, and the picture is marked all the same', async () => {
    const jpeg = withSegment(await picture(60, 40).jpeg().toBuffer(), 0xe1, Buffer.from('Exif\0\0garbage'))
    const after = Buffer.from(embedMetadata(jpeg, story))
    expect(after.includes('Exif\0\0garbage')).toBe(true)
    expect(readMetadata(after)).toEqual({
      parameters: null,
      digitalSourceType: `${terms}trainedAlgorithmicMedia`,
      c2pa: false,
    })
  })

  it('ME16: what is no picture is refused', () => {
    expect(thrownBy(() => embedMetadata(Buffer.from('<svg/>'), story))).toMatchObject(mediaError('unsupported'))
    expect(thrownBy(() => readMetadata(Buffer.from('hello')))).toMatchObject(mediaError('not-an-image'))
  })
})

describe('reading', () => {
  it.each<[string, string, (text: string) => Buffer]>([
    ['tEXt', 'tEXt', (text) => Buffer.from(`parameters\0${text}`)],
    ['zTXt', 'zTXt', (text) => Buffer.concat([Buffer.from('parameters\0\0'), deflateSync(text)])],
    ['iTXt', 'iTXt', (text) => Buffer.from(`parameters\0\0\0en\0Parameter\0${text}`)],
    ['compressed iTXt', 'iTXt', (text) => Buffer.concat([Buffer.from('parameters\0\x01\0\0\0'), deflateSync(text)])],
  ])('ME15: finds parameters in %s, 8 MB of them and no more', async (_, type, encode) => {
    const png = await picture(60, 40).png().toBuffer()
    expect(readMetadata(withChunk(png, type, encode('a fox'))).parameters).toBe('a fox')
    const most = 'x'.repeat(8 * 1024 * 1024)
    expect(readMetadata(withChunk(png, type, encode(most))).parameters).toHaveLength(most.length)
    expect(readMetadata(withChunk(png, type, encode(`${most}x`))).parameters).toBeNull()
  })

  it('ME15: takes a text bomb and a broken text for none', async () => {
    const png = await picture(60, 40).png().toBuffer()
    const bomb = Buffer.concat([Buffer.from('parameters\0\0'), deflateSync(Buffer.alloc(50_000_000), { level: 1 })])
    expect(readMetadata(withChunk(png, 'zTXt', bomb)).parameters).toBeNull()
    for (const data of ['parameters\0\0broken', 'parameters', '\0', 'parameters\0\x01', '']) {
      for (const type of ['zTXt', 'iTXt', 'tEXt']) {
        const bytes = withChunk(png, type, Buffer.from(data))
        expect(() => readMetadata(bytes)).not.toThrow()
        expect(readMetadata(embedMetadata(bytes, story)).digitalSourceType).toBe(`${terms}trainedAlgorithmicMedia`)
      }
    }
  })

  it('ME12: a compressed XMP packet is merged, and only one is left', async () => {
    const data = Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0'), deflateSync(otherXmp)])
    const after = Buffer.from(embedMetadata(withChunk(await picture(60, 40).png().toBuffer(), 'iTXt', data), story))
    expect(after.toString('latin1').split('XML:com.adobe.xmp')).toHaveLength(2)
    const xmp = present((await sharp(after).metadata()).xmp, 'xmp').toString()
    expect(xmp).toContain('dc:source="somewhere"')
    expect(xmp).toContain('trainedAlgorithmicMedia')
  })

  it('ME12: a packet that fills its JPEG segment gives up its padding', async () => {
    const padded = otherXmp.replace('<?xpacket end', `${' '.repeat(65_000)}<?xpacket end`)
    const jpeg = withSegment(
      await picture(60, 40).jpeg().toBuffer(),
      0xe1,
      Buffer.from(`http://ns.adobe.com/xap/1.0/\0${padded}`),
    )
    const after = embedMetadata(jpeg, story)
    expect(readMetadata(after).digitalSourceType).toBe(`${terms}trainedAlgorithmicMedia`)
    expect(present((await sharp(after).metadata()).xmp, 'xmp').toString()).toContain('dc:source="somewhere"')
  })
})
