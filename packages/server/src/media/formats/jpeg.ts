import { latin1, u16be, u8 } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { orientationOf } from '../metadata/exif.ts'
import { checkBehind } from './foreign.ts'
import { turned, type Size } from './size.ts'

/** Markers of JPEG (ITU-T T.81, table B.1) that are looked at here. */
export const marker = { soi: 0xd8, eoi: 0xd9, sos: 0xda, app0: 0xe0, app1: 0xe1, app11: 0xeb } as const

/** What the data of an APP1 segment with EXIF begins with. */
export const exifPrefix = 'Exif\0\0'

/** One segment: `at` is the offset of its marker, `start` and `end` enclose its data. */
export interface JpegSegment {
  readonly marker: number
  readonly at: number
  readonly start: number
  readonly end: number
}

/**
 * The segments of a JPEG up to its end marker, the compressed pixels passed over.
 * @throws MediaError `incomplete` when the file ends before the end marker; `damaged` when there is no marker where one must be
 */
export function* jpegSegments(bytes: Buffer): Generator<JpegSegment> {
  let at = 2
  for (;;) {
    if (u8(bytes, at) !== 0xff) throw new MediaError('damaged', 'The JPEG is damaged: a marker is missing.')
    while (u8(bytes, at + 1) === 0xff) at += 1
    const code = u8(bytes, at + 1)
    if (isAlone(code)) {
      yield { marker: code, at, start: at + 2, end: at + 2 }
      if (code === marker.eoi) return
      at += 2
      continue
    }
    const length = u16be(bytes, at + 2)
    if (code === 0 || code === marker.soi || length < 2)
      throw new MediaError('damaged', 'The JPEG is damaged: a segment makes no sense.')
    const end = at + 2 + length
    u8(bytes, end - 1)
    yield { marker: code, at, start: at + 4, end }
    at = code === marker.sos ? endOfScan(bytes, end) : end
  }
}

/** Markers without data: TEM, restarts, and the end. */
function isAlone(code: number): boolean {
  return code === 0x01 || isRestart(code) || code === marker.eoi
}

function isRestart(code: number): boolean {
  return code >= 0xd0 && code <= 0xd7
}

/** Offset of the marker that ends the compressed data beginning at `start`; the file's length when there is none. */
function endOfScan(bytes: Buffer, start: number): number {
  // In the data 0xff is followed by 0 (it stands for itself), by a restart marker or by another 0xff (filling).
  for (let at = bytes.indexOf(0xff, start); at !== -1; at = bytes.indexOf(0xff, at)) {
    const code = bytes[at + 1]
    if (code === undefined) break
    if (code === 0xff) at += 1
    else if (code === 0 || isRestart(code)) at += 2
    else return at
  }
  return bytes.length
}

/** Pixels as displayed. @throws MediaError */
export function measureJpeg(bytes: Buffer): Size {
  let orientation: number | null = null
  for (const segment of jpegSegments(bytes)) {
    if (orientation === null && isExif(bytes, segment)) orientation = orientationOf(exifOf(bytes, segment))
    if (isFrame(segment.marker)) return turned(readFrame(bytes, segment), orientation ?? 1)
    if (segment.marker === marker.sos) break
  }
  throw new MediaError('damaged', 'The JPEG is damaged: it does not say its size.')
}

/** True for the APP1 segment that holds EXIF. */
export function isExif(bytes: Buffer, segment: JpegSegment): boolean {
  return (
    segment.marker === marker.app1 &&
    bytes.toString('latin1', segment.start, Math.min(segment.end, segment.start + 6)) === exifPrefix
  )
}

/** The TIFF structure in an EXIF segment. */
export function exifOf(bytes: Buffer, segment: JpegSegment): Buffer {
  return bytes.subarray(segment.start + exifPrefix.length, segment.end)
}

/** Start of frame: C0 to CF but for the tables C4 and CC and the extension C8. */
function isFrame(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc
}

function readFrame(bytes: Buffer, { start, end, marker: code }: JpegSegment): Size {
  // Baseline, extended and progressive, by Huffman or arithmetic coding: the ones that decoders in use know.
  if (![0xc0, 0xc1, 0xc2, 0xc9, 0xca].includes(code))
    throw new MediaError('unsupported', 'This is a lossless JPEG, which browsers do not show.')
  if (end - start < 6) throw new MediaError('damaged', 'The JPEG is damaged: it does not say its size.')
  return { height: u16be(bytes, start + 1), width: u16be(bytes, start + 3) }
}

/**
 * There are a frame, a scan and an end marker, and every segment before it is whole.
 * @throws MediaError
 */
export function checkJpeg(bytes: Buffer): void {
  let frame = false
  let scan = false
  let after = 0
  for (const segment of jpegSegments(bytes)) {
    frame ||= isFrame(segment.marker)
    scan ||= frame && segment.marker === marker.sos
    after = segment.end
  }
  if (!scan) throw new MediaError('damaged', 'The JPEG is damaged: it has no pixels.')
  checkBehind(bytes, after)
}

/** True for an APP11 segment with a JUMBF box, which is where content credentials are (C2PA specification, section A.3.1). */
export function isCredentials(bytes: Buffer, segment: JpegSegment): boolean {
  if (segment.marker !== marker.app11 || segment.end - segment.start < 16) return false
  return latin1(bytes, segment.start, 2) === 'JP' && latin1(bytes, segment.start + 12, 4) === 'jumb'
}
