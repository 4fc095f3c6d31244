import { present } from '#base/errors.ts'
import type { Pixels, SourceImage } from '../spec/provider.ts'

/**
 * A mask as Stable Diffusion servers take it, as base64 of a PNG: white where the picture is repainted, black where it is kept. That is
 * where ours is transparent and opaque.
 * @throws ProviderError with kind `bad-request` when the mask is no usable picture
 */
export async function whiteMask({ bytes, width, height }: SourceImage, pixels: Pixels): Promise<string> {
  const rgba = await pixels.decode(bytes, width, height)
  const out = new Uint8Array(rgba.length)
  for (let at = 0; at < rgba.length; at += 4) {
    out.fill(255 - present(rgba[at + 3], 'alpha'), at, at + 3)
    out[at + 3] = 255
  }
  return Buffer.from(await pixels.encodePng(out, width, height)).toString('base64')
}
