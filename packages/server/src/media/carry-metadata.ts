import { asBuffer } from './bytes.ts'
import { marksOf, type SomeMarks } from './metadata/marks.ts'
import { embedPng } from './metadata/png.ts'
import type { Story } from './metadata/story.ts'
import { readMetadata } from './read-metadata.ts'

/**
 * What a picture's file says about how the picture came to be, word for word: the IPTC Digital Source Type and the parameters.
 * @param original the whole file, which `probe` and `checkComplete` have accepted
 * @param story for what the original does not say, or null when nothing is known of it
 * @throws MediaError when its structure cannot be walked
 */
export function marksToCarry(original: Uint8Array, story: Story | null): SomeMarks {
  const told = readMetadata(original)
  const own = story === null ? null : marksOf(story)
  return {
    sourceType: told.digitalSourceType ?? own?.sourceType ?? null,
    parameters: told.parameters ?? own?.parameters ?? null,
  }
}

/**
 * Writes {@link marksToCarry} into a PNG that was made from the file. Content credentials cannot be carried: their signature is about
 * other bytes.
 * @param original the whole file, which `probe` and `checkComplete` have accepted
 * @param png made from it
 * @param story for what the original does not say, or null when nothing is known of it
 * @throws MediaError when the structure of either cannot be walked
 */
export function carryMetadata(original: Uint8Array, png: Uint8Array, story: Story | null): Uint8Array {
  return embedPng(asBuffer(png), marksToCarry(original, story))
}
