import { describe, expect, it } from 'vitest'
import { ArchiveFault, filesOfZip } from './zip-files.ts'

interface Entry {
  readonly name: string
  readonly content: string
  readonly deflated?: boolean
  readonly flags?: number
  readonly crc?: number
  readonly size?: number
  readonly date?: number
  readonly zip64?: boolean
}

const encoded = (text: string) => new TextEncoder().encode(text)

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const packed = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

/** The checksum bit by bit, as its definition has it. */
function crc32(bytes: Uint8Array): number {
  let value = ~0
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return ~value >>> 0
}

/** Bytes with these numbers at their places: two bytes each, or four. */
function fields(length: number, short: Readonly<Record<number, number>>, long: Readonly<Record<number, number>>) {
  const view = new DataView(new ArrayBuffer(length))
  for (const [at, value] of Object.entries(short)) view.setUint16(Number(at), value, true)
  for (const [at, value] of Object.entries(long)) view.setUint32(Number(at), value, true)
  return new Uint8Array(view.buffer)
}

/** An archive as PKWARE describes it. */
async function zipOf(entries: readonly Entry[], behind = ''): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  const list: Uint8Array<ArrayBuffer>[] = []
  let at = 0
  for (const entry of entries) {
    const { content, deflated: isDeflated = false, flags = 0x800, date = 0x5821, zip64 = false } = entry
    const [name, bytes] = [encoded(entry.name), encoded(content)]
    const data = isDeflated ? await deflated(bytes) : bytes
    const { crc = crc32(bytes), size = bytes.length } = entry
    const extra = zip64 ? fields(20, { 0: 1, 2: 16 }, { 4: size, 12: at }) : new Uint8Array()
    parts.push(fields(30, { 26: name.length }, { 0: 0x04034b50 }), name, data)
    const short = { 8: flags, 10: isDeflated ? 8 : 0, 12: 0x4a80, 14: date, 28: name.length, 30: extra.length }
    const [toldSize, toldAt] = zip64 ? [0xffffffff, 0xffffffff] : [size, at]
    list.push(fields(46, short, { 0: 0x02014b50, 16: crc, 20: data.length, 24: toldSize, 42: toldAt }), name, extra)
    at += 30 + name.length + data.length
  }
  const length = list.reduce((sum, part) => sum + part.length, 0)
  const end = fields(22, { 10: entries.length, 20: encoded(behind).length }, { 0: 0x06054b50, 12: length, 16: at })
  return new Blob([...parts, ...list, end, behind])
}

const textOf = async (zip: Promise<Blob>, max = 1000) => {
  const [file] = await filesOfZip(await zip, max)
  return await (await file?.blob())?.text()
}

describe('archives in the browser', () => {
  it('TR38: are read file by file, packed or not, with names and times', async () => {
    const files = await filesOfZip(
      await zipOf([
        { name: 'Füchse/🦊.png', content: 'stored' },
        { name: 'empty/', content: '' },
        { name: 'b.json', content: 'packed '.repeat(100), deflated: true, zip64: true },
        { name: 'old.png', content: 'x', date: 0x21 },
      ]),
      10_000,
    )
    expect(files.map(({ name, size }) => [name, size])).toEqual([
      ['Füchse/🦊.png', 6],
      ['b.json', 700],
      ['old.png', 1],
    ])
    const texts = await Promise.all(files.map(async (file) => (await file.blob()).text()))
    expect(texts).toEqual(['stored', 'packed '.repeat(100), 'x'])
    expect(files.map(({ modified }) => modified)).toEqual([
      new Date(2024, 0, 1, 9, 20, 0).getTime(),
      new Date(2024, 0, 1, 9, 20, 0).getTime(),
      null,
    ])
    expect(await textOf(zipOf([{ name: 'a', content: 'with a comment' }], 'said behind it'))).toBe('with a comment')
    expect(await filesOfZip(await zipOf([]), 1)).toEqual([])
  })

  it.each<[string, Partial<Entry>, RegExp]>([
    ['whose bytes are others', { crc: 1 }, /checksum/],
    ['that is longer than it says', { deflated: true, size: 3, content: 'abcdef' }, /checksum/],
    ['that is shorter than it says', { deflated: true, size: 30 }, /checksum/],
    ['that is larger than wanted', { content: 'x'.repeat(2000) }, /2000 bytes; 1000 are allowed/],
    ['that is encrypted', { flags: 0x801 }, /encrypted/],
    ['that unpacks to far too much', { deflated: true, content: 'x', size: 400_000_000 }, /allowed|far more/],
  ])('TR33: a file %s is not taken', async (_, entry, why) => {
    const call = textOf(zipOf([{ name: 'a.png', content: 'content', ...entry }]))
    await expect(call).rejects.toThrow(why)
    await expect(call).rejects.toBeInstanceOf(ArchiveFault)
  })

  it('TR32: what is no archive, or not whole, is said', async () => {
    const whole = await zipOf([{ name: 'a.png', content: 'content' }])
    for (const blob of [new Blob([]), new Blob(['PK\u0003\u0004 hello']), whole.slice(0, -1), whole.slice(5)]) {
      await expect(
        filesOfZip(blob, 10).then((files) => Promise.all(files.map((file) => file.blob()))),
      ).rejects.toThrow()
    }
    const bent = new Uint8Array(await whole.arrayBuffer())
    for (let at = 0; at < bent.length; at++) {
      const copy = Uint8Array.from(bent)
      copy[at] = 0xff
      const files = await filesOfZip(new Blob([copy]), 1000).catch((error: unknown) => error)
      if (!Array.isArray(files)) expect(files).toBeInstanceOf(ArchiveFault)
    }
  })
})
