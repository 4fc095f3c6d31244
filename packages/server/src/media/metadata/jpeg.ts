import { edited, type Edit } from '../bytes.ts'
import { exifOf, exifPrefix, isCredentials, isExif, jpegSegments, marker, type JpegSegment } from '../formats/jpeg.ts'
import { commentForms, readUserComment, withUserComment } from './exif.ts'
import type { Found } from './found.ts'
import type { SomeMarks } from './marks.ts'
import { withoutPadding, withSourceType } from './xmp.ts'

const xmpPrefix = 'http://ns.adobe.com/xap/1.0/\0'
/** Bytes that a segment may hold: its length is 16 bits and counts itself. */
const maxData = 65_533

interface JpegMetadata {
  readonly exif: JpegSegment | null
  readonly xmp: JpegSegment | null
  readonly c2pa: boolean
  /** Where new segments go: behind JFIF's, which must be first. */
  readonly freeAt: number
}

/** What a JPEG holds besides its pixels. @throws MediaError when its segments cannot be walked */
export function readJpeg(bytes: Buffer): Found {
  const { exif, xmp, c2pa } = scan(bytes)
  return {
    parameters: exif === null ? null : readUserComment(exifOf(bytes, exif)),
    xmp: xmp === null ? null : packetOf(bytes, xmp),
    c2pa,
  }
}

/** The TIFF structure of a JPEG's EXIF, or null. @throws MediaError when its segments cannot be walked */
export function jpegTiff(bytes: Buffer): Buffer | null {
  const { exif } = scan(bytes)
  return exif === null ? null : exifOf(bytes, exif)
}

/**
 * The JPEG with the marks in it, those that are not null: `parameters` as UserComment in its EXIF, and XMP. What does not fit into a segment is left out.
 * @returns the same Buffer when nothing is to be added or it has content credentials
 * @throws MediaError when its segments cannot be walked
 */
export function embedJpeg(bytes: Buffer, marks: SomeMarks): Buffer {
  const { exif, xmp, c2pa, freeAt } = scan(bytes)
  if (c2pa) return bytes
  const edits: Edit[] = []
  const newExif = exifWith(bytes, exif, marks.parameters)
  if (newExif !== null) edits.push({ start: exif?.at ?? freeAt, end: exif?.end ?? freeAt, insert: newExif })
  const newXmp = xmpWith(bytes, xmp, marks.sourceType)
  // EXIF stays first: some readers look for it nowhere else.
  const xmpAt = exif?.end ?? freeAt
  if (newXmp !== null) edits.push({ start: xmp?.at ?? xmpAt, end: xmp?.end ?? xmpAt, insert: newXmp })
  return edits.length === 0 ? bytes : edited(bytes, edits)
}

function scan(bytes: Buffer): JpegMetadata {
  let exif: JpegSegment | null = null
  let xmp: JpegSegment | null = null
  let c2pa = false
  let freeAt = 2
  for (const segment of jpegSegments(bytes)) {
    if (segment.marker === marker.sos) break
    if (segment.marker === marker.app0 && segment.at === freeAt) freeAt = segment.end
    if (isExif(bytes, segment)) exif ??= segment
    if (isXmp(bytes, segment)) xmp ??= segment
    c2pa ||= isCredentials(bytes, segment)
  }
  return { exif, xmp, c2pa, freeAt }
}

function isXmp(bytes: Buffer, { marker: code, start, end }: JpegSegment): boolean {
  return code === marker.app1 && bytes.toString('latin1', start, Math.min(end, start + xmpPrefix.length)) === xmpPrefix
}

function packetOf(bytes: Buffer, { start, end }: JpegSegment): string {
  return bytes.toString('utf8', start + xmpPrefix.length, end)
}

function exifWith(bytes: Buffer, exif: JpegSegment | null, parameters: string | null): Buffer | null {
  if (parameters === null) return null
  const tiff = exif === null ? null : exifOf(bytes, exif)
  for (const comment of commentForms(parameters)) {
    const merged = withUserComment(tiff, comment)
    const segment = merged === null ? null : segmentOf(exifPrefix, merged)
    if (segment !== null) return segment
  }
  return null
}

function xmpWith(bytes: Buffer, xmp: JpegSegment | null, sourceType: string | null): Buffer | null {
  if (sourceType === null) return null
  const packet = withSourceType(xmp === null ? null : packetOf(bytes, xmp), sourceType)
  return packet === null
    ? null
    : (segmentOf(xmpPrefix, Buffer.from(packet)) ?? segmentOf(xmpPrefix, Buffer.from(withoutPadding(packet))))
}

/** An APP1 segment, or null when the data does not fit. */
export function segmentOf(prefix: string, data: Buffer): Buffer | null {
  const length = prefix.length + data.length
  if (length > maxData) return null
  const head = Buffer.from([0xff, marker.app1, 0, 0])
  head.writeUInt16BE(length + 2, 2)
  return Buffer.concat([head, Buffer.from(prefix, 'latin1'), data])
}
