// What an AVIF holds besides its pixels: items of its `meta` box, whose bytes lie somewhere in the file (ISO/IEC 14496-12, section 8.11).
import { latin1, part, u16be, u32be, u8 } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { boxes, type Box } from './avif.ts'

/** Bytes from `start` to before `end`. */
interface Span {
  readonly start: number
  readonly end: number
}

const unknown = () =>
  new MediaError(
    'unsupported',
    'What this AVIF says besides its pixels cannot be taken out. Ask for it in another format.',
  )

/** The items whose bytes are texts, by their number: EXIF, XMP and other typed data (section 8.11.6). */
function textItems(bytes: Buffer, info: Box): ReadonlyMap<number, string> {
  const wide = u8(bytes, info.start) > 0
  const found = new Map<number, string>()
  for (const { type, start, end } of boxes(bytes, info.start + (wide ? 8 : 6), info.end)) {
    const version = u8(bytes, start)
    if (type !== 'infe' || version < 2 || end - start < (version === 2 ? 12 : 14)) throw unknown()
    const id = version === 2 ? u16be(bytes, start + 4) : u32be(bytes, start + 4)
    const kind = latin1(bytes, start + (version === 2 ? 8 : 10), 4)
    if (kind === 'Exif' || kind === 'mime' || kind === 'uri ') found.set(id, kind)
  }
  return found
}

/** Reads numbers of 0, 4 or 8 bytes one after the other. */
function readerAt(bytes: Buffer, from: number) {
  let at = from
  return (size: number): number => {
    const value = part(bytes, at, size)
    at += size
    if (size === 0) return 0
    return size === 8 ? Number(value.readBigUInt64BE()) : value.readUIntBE(0, size)
  }
}

interface Located extends Span {
  readonly id: number
}

/** Where the bytes of all items lie (section 8.11.3). */
function locations(bytes: Buffer, location: Box, data: Box | null): readonly Located[] {
  const version = u8(bytes, location.start)
  const sizes = u16be(bytes, location.start + 4)
  const [offsetSize, lengthSize, baseSize, indexSize] = [12, 8, 4, 0].map((shift) => (sizes >> shift) & 15)
  const all = [offsetSize, lengthSize, baseSize, indexSize]
  if (version > 2 || all.some((size) => size !== 0 && size !== 4 && size !== 8)) throw unknown()
  const read = readerAt(bytes, location.start + 6)
  const found: Located[] = []
  const items = read(version < 2 ? 2 : 4)
  for (let item = 0; item < items; item++) {
    const id = read(version < 2 ? 2 : 4)
    const method = version === 0 ? 0 : read(2) & 15
    read(2)
    const base = read(baseSize ?? 0)
    const extents = read(2)
    for (let extent = 0; extent < extents; extent++) {
      if (version > 0) read(indexSize ?? 0)
      const offset = base + read(offsetSize ?? 0)
      const length = read(lengthSize ?? 0)
      if (method > 1 || (method === 1 && data === null)) throw unknown()
      const start = offset + (method === 1 ? (data?.start ?? 0) : 0)
      part(bytes, start, length)
      found.push({ id, start, end: start + length })
    }
  }
  return found
}

/** A text of an AVIF: what kind of item it is, and where its bytes lie; an item in several pieces comes as often. */
export interface AvifText extends Span {
  readonly kind: string
}

/**
 * The texts that the `meta` box of an AVIF tells of.
 * @throws MediaError `unsupported` when they cannot be found for certain; others when the boxes cannot be walked
 */
export function textsOf(bytes: Buffer, meta: Box): readonly AvifText[] {
  const inner = new Map([...boxes(bytes, meta.start + 4, meta.end)].map((one) => [one.type, one]))
  const info = inner.get('iinf')
  const location = inner.get('iloc')
  if (info === undefined || location === undefined) return []
  const kinds = textItems(bytes, info)
  return locations(bytes, location, inner.get('idat') ?? null).flatMap(({ id, start, end }) => {
    const kind = kinds.get(id)
    return kind === undefined ? [] : [{ kind, start, end }]
  })
}

/** An Exif item (ISO/IEC 23008-12, annex A.2.1) that says nothing: four bytes of offset and an empty directory. */
const emptyExif = Buffer.from('\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1')

function blank(bytes: Buffer, { start, end, kind }: AvifText): void {
  // Decoders take blank room for an empty packet, but zeros for a broken EXIF.
  bytes.fill(kind === 'Exif' ? 0 : 0x20, start, end)
  if (kind === 'Exif') emptyExif.copy(bytes, start, 0, Math.min(emptyExif.length, end - start))
}

/**
 * A copy of an AVIF in which the texts are blank: what they said is gone, and everything else stays at its place.
 * @throws MediaError `unsupported` when they cannot be found for certain; others when its boxes cannot be walked
 */
export function blankAvif(original: Buffer): Buffer {
  const bytes = Buffer.from(original)
  for (const box of boxes(original, 0, original.length)) {
    // Boxes of others, content credentials among them.
    if (box.type === 'uuid' || box.type === 'free' || box.type === 'skip') {
      bytes.write('free', box.start - 4, 'latin1')
      bytes.fill(0, box.start, box.end)
    }
    if (box.type === 'meta') for (const text of textsOf(original, box)) blank(bytes, text)
  }
  return bytes
}
