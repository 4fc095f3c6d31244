import { crc32, inflateSync } from 'node:zlib'
import { edited, type Edit } from '../bytes.ts'
import { pngChunks, type PngChunk } from '../formats/png.ts'
import { maxTextBytes, type Found } from './found.ts'
import type { SomeMarks } from './marks.ts'
import { withSourceType } from './xmp.ts'

const keywords = { parameters: 'parameters', xmp: 'XML:com.adobe.xmp' } as const

interface PngText {
  readonly keyword: string
  readonly chunk: PngChunk
  /** Null when it cannot be read: broken, or longer than {@link maxTextBytes}. */
  readonly text: string | null
}

interface PngMetadata {
  readonly parameters: PngText | null
  readonly xmp: PngText | null
  readonly c2pa: boolean
  /** Where new chunks go. */
  readonly pixelsAt: number
}

/**
 * The texts of a PNG under the keywords that are wanted, the first of each.
 * @param wanted keywords, as the PNG specification writes them: Latin-1, their case counts
 * @returns null for a text that cannot be read: broken, or longer than {@link maxTextBytes}
 * @throws MediaError when its chunks cannot be walked
 */
export function readPngTexts(bytes: Buffer, wanted: ReadonlySet<string>): Map<string, string | null> {
  const found = new Map<string, string | null>()
  for (const chunk of pngChunks(bytes)) {
    const keyword = keywordOf(bytes, chunk)
    if (keyword === null || !wanted.has(keyword) || found.has(keyword)) continue
    found.set(keyword, textOf(bytes, chunk, keyword))
  }
  return found
}

/** What a PNG holds besides its pixels. @throws MediaError when its chunks cannot be walked */
export function readPng(bytes: Buffer): Found {
  const { parameters, xmp, c2pa } = scan(bytes)
  return { parameters: parameters?.text ?? null, xmp: xmp?.text ?? null, c2pa }
}

/**
 * The PNG with the marks in it, those that are not null: `parameters` as tEXt where Latin-1 can write it, else as iTXt, and XMP as iTXt, both before the pixels.
 * @returns the same Buffer when nothing is to be added or it has content credentials
 * @throws MediaError when its chunks cannot be walked
 */
export function embedPng(bytes: Buffer, marks: SomeMarks): Buffer {
  const { parameters, xmp, c2pa, pixelsAt } = scan(bytes)
  if (c2pa) return bytes
  const edits: Edit[] = []
  if (parameters === null && marks.parameters !== null)
    edits.push({ start: pixelsAt, end: pixelsAt, insert: textChunk(keywords.parameters, marks.parameters) })
  const packet = marks.sourceType === null ? null : withSourceType(xmp?.text ?? null, marks.sourceType)
  if (packet !== null) {
    const { start, end } =
      xmp === null ? { start: pixelsAt, end: pixelsAt } : { start: xmp.chunk.at, end: xmp.chunk.end + 4 }
    edits.push({ start, end, insert: internationalChunk(keywords.xmp, packet) })
  }
  return edits.length === 0 ? bytes : edited(bytes, edits)
}

function scan(bytes: Buffer): PngMetadata {
  let parameters: PngText | null = null
  let xmp: PngText | null = null
  let c2pa = false
  let pixelsAt: number | null = null
  let end = bytes.length
  for (const chunk of pngChunks(bytes)) {
    if (chunk.type === 'caBX') c2pa = true
    if (chunk.type === 'IDAT') pixelsAt ??= chunk.at
    if (chunk.type === 'IEND') end = chunk.at
    const text = readText(bytes, chunk)
    if (text?.keyword === keywords.parameters) parameters ??= text
    if (text?.keyword === keywords.xmp) xmp ??= text
  }
  return { parameters, xmp, c2pa, pixelsAt: pixelsAt ?? end }
}

function readText(bytes: Buffer, chunk: PngChunk): PngText | null {
  const keyword = keywordOf(bytes, chunk)
  if (keyword !== keywords.parameters && keyword !== keywords.xmp) return null
  return { keyword, chunk, text: textOf(bytes, chunk, keyword) }
}

/** Null for a chunk that is no text. */
function keywordOf(bytes: Buffer, { type, start, end }: PngChunk): string | null {
  if (type !== 'tEXt' && type !== 'zTXt' && type !== 'iTXt') return null
  const data = bytes.subarray(start, end)
  const split = data.subarray(0, 80).indexOf(0)
  return split < 1 ? null : data.toString('latin1', 0, split)
}

function textOf(bytes: Buffer, { type, start, end }: PngChunk, keyword: string): string | null {
  const rest = bytes.subarray(start + keyword.length + 1, end)
  if (type === 'tEXt') return decode(rest, 'latin1')
  if (type === 'zTXt') return inflate(rest.subarray(1), 'latin1')
  // iTXt: compression flag and method, language, translated keyword, text (PNG specification, section 11.3.3.4).
  const language = rest.indexOf(0, 2)
  const translated = language === -1 ? -1 : rest.indexOf(0, language + 1)
  if (translated === -1) return null
  const text = rest.subarray(translated + 1)
  return rest[0] === 0 ? decode(text, 'utf8') : inflate(text, 'utf8')
}

function decode(data: Buffer, encoding: 'latin1' | 'utf8'): string | null {
  return data.length <= maxTextBytes ? data.toString(encoding) : null
}

function inflate(data: Buffer, encoding: 'latin1' | 'utf8'): string | null {
  try {
    return inflateSync(data, { maxOutputLength: maxTextBytes }).toString(encoding)
  } catch {
    // Broken or a bomb: either way it is no text, and the picture may be sound all the same.
    return null
  }
}

function textChunk(keyword: string, text: string): Buffer {
  if (!/^[\u0001-\u00ff]*$/.test(text)) return internationalChunk(keyword, text)
  return chunkOf('tEXt', Buffer.from(`${keyword}\0${text}`, 'latin1'))
}

function internationalChunk(keyword: string, text: string): Buffer {
  return chunkOf('iTXt', Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text)]))
}

/** A chunk as it stands in a file. */
export function chunkOf(type: string, data: Buffer): Buffer {
  const bytes = Buffer.alloc(data.length + 12)
  bytes.writeUInt32BE(data.length, 0)
  bytes.write(type, 4, 'latin1')
  data.copy(bytes, 8)
  bytes.writeUInt32BE(crc32(bytes.subarray(4, data.length + 8)), data.length + 8)
  return bytes
}
