import { blocksOf, gifBlocks } from './gif.ts'

const comment = 0xfe

/**
 * The first comment of a GIF (GIF89a, section 24), or null. Its text has no code of its own; tools write UTF-8.
 * @param max bytes that are read
 * @throws MediaError when its blocks cannot be walked
 */
export function gifComment(bytes: Buffer, max: number): { readonly text: string | null } | null {
  for (const { label, at } of gifBlocks(bytes)) {
    if (label !== comment) continue
    const parts: Buffer[] = []
    let length = 0
    for (const block of blocksOf(bytes, at + 2)) {
      length += block.length
      if (length > max) return { text: null }
      parts.push(block)
    }
    return { text: Buffer.concat(parts).toString('utf8') }
  }
  return null
}
