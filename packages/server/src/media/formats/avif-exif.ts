import { latin1, part, u16be, u32be, u8 } from '../bytes.ts'
import { avifBoxes, type Box } from './avif.ts'

const maxItems = 10_000

function child(bytes: Buffer, { start, end }: { readonly start: number; readonly end: number }, type: string) {
  for (const box of avifBoxes(bytes, start, end)) if (box.type === type) return box
  return null
}

/** The number of the item of type `Exif` (ISO/IEC 14496-12, section 8.11.6), or null. */
function exifItem(bytes: Buffer, iinf: Box): number | null {
  const first = iinf.start + (u8(bytes, iinf.start) === 0 ? 6 : 8)
  for (const { type, start } of avifBoxes(bytes, first, iinf.end)) {
    const version = u8(bytes, start)
    if (type !== 'infe' || version < 2) continue
    const id = version === 2 ? u16be(bytes, start + 4) : u32be(bytes, start + 4)
    if (latin1(bytes, start + (version === 2 ? 8 : 10), 4) === 'Exif') return id
  }
  return null
}

function reader(bytes: Buffer, from: number) {
  let at = from
  return (size: number): number => {
    at += size
    if (size === 0) return 0
    const field = part(bytes, at - size, size)
    return size === 8 ? Number(field.readBigUInt64BE()) : field.readUIntBE(0, size)
  }
}

/** Where the only extent of an item is (section 8.11.3), or null where it is elsewhere than plainly in the file. */
function extentOf(bytes: Buffer, iloc: Box, wanted: number): { at: number; length: number } | null {
  const version = u8(bytes, iloc.start)
  const sizes = u16be(bytes, iloc.start + 4)
  const [offsetSize, lengthSize, baseSize] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15]
  const indexSize = version === 0 ? 0 : sizes & 15
  if (version > 2 || ![offsetSize, lengthSize, baseSize, indexSize].every((size) => [0, 4, 8].includes(size)))
    return null
  const read = reader(bytes, iloc.start + 6)
  const wide = version === 2 ? 4 : 2
  const items = Math.min(read(wide), maxItems)
  for (let item = 0; item < items; item++) {
    const id = read(wide)
    const method = version === 0 ? 0 : read(2) & 15
    read(2)
    const base = read(baseSize)
    const extents = Math.min(read(2), maxItems)
    for (let extent = 0; extent < extents; extent++) {
      read(indexSize)
      const found = { at: base + read(offsetSize), length: read(lengthSize) }
      if (id === wanted) return method === 0 && extents === 1 ? found : null
    }
  }
  return null
}

/**
 * The TIFF structure of an AVIF's EXIF (ISO/IEC 23008-12, annex A), or null when it has none that can be found.
 * @throws MediaError when its boxes cannot be walked
 */
export function avifTiff(bytes: Buffer): Buffer | null {
  const meta = child(bytes, { start: 0, end: bytes.length }, 'meta')
  if (meta === null) return null
  const inner = { start: meta.start + 4, end: meta.end }
  const [iinf, iloc] = [child(bytes, inner, 'iinf'), child(bytes, inner, 'iloc')]
  const item = iinf === null ? null : exifItem(bytes, iinf)
  const extent = item === null || iloc === null ? null : extentOf(bytes, iloc, item)
  if (extent === null || extent.length < 12) return null
  const data = part(bytes, extent.at, extent.length)
  // Its first four bytes say how far behind them the structure begins.
  const from = 4 + data.readUInt32BE(0)
  return from < data.length ? data.subarray(from) : null
}
