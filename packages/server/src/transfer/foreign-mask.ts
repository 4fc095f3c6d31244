// Masks of other programs.
import { EaselError } from '#base/errors.ts'
import { MediaError } from '#media/media-error.ts'
import { decodePixels, encodePng } from '#media/pixels.ts'

export interface MaskedPicture {
  /** Pixels of the picture that is masked. */
  readonly width: number
  readonly height: number
  /** Black is repainted instead of white. */
  readonly inverted: boolean
}

/** How bright a pixel is, as ITU-R BT.601 weighs it; what is transparent is black. */
const brightness = ([red = 0, green = 0, blue = 0, alpha = 0]: Uint8Array) =>
  ((red * 299 + green * 587 + blue * 114) / 1000) * (alpha / 255)

/**
 * A mask of Stable Diffusion's programs, which paint white what is to be repainted, as Easel keeps it: a PNG as large as the picture, as
 * transparent as the mask is white.
 * @param field what carried it, for messages
 * @throws EaselError `validation-failed` when it is no usable picture
 */
export async function maskFromWhite(
  bytes: Uint8Array,
  { width, height, inverted }: MaskedPicture,
  field: string,
): Promise<Uint8Array> {
  try {
    const rgba = await decodePixels(bytes, width, height)
    for (let at = 0; at < rgba.length; at += 4) {
      const white = Math.round(brightness(rgba.subarray(at, at + 4)))
      rgba[at + 3] = inverted ? white : 255 - white
    }
    return await encodePng(rgba, width, height)
  } catch (error) {
    if (!(error instanceof MediaError)) throw error
    const { message } = error
    throw new EaselError('validation-failed', message, { cause: error, fields: [{ field, message }] })
  }
}
