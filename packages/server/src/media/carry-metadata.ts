import { asBuffer } from './bytes.ts'
import { marksOf } from './metadata/marks.ts'
import { embedPng } from './metadata/png.ts'
import type { Story } from './metadata/story.ts'
import { readMetadata } from './read-metadata.ts'

/**
 * Writes into a PNG what the file that it was made from says about how the picture came to be: the IPTC Digital Source Type and the
 * parameters, word for word. Content credentials cannot be carried: their signature is about other bytes.
 * @param original the whole file, which `probe` and `checkComplete` have accepted
 * @param png made from it
 * @param story for what the original does not say, or null when nothing is known of it
 * @throws MediaError when the structure of either cannot be walked
 */
export function carryMetadata(original: Uint8Array, png: Uint8Array, story: Story | null): Uint8Array {
  const told = readMetadata(original)
  const own = story === null ? null : marksOf(story)
  return embedPng(asBuffer(png), {
    sourceType: told.digitalSourceType ?? own?.sourceType ?? null,
    parameters: told.parameters ?? own?.parameters ?? null,
  })
}
