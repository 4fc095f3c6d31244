import { asBuffer } from './bytes.ts'
import { formatOf } from './formats/format.ts'
import { embedJpeg } from './metadata/jpeg.ts'
import { marksOf, type SomeMarks } from './metadata/marks.ts'
import { embedPng } from './metadata/png.ts'
import type { Story } from './metadata/story.ts'
import { embedWebp } from './metadata/webp.ts'

/**
 * Writes into a picture's file how it came to be, without touching its pixels: XMP with the IPTC Digital Source Type (an AI made it, an AI
 * changed it, or rules drew it) and Easel as the creator tool, and the story in A1111's text form where other tools look for it.
 * What the file holds already stays and wins: `parameters`, a creator tool, a source type that names AI; an XMP packet or an EXIF block is added to,
 * never doubled.
 *
 * Returned as they are, the very same object: GIF and AVIF, whose texts few tools read; a file with C2PA content credentials, whose signature
 * any change would break; a file that says it all already.
 * @param bytes the whole file, which `probe` and `checkComplete` have accepted
 * @param story what to write; its NUL characters and halves of characters are left out
 * @returns the file with the texts in it
 * @throws MediaError when the bytes are no picture or its structure cannot be walked
 */
export function embedMetadata(bytes: Uint8Array, story: Story): Uint8Array {
  return embedMarks(bytes, marksOf(story))
}

/**
 * Writes these texts into a picture's file, as {@link embedMetadata} does.
 * @param bytes the whole file, which `probe` and `checkComplete` have accepted
 * @param marks those that are null are not written
 * @returns the file with the texts in it; the very same object where nothing is to be added or its kind takes none
 * @throws MediaError when the bytes are no picture or its structure cannot be walked
 */
export function embedMarks(bytes: Uint8Array, marks: SomeMarks): Uint8Array {
  const embed = embedders[formatOf(bytes).extension]
  if (embed === null) return bytes
  const buffer = asBuffer(bytes)
  const result = embed(buffer, marks)
  return result === buffer ? bytes : result
}

const embedders = { png: embedPng, jpg: embedJpeg, webp: embedWebp, gif: null, avif: null } as const
