// Reads zip archives in the browser, file by file, so that one of many gigabytes needs no more memory than its largest picture.
// The form is that of PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3.
import type { PickedFile } from './picked-files.ts'

/** An archive cannot be used. The message says why. */
export class ArchiveFault extends Error {
  override readonly name = 'ArchiveFault'
}

interface Entry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
  readonly modified: number | null
}

const signature = { end: 0x06054b50, end64: 0x06064b50, locator64: 0x07064b50, entry: 0x02014b50, local: 0x04034b50 }
const endBytes = 22
const maxComment = 0xffff
/** For a few million files. */
const maxDirectory = 512 * 1024 * 1024
/** How many times its packed size a file may have, where it is not small. */
const maxRatio = 200
const smallBytes = 1024 * 1024

const viewOf = async (blob: Blob, from: number, to: number): Promise<DataView> =>
  new DataView(await blob.slice(from, to).arrayBuffer())

const u64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true))

interface Directory {
  readonly offset: number
  readonly length: number
}

/** Where the list of files is. */
async function findDirectory(blob: Blob): Promise<Directory> {
  const from = Math.max(0, blob.size - endBytes - maxComment)
  const tail = await viewOf(blob, from, blob.size)
  for (let at = tail.byteLength - endBytes; at >= 0; at--) {
    if (tail.getUint32(at, true) !== signature.end) continue
    const plain = { offset: tail.getUint32(at + 16, true), length: tail.getUint32(at + 12, true) }
    const locator = at - 20
    if (locator < 0 || tail.getUint32(locator, true) !== signature.locator64) return plain
    const start = u64(tail, locator + 8)
    const end64 = await viewOf(blob, start, start + 56)
    if (end64.byteLength < 56 || end64.getUint32(0, true) !== signature.end64) break
    return { offset: u64(end64, 48), length: u64(end64, 40) }
  }
  throw new ArchiveFault('This is no zip archive, or it is not whole.')
}

/** What did not fit into its 32 bits stands in the extra field, in this order. */
function wide(view: DataView, { at, end }: { at: number; end: number }, values: readonly number[]): number[] {
  for (let field = at; field + 4 <= end; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue
    let place = field + 4
    const last = Math.min(end, place + view.getUint16(field + 2, true))
    return values.map((value) => {
      if (value !== 0xffffffff || place + 8 > last) return value
      place += 8
      return u64(view, place - 8)
    })
  }
  return [...values]
}

/** The time as MS-DOS wrote it, local; 1980 is that of archives that say nothing. */
function timeOf(date: number, time: number): number | null {
  const year = 1980 + (date >> 9)
  if (year <= 1980) return null
  const ms = new Date(year, ((date >> 5) & 15) - 1, date & 31, time >> 11, (time >> 5) & 63, (time & 31) * 2).getTime()
  return Number.isNaN(ms) ? null : ms
}

const brokenList = () => new ArchiveFault('This archive is damaged: its list of files cannot be read.')

function* entriesOf(view: DataView): Generator<Entry> {
  const utf8 = new TextDecoder()
  const latin1 = new TextDecoder('latin1')
  for (let at = 0; at < view.byteLength;) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== signature.entry) throw brokenList()
    const flags = view.getUint16(at + 8, true)
    const nameEnd = at + 46 + view.getUint16(at + 28, true)
    const extraEnd = nameEnd + view.getUint16(at + 30, true)
    const end = extraEnd + view.getUint16(at + 32, true)
    if (end > view.byteLength) throw brokenList()
    const raw = new Uint8Array(view.buffer, view.byteOffset + at + 46, nameEnd - at - 46)
    const told = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
    const [size = 0, packed = 0, offset = 0] = wide(view, { at: nameEnd, end: extraEnd }, told)
    yield {
      name: ((flags & 0x800) !== 0 ? utf8 : latin1).decode(raw).replaceAll('\\', '/'),
      flags,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      offset,
      modified: timeOf(view.getUint16(at + 14, true), view.getUint16(at + 12, true)),
    }
    at = end
  }
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})

function crc32(bytes: Uint8Array): number {
  let value = 0xffffffff
  for (const byte of bytes) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 0xff] ?? 0)
  return (value ^ 0xffffffff) >>> 0
}

const damaged = () => new ArchiveFault('It is damaged: its checksum in the archive is another one.')

/** Unpacks no more than was announced. */
async function inflated(packed: Blob, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(size)
  let length = 0
  const reader = packed.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  for (;;) {
    const { done, value } = await reader.read().catch((cause: unknown) => {
      throw new ArchiveFault('It cannot be unpacked: it is damaged.', { cause })
    })
    if (done) break
    if (length + value.length > size) {
      await reader.cancel()
      throw damaged()
    }
    out.set(value, length)
    length += value.length
  }
  if (length !== size) throw damaged()
  return out
}

async function unpack(archive: Blob, { flags, method, crc, packed, size, offset }: Entry, max: number): Promise<Blob> {
  if ((flags & 1) !== 0) throw new ArchiveFault('It is encrypted.')
  if (size > max) throw new ArchiveFault(`It has ${size} bytes; ${max} are allowed.`)
  if (size > smallBytes && size > packed * maxRatio) throw new ArchiveFault('It unpacks to far more than it should.')
  const head = await viewOf(archive, offset, offset + 30)
  if (head.byteLength < 30 || head.getUint32(0, true) !== signature.local) throw damaged()
  const start = offset + 30 + head.getUint16(26, true) + head.getUint16(28, true)
  const data = archive.slice(start, start + packed)
  if (method !== 0 && method !== 8) throw new ArchiveFault('It is packed in a way that browsers do not know.')
  const bytes = method === 8 ? await inflated(data, size) : new Uint8Array(await data.arrayBuffer())
  if (bytes.length !== size || crc32(bytes) !== crc) throw damaged()
  return new Blob([bytes])
}

/**
 * The files of an archive, by its own list. Names that lead out of it are as harmless as others: nothing is written anywhere.
 * @throws ArchiveFault when it is none, or damaged
 */
export async function filesOfZip(archive: Blob, maxBytes: number): Promise<PickedFile[]> {
  const { offset, length } = await findDirectory(archive)
  if (length > maxDirectory) throw new ArchiveFault('This archive says that it has more files than can be read.')
  const view = await viewOf(archive, offset, offset + length)
  if (view.byteLength !== length) throw new ArchiveFault('This archive is not whole.')
  return [...entriesOf(view)]
    .filter(({ name }) => !name.endsWith('/'))
    .map((entry) => ({
      name: entry.name,
      size: entry.size,
      modified: entry.modified,
      blob: () => unpack(archive, entry, maxBytes),
    }))
}
