import type { Sharp } from 'sharp'
import { marksToCarry } from './carry-metadata.ts'
import { embedMarks } from './embed.ts'
import { formatOf } from './formats/format.ts'
import type { SomeMarks } from './metadata/marks.ts'
import type { Story } from './metadata/story.ts'
import { packetOf } from './metadata/xmp.ts'
import { probe } from './probe.ts'
import { decoded, openPicture } from './sharp.ts'
import { withoutStory } from './without-story.ts'

/** How a picture is to go out. */
export interface OutgoingForm {
  /** `original`: the file as it is kept, but for what `prompt` says. */
  readonly format: 'original' | 'png' | 'jpeg' | 'webp' | 'avif'
  /** 1 to 100, of what is compressed with loss. */
  readonly quality?: number | undefined
  /** Pixels at most; a smaller picture stays as it is. */
  readonly longestSide?: number | undefined
  /** Whether the file may say how it was made. */
  readonly prompt: boolean
}

export interface Outgoing {
  readonly bytes: Uint8Array
  readonly mimeType: string
  readonly extension: string
}

type Format = Exclude<OutgoingForm['format'], 'original'>

// At these nobody sees a difference at first sight.
const usualQuality = { png: 100, jpeg: 90, webp: 85, avif: 60 } as const
const kinds = {
  png: { mimeType: 'image/png', extension: 'png' },
  jpeg: { mimeType: 'image/jpeg', extension: 'jpg' },
  webp: { mimeType: 'image/webp', extension: 'webp' },
  avif: { mimeType: 'image/avif', extension: 'avif' },
} as const
/** Pixels a side, as many as each format has numbers for. */
const mostPixels = { png: Number.MAX_SAFE_INTEGER, jpeg: 65_535, webp: 16_383, avif: 16_383 } as const

function encoder(picture: Sharp, format: Format, { quality, marks }: { quality: number; marks: SomeMarks }): Sharp {
  switch (format) {
    case 'png':
      return picture.png({ compressionLevel: 6, adaptiveFiltering: true })
    case 'jpeg':
      return picture
        .flatten({ background: '#ffffff' })
        .jpeg({ quality, chromaSubsampling: quality >= 90 ? '4:4:4' : '4:2:0' })
    case 'webp':
      return picture.webp({ quality, effort: 4 })
    case 'avif': {
      const packet = packetOf(marks)
      return (packet === null ? picture : picture.withXmp(packet)).avif({ quality, effort: 2 })
    }
  }
}

function kindOf(bytes: Uint8Array): Omit<Outgoing, 'bytes'> {
  const { mimeType, extension } = formatOf(bytes)
  return { mimeType, extension }
}

/** A PNG is not made anew from a PNG that fits. */
function fits(original: Uint8Array, { format, longestSide }: OutgoingForm): boolean {
  const { mimeType, width, height } = probe(original)
  return format === 'png' && mimeType === 'image/png' && Math.max(width, height) <= (longestSide ?? Infinity)
}

/**
 * A picture's file in the form in which it is to go out. The original with its prompt is returned as it is, the very same object. Without
 * it, {@link withoutStory}, and the mark for how the picture was made, where the format has a place for it, is written anew. In another
 * format it is the first frame, upright, in 8-bit sRGB, without content credentials, transparency on white in a JPEG, and with the mark
 * and, where the prompt is wanted, the parameters.
 * @param original the whole file, which `probe` and `checkComplete` have accepted
 * @param story for what the file does not say, or null when nothing is known of it
 * @throws MediaError when it is damaged; `unsupported` where its texts cannot be taken out
 */
export async function outgoing(original: Uint8Array, form: OutgoingForm, story: Story | null): Promise<Outgoing> {
  const { format } = form
  const stays = format === 'original' || fits(original, form)
  if (stays && form.prompt) return { bytes: original, ...kindOf(original) }
  const carried = marksToCarry(original, story)
  const marks: SomeMarks = form.prompt ? carried : { ...carried, parameters: null }
  if (stays) return { bytes: embedMarks(withoutStory(original), marks), ...kindOf(original) }
  const side = Math.min(form.longestSide ?? Infinity, mostPixels[format])
  const picture = openPicture(original)
  const { width, height } = probe(original)
  const smaller =
    Math.max(width, height) <= side ? picture : picture.resize(side, side, { fit: 'inside', withoutEnlargement: true })
  const quality = form.quality ?? usualQuality[format]
  const bytes = await decoded(encoder(smaller.toColourspace('srgb'), format, { quality, marks }).toBuffer())
  return { bytes: format === 'avif' ? bytes : embedMarks(bytes, marks), ...kinds[format] }
}
