import { decodeComment } from './exif.ts'
import { maxTextBytes } from './found.ts'
import { orderOf, readDirectory, valueOf, type Entry, type Order } from './tiff.ts'

/** The tags that tools write texts under, and what they are called (Exif 3.0, sections 4.6.5 and 4.6.6). */
const names: Readonly<Record<number, string>> = {
  0x010e: 'ImageDescription',
  0x010f: 'Make',
  0x0110: 'Model',
  0x0131: 'Software',
  0x927c: 'MakerNote',
  0x9286: 'UserComment',
}
const exifDirectory = 0x8769
const ascii = 2

/**
 * The texts in a TIFF structure, by the names of their tags. Those of the Exif directory count before those of the first one, where some
 * writers put them all.
 * @returns null for a text that is too long; nothing at all when the structure cannot be read
 */
export function readExifTexts(tiff: Buffer): Map<string, string | null> {
  const found = new Map<string, string | null>()
  const order = orderOf(tiff)
  const first = order === null ? null : readDirectory(tiff, order, order.u32(tiff, 4))
  if (order === null || first === null) return found
  const pointer = first.entries.find(({ tag }) => tag === exifDirectory)
  const exif = pointer === undefined ? null : readDirectory(tiff, order, order.u32(pointer.field, 0))
  for (const entry of [...(exif?.entries ?? []), ...first.entries]) {
    const name = names[entry.tag]
    const value = name === undefined || found.has(name) ? undefined : textOf(tiff, order, entry)
    if (name !== undefined && value !== undefined) found.set(name, value)
  }
  return found
}

function textOf(tiff: Buffer, order: Order, entry: Entry): string | null | undefined {
  const value = valueOf(tiff, order, entry)
  if (value === null) return undefined
  if (value.length > maxTextBytes) return null
  const coded = entry.tag === 0x9286 && entry.type !== ascii
  const text = coded ? decodeComment(value) : value.toString('utf8').replace(/\0+$/, '')
  return text.trim() === '' ? undefined : text
}
