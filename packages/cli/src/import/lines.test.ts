import { describe, expect, it } from 'vitest'
import { checkWhole, linesOf } from './lines.ts'
import type { SourceFile } from './source.ts'

const fileOf = (parts: () => Iterable<string | Uint8Array>): SourceFile => ({
  name: 'generations.jsonl',
  size: 0,
  modified: null,
  read: async () => Buffer.alloc(0),
  async *stream() {
    for (const part of parts()) yield Buffer.from(part)
  },
})

async function allOf(parts: readonly (string | Uint8Array)[], max = 100) {
  const found: (readonly [number, string | null])[] = []
  for await (const { number, text } of linesOf(
    fileOf(() => parts),
    max,
  ))
    found.push([number, text])
  return found
}

describe('linesOf', () => {
  it('gives lines wherever their parts are cut, and leaves out empty ones', async () => {
    const bytes = Buffer.from('ä\n\n🦊\r\nlast')
    const expected = [
      [1, 'ä'],
      [3, '🦊'],
      [4, 'last'],
    ]
    for (let cut = 0; cut <= bytes.length; cut++) {
      expect(await allOf([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(expected)
    }
    expect(await allOf(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected)
    expect(await allOf([])).toEqual([])
  })

  it('TR54: gives a line that is too long as none, and the next one as it is', async () => {
    expect(await allOf(['x'.repeat(60), 'x'.repeat(60), '\nnext\n', 'y'.repeat(101)])).toEqual([
      [1, null],
      [2, 'next'],
      [3, null],
    ])
  })

  it('TR55: takes no more memory for 400 MB than for one line, even where they are one line', async () => {
    const part = Buffer.alloc(1024 * 1024, 'x')
    function* parts() {
      for (let at = 0; at < 400; at++) yield at % 100 < 50 ? part : `${'x'.repeat(1000)}\n`.repeat(1000)
    }
    let most = 0
    let count = 0
    const before = process.memoryUsage().rss
    for await (const { number } of linesOf(fileOf(parts), 2_000_000)) {
      count = number
      if (number % 10_000 === 0) most = Math.max(most, process.memoryUsage().rss - before)
    }
    expect(count).toBeGreaterThan(199_000)
    expect(most).toBeLessThan(200 * 1024 * 1024)
  })

  it('reads to the end, and passes on what is wrong there', async () => {
    function* broken() {
      yield 'x\n'
      throw new TypeError('damaged')
    }
    await expect(checkWhole(fileOf(broken))).rejects.toThrow('damaged')
  })
})
