// Reads archives of strangers, for `easel import`. Rules TR32 and TR33 in docs/spec/transfer.md. Nothing is ever unpacked to a disk.
import { crc32 } from 'node:zlib'
import yauzl from 'yauzl'
import { EaselError, messageOf } from '#base/errors.ts'

export interface ArchiveEntry {
  readonly name: string
  /** Bytes, as the archive says. */
  readonly size: number
  /** When the file was last changed, or null where the archive does not say. */
  readonly modified: Date | null
  /**
   * Its bytes.
   * @param max that are wanted at most
   * @throws EaselError when it has more, or they are not those that the archive promises
   */
  read(max: number): Promise<Buffer>
  /**
   * Its bytes as they come, for what is too long to be read whole. What comes before the end may be damaged all the same.
   * @throws EaselError like `read`, at the end for a wrong checksum
   */
  stream(): AsyncIterable<Buffer>
}

export interface Archive {
  /** Files alone, in the archive's order. */
  readonly entries: readonly ArchiveEntry[]
  close(): void
}

export interface ArchiveLimits {
  readonly entries: number
  /** How many times its packed size an entry may have, where it is larger than {@link smallBytes}. */
  readonly ratio: number
}

const usualLimits: ArchiveLimits = { entries: 2_000_000, ratio: 200 }
/** What is smaller does no harm, and text may be all the same letter. */
const smallBytes = 1024 * 1024

const refuse = (message: string, cause?: unknown) =>
  new EaselError('bad-request', `This archive is refused: ${message}`, { cause })

/** Names are shown in full where they are short, and never with what moves a terminal's cursor. */
const shown = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name)

const symbolicLink = 0o120000
const typeMask = 0o170000

function checkEntry(entry: yauzl.Entry, { ratio }: ArchiveLimits): void {
  const { fileName: name, compressedSize: packed, uncompressedSize: size } = entry
  if (name.includes('\0')) throw refuse(`${shown(name)} has a NUL character in its name.`)
  const unsafe = yauzl.validateFileName(name)
  if (unsafe !== null) throw refuse(`the name ${shown(name)} leads out of it.`)
  if (((entry.externalFileAttributes >>> 16) & typeMask) === symbolicLink)
    throw refuse(`${shown(name)} is a symbolic link.`)
  if (entry.isEncrypted()) throw refuse(`${shown(name)} is encrypted. Unpack it first, and import the folder.`)
  if (size > smallBytes && size > packed * ratio) {
    throw refuse(`${shown(name)} unpacks to ${Math.round(size / Math.max(packed, 1))} times its size.`)
  }
}

/** Two entries that share bytes let a small archive unpack to a huge one (https://www.bamsoftware.com/hacks/zipbomb/). */
function checkOverlaps(entries: readonly yauzl.Entry[]): void {
  const sorted = entries.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader)
  let end = 0
  for (const entry of sorted) {
    if (entry.relativeOffsetOfLocalHeader < end) throw refuse(`${shown(entry.fileName)} overlaps another entry.`)
    // The local header may be longer; it is never shorter.
    end = entry.relativeOffsetOfLocalHeader + 30 + entry.fileNameLength + entry.compressedSize
  }
}

const wrong = (message: string, cause?: unknown) => new EaselError('bad-request', message, { cause })

async function* streamEntry(zip: yauzl.ZipFile, entry: yauzl.Entry): AsyncGenerator<Buffer, void, undefined> {
  const size = entry.uncompressedSize
  let length = 0
  let sum = 0
  try {
    for await (const part of await zip.openReadStreamPromise(entry)) {
      const bytes: Buffer = part
      length += bytes.length
      // yauzl ends a stream that grows beyond what it said; this is for the day when it does not.
      if (length > size) break
      sum = crc32(bytes, sum)
      yield bytes
    }
  } catch (error) {
    throw wrong(`It cannot be unpacked: ${messageOf(error)}.`, error)
  }
  if (length !== size || sum !== entry.crc32 >>> 0) {
    throw wrong('It is damaged: its checksum in the archive is another one.')
  }
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, max: number): Promise<Buffer> {
  const size = entry.uncompressedSize
  if (size > max) throw wrong(`It has ${size} bytes; ${max} are allowed.`)
  const parts: Buffer[] = []
  for await (const part of streamEntry(zip, entry)) parts.push(part)
  return Buffer.concat(parts)
}

async function readDirectory(zip: yauzl.ZipFile, limits: ArchiveLimits): Promise<yauzl.Entry[]> {
  if (zip.entryCount > limits.entries) throw refuse(`it says it has ${zip.entryCount} entries.`)
  const entries: yauzl.Entry[] = []
  const names = new Set<string>()
  for await (const entry of zip.eachEntry()) {
    checkEntry(entry, limits)
    if (names.has(entry.fileName)) throw refuse(`${shown(entry.fileName)} is there twice.`)
    names.add(entry.fileName)
    entries.push(entry)
  }
  checkOverlaps(entries)
  return entries
}

/** Archives that say nothing say 1980, the first year that they can. */
function modifiedOf(entry: yauzl.Entry): Date | null {
  const date = entry.getLastModDate()
  return Number.isNaN(date.getTime()) || date.getFullYear() <= 1980 ? null : date
}

/**
 * Opens a zip archive and looks at all of its directory before anything is read from it.
 * @param path of the file
 * @param limits other than the usual ones
 * @throws EaselError `bad-request` that says what is wrong with it
 */
export async function openArchive(path: string, limits: ArchiveLimits = usualLimits): Promise<Archive> {
  let zip: yauzl.ZipFile | null = null
  try {
    const options = { lazyEntries: true, autoClose: false, strictFileNames: true, validateEntrySizes: true }
    const opened = await yauzl.openPromise(path, options)
    zip = opened
    const entries = await readDirectory(opened, limits)
    return {
      entries: entries
        .filter(({ fileName }) => !fileName.endsWith('/'))
        .map((entry) => ({
          name: entry.fileName,
          size: entry.uncompressedSize,
          modified: modifiedOf(entry),
          read: (max) => readEntry(opened, entry, max),
          stream: () => streamEntry(opened, entry),
        })),
      close: () => opened.close(),
    }
  } catch (error) {
    zip?.close()
    throw error instanceof EaselError ? error : refuse(`${messageOf(error)}.`, error)
  }
}
