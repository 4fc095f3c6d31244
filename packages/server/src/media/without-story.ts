import { asBuffer, edited, latin1, u8, type Edit } from './bytes.ts'
import { blankAvif } from './formats/avif-items.ts'
import { formatOf } from './formats/format.ts'
import { gifBlocks } from './formats/gif.ts'
import { exifOf, exifPrefix, isExif, jpegSegments, marker, type JpegSegment } from './formats/jpeg.ts'
import { pngChunks } from './formats/png.ts'
import { webpChunks, webpEnd, webpExif } from './formats/webp.ts'
import { orientationAlone, orientationOf } from './metadata/exif.ts'
import { segmentOf } from './metadata/jpeg.ts'
import { chunkOf } from './metadata/png.ts'
import { flag, paddedEnd, u32Bytes, withChunks } from './metadata/webp.ts'

/**
 * A picture's file with its pixels and what they need to be shown (colour profile, orientation, transparency, frames), and
 * nothing else: no text, no EXIF, no XMP, no content credentials, which could hold the prompt and whose signature would be broken, and
 * nothing behind the picture. What is not known is left out too. No pixel is encoded anew.
 * @param bytes the whole file, which `probe` and `checkComplete` have accepted
 * @throws MediaError when the bytes are no picture or its structure cannot be walked; `unsupported` for an AVIF whose texts cannot be found
 */
export function withoutStory(bytes: Uint8Array): Uint8Array {
  return strips[formatOf(bytes).extension](asBuffer(bytes))
}

const strips = { png: stripPng, jpg: stripJpeg, webp: stripWebp, gif: stripGif, avif: blankAvif } as const

/** The chunks of the PNG specification, third edition (section 11), that change what is seen. */
const pngKept: ReadonlySet<string> = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD hIST pHYs sPLT acTL fcTL fdAT'.split(' '),
)

function stripPng(bytes: Buffer): Buffer {
  const edits: Edit[] = []
  let orientation: number | null = null
  let pixels = false
  for (const { type, at, start, end } of pngChunks(bytes)) {
    if (type === 'IEND') edits.push({ start: end + 4, end: bytes.length, insert: Buffer.alloc(0) })
    pixels ||= type === 'IDAT'
    if (pngKept.has(type)) continue
    let insert: Buffer = Buffer.alloc(0)
    if (type === 'eXIf' && !pixels && orientation === null) {
      orientation = orientationOf(bytes.subarray(start, end))
      if (orientation !== 1) insert = chunkOf('eXIf', orientationAlone(orientation))
    }
    edits.push({ start: at, end: end + 4, insert })
  }
  return edited(bytes, edits)
}

/** Of the segments for applications only these change what is seen: JFIF, the colour profile, and Adobe's way to store colours. */
function isNeeded(bytes: Buffer, { marker: code, start, end }: JpegSegment): boolean {
  const begins = (text: string) => bytes.toString('latin1', start, Math.min(end, start + text.length)) === text
  if (code === marker.app0) return begins('JFIF\0')
  if (code === 0xe2) return begins('ICC_PROFILE\0')
  if (code === 0xee) return begins('Adobe')
  return code < 0xe0 || (code > 0xef && code !== 0xfe)
}

function stripJpeg(bytes: Buffer): Buffer {
  const drops: Edit[] = []
  let orientation: number | null = null
  let freeAt = 2
  let end = bytes.length
  for (const segment of jpegSegments(bytes)) {
    end = segment.end
    if (segment.marker === marker.app0 && segment.at === freeAt) freeAt = segment.end
    if (orientation === null && isExif(bytes, segment)) orientation = orientationOf(exifOf(bytes, segment))
    if (!isNeeded(bytes, segment)) drops.push({ start: segment.at, end: segment.end, insert: Buffer.alloc(0) })
  }
  drops.push({ start: end, end: bytes.length, insert: Buffer.alloc(0) })
  const turned = orientation === null || orientation === 1 ? null : orientationAlone(orientation)
  const exif = turned === null ? null : segmentOf(exifPrefix, turned)
  // First what comes in: what stands at the same place goes.
  return edited(bytes, [...(exif === null ? [] : [{ start: freeAt, end: freeAt, insert: exif }]), ...drops])
}

const webpKept: ReadonlySet<string> = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF', 'ICCP'])

function stripWebp(bytes: Buffer): Buffer {
  const end = webpEnd(bytes)
  const edits: Edit[] = [{ start: end, end: bytes.length, insert: Buffer.alloc(0) }]
  let orientation: number | null = null
  for (const chunk of webpChunks(bytes)) {
    if (chunk.type === 'EXIF') orientation ??= orientationOf(webpExif(bytes, chunk))
    if (chunk.type === 'VP8X') {
      const flags = u8(bytes, chunk.start) & ~(flag.exif | flag.xmp)
      edits.push({ start: chunk.start, end: chunk.start + 1, insert: Buffer.from([flags]) })
    }
    if (!webpKept.has(chunk.type)) edits.push({ start: chunk.at, end: paddedEnd(chunk, end), insert: Buffer.alloc(0) })
  }
  const stripped = edited(bytes, edits)
  u32Bytes(stripped.length - 8).copy(stripped, 4)
  const turned = orientation === null || orientation === 1 ? null : orientationAlone(orientation)
  return withChunks(stripped, { exif: turned, xmp: null })
}

/** Application extensions of GIF that change what is seen: how often it is repeated, and the colour profile. */
const gifKept: ReadonlySet<string> = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0', 'ICCRGBG1012'])

function stripGif(bytes: Buffer): Buffer {
  const edits: Edit[] = []
  let last = bytes.length
  for (const { label, at, end } of gifBlocks(bytes)) {
    last = end
    const application = label === 0xff && u8(bytes, at + 2) === 11 ? latin1(bytes, at + 3, 11) : null
    const told = label === 0xfe || (label === 0xff && !gifKept.has(application ?? ''))
    if (told) edits.push({ start: at, end, insert: Buffer.alloc(0) })
  }
  return edited(bytes, [...edits, { start: last, end: bytes.length, insert: Buffer.alloc(0) }])
}
