import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { base64Of, leave } from './base64-stream.ts'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('base64Of', () => {
  it.each([
    [0, 10],
    [1, 1],
    [2, 1],
    [100, 1],
    [1000, 7],
    [100_000, 65_536],
    [300_001, 262_144],
  ])('%d bytes that come by %d are what they are at once', async (length, size) => {
    const bytes = randomBytes(length)
    const pieces = await Array.fromAsync(base64Of(inPieces(bytes, size)))
    expect(pieces.join('')).toBe(bytes.toString('base64'))
    expect(pieces.every((piece) => piece.length > 0 && piece.length <= 32 * 1024)).toBe(true)
  })

  it('keeps no view into a chunk that its owner may fill anew', async () => {
    const chunk = Buffer.from('abcd')
    async function* reusing(): AsyncGenerator<Uint8Array> {
      yield chunk
      chunk.fill('x')
      yield Buffer.from('ef')
    }
    expect((await Array.fromAsync(base64Of(reusing()))).join('')).toBe(Buffer.from('abcdef').toString('base64'))
  })

  it('lets go of what it reads when its reader leaves', async () => {
    const body = Readable.from(inPieces(randomBytes(100_000), 1000))
    for await (const _piece of base64Of(body)) break
    expect(body.destroyed).toBe(true)
  })
})

describe('leave', () => {
  it('tells a body that was not read, and harms none that was', async () => {
    let left = 0
    const done = async () => {
      left += 1
      return { done: true, value: undefined } as const
    }
    await leave({ [Symbol.asyncIterator]: () => ({ next: done, return: done }) })
    expect(left).toBe(1)
    const generator = inPieces(randomBytes(20), 10)
    await Array.fromAsync(generator)
    await leave(generator)
    expect(await generator.next()).toEqual({ done: true, value: undefined })
  })
})
