import { expect, it } from 'vitest'
import { decodePng, encodePng, pngPixels } from '../spec/png-codec.ts'
import { whiteMask } from './white-mask.ts'

it('is white where the mask is transparent, whatever its colours, and grey in between', async () => {
  const bytes = encodePng(Uint8Array.of(9, 8, 7, 0, 255, 255, 255, 255, 0, 0, 0, 155), 3, 1)
  const text = await whiteMask({ bytes, mimeType: 'image/png', width: 3, height: 1 }, pngPixels)
  const { width, height, rgba } = decodePng(Buffer.from(text, 'base64'))
  expect([width, height]).toEqual([3, 1])
  expect([...rgba]).toEqual([255, 255, 255, 255, 0, 0, 0, 255, 100, 100, 100, 255])
})

it('a mask that is no picture is a bad request', async () => {
  const mask = { bytes: Uint8Array.of(1, 2, 3), mimeType: 'image/png', width: 1, height: 1 }
  await expect(whiteMask(mask, pngPixels)).rejects.toMatchObject({ kind: 'bad-request' })
})
