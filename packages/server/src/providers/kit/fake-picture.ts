import { createHash } from 'node:crypto'
import { present } from '#base/errors.ts'
import { encodePng } from '../spec/png-codec.ts'

/** A real PNG of the asked size (pixels) in coloured stripes that depend on the words alone: same words, same bytes. */
export function fakePicture(width: number, height: number, words: string): Uint8Array {
  const colours = createHash('sha256').update(words).digest()
  const rgba = new Uint8Array(width * height * 4).fill(0xff)
  for (let y = 0; y < height; y++) {
    const stripe = Math.floor((y * 8) / height) * 3
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4
      for (let channel = 0; channel < 3; channel++) {
        rgba[at + channel] = (present(colours[stripe + channel], 'colour') + Math.floor((x * 64) / width)) % 256
      }
    }
  }
  return encodePng(rgba, width, height)
}
