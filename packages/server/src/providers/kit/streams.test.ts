import { describe, expect, it } from 'vitest'
import { readNdjson } from './ndjson.ts'
import { readSse } from './sse.ts'

/** The bytes in pieces of the given size. */
async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const sizes = [1, 2, 3, 5, 1000]

describe('NDJSON', () => {
  const read = (text: string, size: number, maxLineBytes = 100) =>
    collect(readNdjson(pieces(text, size), { maxLineBytes, engine: 'Engine' }))

  it.each(sizes)('reads lines, empty lines and a last one without its end, in pieces of %i bytes', async (size) => {
    expect(await read('{"a":"größe 🎨"}\n\r\n{"b":2}\r\n{"c":3}', size)).toEqual([
      { a: 'größe 🎨' },
      { b: 2 },
      { c: 3 },
    ])
  })

  it('gives a line before the next one has come', async () => {
    const lines = readNdjson(pieces('{"a":1}\n{"b":', 4), { maxLineBytes: 100, engine: 'Engine' })
    expect((await lines.next()).value).toEqual({ a: 1 })
    await expect(lines.next()).rejects.toMatchObject({ kind: 'malformed-response' })
  })

  it.each(sizes)('refuses a line that is too long, in pieces of %i bytes', async (size) => {
    expect(await read(`"${'x'.repeat(98)}"\n`, size)).toHaveLength(1)
    await expect(read(`"${'x'.repeat(99)}"\n`, size)).rejects.toMatchObject({ kind: 'malformed-response' })
    await expect(read('x'.repeat(101), size)).rejects.toThrow(/longer than/)
  })
})

describe('event stream', () => {
  const read = (text: string, size: number, maxEventBytes = 100) =>
    collect(readSse(pieces(text, size), { maxEventBytes, engine: 'Engine' }))

  const stream =
    '\uFEFF: a comment\r\nevent: first\r\ndata: {"a":"größe 🎨"}\r\n\r\n' +
    'data:one\ndata:  two\n\n' +
    'event: empty\n\n' +
    'id: 1\rretry: 5\rdata\rdata: x\r\r' +
    'event: cut\ndata: lost'

  it.each(sizes)('follows the HTML standard, in pieces of %i bytes', async (size) => {
    expect(await read(stream, size)).toEqual([
      { event: 'first', data: '{"a":"größe 🎨"}' },
      { event: 'message', data: 'one\n two' },
      { event: 'message', data: '\nx' },
    ])
  })

  it('refuses an event that is too long, in one line or many', async () => {
    await expect(read(`data: ${'x'.repeat(200)}`, 10)).rejects.toMatchObject({ kind: 'malformed-response' })
    await expect(read('data: xxxxxxxxx\n'.repeat(50), 10)).rejects.toThrow(/longer than/)
    expect(await read('data: xxxxxxxxx\n\n'.repeat(50), 10)).toHaveLength(50)
  })
})
