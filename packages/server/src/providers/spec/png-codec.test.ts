import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { decodePng, encodePng, pngPixels } from './png-codec.ts'

const rgba = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => (i * 37) % 256)

describe('the PNG codec of the tests', () => {
  it('gives back the pixels it was given', () => {
    expect(decodePng(encodePng(rgba, 5, 3))).toEqual({ width: 5, height: 3, rgba: Buffer.from(rgba) })
  })

  it('refuses a cut-off file, a flipped bit and something else', () => {
    const png = encodePng(rgba, 5, 3)
    const flipped = Uint8Array.from(png, (value, i) => (i === 45 ? value ^ 1 : value))
    expect(() => decodePng(png.subarray(0, png.length - 14))).toThrow(/cut short/)
    expect(() => decodePng(flipped)).toThrow(/checksum/)
    expect(() => decodePng(deflateSync('no'))).toThrow(/signature/)
  })

  it('scales to cover and crops in the middle', async () => {
    const wide = encodePng(Uint8Array.from([1, 1, 1, 255, 2, 2, 2, 255, 2, 2, 2, 255, 3, 3, 3, 255]), 4, 1)
    const square = await pngPixels.decode(wide, 2, 2)
    expect([...square].filter((_, i) => i % 4 === 0)).toEqual([2, 2, 2, 2])
  })
})
