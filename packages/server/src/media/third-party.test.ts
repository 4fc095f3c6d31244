// What other programs read in the files that go out: exiftool, and a reader of A1111's parameters as galleries have it.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { embedMetadata } from './embed.ts'
import { outgoing } from './outgoing.ts'
import { decode, picture, rawPixels, story, terms } from './testing.ts'

const hasExiftool = spawnSync('exiftool', ['-ver']).status === 0
const noExiftool = 'exiftool is not there (Debian: libimage-exiftool-perl)'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-exiftool-'))
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

const Told = z.tuple([z.looseObject({})])

/** All that exiftool finds in a file, and what it complains about. */
function exiftool(bytes: Uint8Array, extension: string): Readonly<Record<string, unknown>> {
  const path = join(folder, `picture.${extension}`)
  writeFileSync(path, bytes)
  const said = execFileSync('exiftool', ['-json', '-G1', '-a', '-api', 'largefilesupport=1', '-charset', 'utf8', path])
  return Told.parse(JSON.parse(said.toString()))[0]
}

/** Reads A1111's text as its `infotext_utils.parse_generation_parameters` does: the last line of `Key: value` pairs, the rest by its marks. */
function readInfotext(text: string): Readonly<Record<string, string>> {
  const lines = text.trim().split('\n')
  const last = lines.at(-1) ?? ''
  const pair = /\s*(\w[\w \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/g
  const pairs = [...last.matchAll(pair)]
  const settings = pairs.length < 3 ? [] : pairs
  const rest = settings.length === 0 ? lines : lines.slice(0, -1)
  const at = rest.findIndex((line) => line.startsWith('Negative prompt:'))
  const negative = at === -1 ? [] : rest.slice(at)
  return {
    Prompt: (at === -1 ? rest : rest.slice(0, at)).join('\n').trim(),
    'Negative prompt': negative.join('\n').replace('Negative prompt:', '').trim(),
    ...Object.fromEntries(
      settings.map(([, key = '', value = '']) => [key, value.startsWith('"') ? String(JSON.parse(value)) : value]),
    ),
  }
}

const prompt = 'Füchse 🦊 im Schnee,\nsecond line: <b>'
const told = { ...story, prompt, model: 'sd, "xl"' }
const settings = {
  Prompt: prompt,
  'Negative prompt': 'blurry',
  Steps: '20',
  Sampler: 'DPM++ 2M',
  'CFG scale': '7.5',
  Seed: '42',
  Size: '60x40',
  Model: 'sd, "xl"',
  Version: 'Easel',
}
const mark = `${terms}trainedAlgorithmicMedia`

const kinds = [
  ['png', 'png', () => picture(60, 40).png().toBuffer(), 'PNG:Parameters'],
  ['jpeg', 'jpg', () => picture(60, 40).jpeg().toBuffer(), 'ExifIFD:UserComment'],
  ['webp', 'webp', () => picture(60, 40).webp({ lossless: true }).toBuffer(), 'ExifIFD:UserComment'],
] as const

describe.each(kinds)('a %s', (_, extension, make, where) => {
  it('ME11, ME14: is read by exiftool, the mark and the parameters, without a complaint', async (context) => {
    if (!hasExiftool) return context.skip(noExiftool)
    const found = exiftool(embedMetadata(await make(), told), extension)
    expect(found['XMP-iptcExt:DigitalSourceType']).toBe(mark)
    expect(found['XMP-xmp:CreatorTool']).toBe('Easel')
    expect(readInfotext(String(found[where]))).toEqual(settings)
    expect(Object.keys(found).filter((name) => /Warning|Error/.test(name))).toEqual([])
  })

  it('ME11: has the very pixels that it had', async () => {
    const before = await make()
    expect(await decode(embedMetadata(before, told))).toEqual(await decode(before))
    if (extension === 'jpg') return
    const { data } = await sharp(embedMetadata(before, told)).raw().toBuffer({ resolveWithObject: true })
    expect(data.equals(rawPixels(60, 40, 3))).toBe(true)
  })

  it('ME18: without the prompt tells exiftool only the mark', async (context) => {
    if (!hasExiftool) return context.skip(noExiftool)
    const { bytes } = await outgoing(embedMetadata(await make(), told), { format: 'original', prompt: false }, null)
    const found = exiftool(bytes, extension)
    expect(found['XMP-iptcExt:DigitalSourceType']).toBe(mark)
    expect(JSON.stringify(found)).not.toMatch(/Füchse|blurry|DPM|Warning|Error/)
  })
})

it.for([
  ['png', 'PNG:Parameters'],
  ['jpeg', 'ExifIFD:UserComment'],
  ['webp', 'ExifIFD:UserComment'],
  ['avif', 'XMP-exif:UserComment'],
] as const)('ME19: made as %s it tells exiftool the same', async ([format, where], context) => {
  if (!hasExiftool) return context.skip(noExiftool)
  const original = embedMetadata(await picture(60, 40).webp({ lossless: true }).toBuffer(), told)
  for (const wanted of [true, false]) {
    const { bytes, extension } = await outgoing(original, { format, prompt: wanted }, null)
    const found = exiftool(bytes, extension)
    expect(found['XMP-iptcExt:DigitalSourceType']).toBe(mark)
    if (wanted) expect(readInfotext(String(found[where]))).toEqual(settings)
    else expect(JSON.stringify(found)).not.toContain('Füchse')
  }
})

it('ME18: an AVIF without the prompt says nothing of it to exiftool', async (context) => {
  if (!hasExiftool) return context.skip(noExiftool)
  const secret = 'the secret prompt'
  const talkative = picture(60, 40)
    .withXmp(
      `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${secret}"/></rdf:RDF></x:xmpmeta>`,
    )
    .withExif({ IFD0: { ImageDescription: secret } })
  const before = await talkative.avif({ effort: 0 }).toBuffer()
  expect(JSON.stringify(exiftool(before, 'avif'))).toContain(secret)
  const { bytes } = await outgoing(before, { format: 'original', prompt: false }, null)
  expect(JSON.stringify(exiftool(bytes, 'avif'))).not.toMatch(new RegExp(`${secret}|Error`))
})
