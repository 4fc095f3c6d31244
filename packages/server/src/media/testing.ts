// Pictures for the tests of this folder.
import sharp, { type Sharp } from 'sharp'
import type { MediaFault } from './media-error.ts'
import { embedMetadata } from './embed.ts'
import type { Story } from './metadata/story.ts'

/** Raw pixels that look like something: gradients with grain, the same each time, and transparent in a corner when there are four channels. */
export function rawPixels(width: number, height: number, channels: 1 | 2 | 3 | 4): Buffer {
  const data = Buffer.alloc(width * height * channels)
  for (let index = 0; index < width * height; index++) {
    const x = index % width
    const y = Math.trunc(index / width)
    const grain = ((index * 2_654_435_761) >>> 27) & 15
    const values = [x * 3 + grain, y * 5 + grain, (x + y) * 2 + grain, x < width / 2 && y < height / 2 ? 0 : 255]
    for (let channel = 0; channel < channels; channel++) {
      const isAlpha = (channels === 2 || channels === 4) && channel === channels - 1
      data[index * channels + channel] = (isAlpha ? values[3] : values[channel]) ?? 0
    }
  }
  return data
}

/** A sharp picture of {@link rawPixels}. */
export function picture(width: number, height: number, channels: 1 | 2 | 3 | 4 = 3): Sharp {
  return sharp(rawPixels(width, height, channels), { raw: { width, height, channels } })
}

/** An animation of three frames: red, green, blue. */
export function animation(width: number, height: number): Sharp {
  const frames = [0, 1, 2].map((channel) =>
    Buffer.alloc(width * height * 3, Buffer.from([0, 0, 0].fill(255, channel, channel + 1))),
  )
  return sharp(Buffer.concat(frames), { raw: { width, height: height * 3, channels: 3, pageHeight: height } })
}

/** Decoded pixels, frame under frame, as they are in the file. */
export async function decode(bytes: Uint8Array): Promise<{ data: Buffer; info: object }> {
  return sharp(bytes, { animated: true }).raw().toBuffer({ resolveWithObject: true })
}

export const story: Story = {
  ai: true,
  prompt: 'a red fox in the snow',
  negativePrompt: 'blurry',
  steps: 20,
  sampler: 'DPM++ 2M',
  guidance: 7.5,
  seed: 42,
  width: 60,
  height: 40,
  model: 'sd-xl',
}

export const terms = 'http://cv.iptc.org/newscodes/digitalsourcetype/'

/** What `toThrow` and `rejects.toMatchObject` compare a thrown MediaError with. */
export function mediaError(fault: MediaFault): { name: 'MediaError'; fault: MediaFault } {
  return { name: 'MediaError', fault }
}

/** What `work` throws. */
export function thrownBy(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  return 'nothing was thrown'
}

/** A PNG that tells these words wherever a PNG can tell something. */
export async function talkativePng(words: string, { width, height }: { width: number; height: number }) {
  const xmp = `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:source="${words} xmp"/></rdf:RDF></x:xmpmeta>`
  const png = await sharp({ create: { width, height, channels: 3, background: '#c84' } })
    .withXmp(xmp)
    .withExif({ IFD0: { Copyright: `${words} exif`, ImageDescription: `${words} exif` } })
    .png()
    .toBuffer()
  return embedMetadata(png, { ...story, prompt: `${words} png`, width, height })
}
