// Archives of stored entries, as streams whose length is known before their first byte. Rules TR1 … in docs/spec/transfer.md.
import { DefectError } from '#base/errors.ts'
import type { ByteRange } from '#storage/spec/storage.ts'
import { isSafeEntryName } from './entry-names.ts'
import {
  directoryEntry,
  directoryEntryLength,
  endRecords,
  localHeader,
  localHeaderLength,
  type DirectoryFacts,
  type EntryFacts,
} from './zip-records.ts'

export interface ZipEntry extends EntryFacts {
  /** The bytes from `first` to `last`, both inclusive and inside the entry. */
  readonly open: (range: ByteRange) => AsyncIterable<Uint8Array>
}

/**
 * The entries in their order, the same each time it is called: an archive is gone through once to be measured and twice to be
 * written. Names are safe and each stands there once.
 */
export type ZipEntries = () => Iterable<ZipEntry> | AsyncIterable<ZipEntry>

export interface Zip {
  /** Bytes of the whole archive. */
  readonly length: number
  readonly count: number
  /** The bytes of the archive, or of a range inside it. Holds no more than one chunk of one entry at a time. */
  read(range?: ByteRange): AsyncGenerator<Uint8Array>
}

/** Told when an entry has not the bytes that were promised. The archive stays whole: zeros stand for what is missing. */
export type OnShort = (name: string, error: unknown) => void

const zeros = new Uint8Array(64 * 1024)

/** Exactly `length` bytes: what `open` gives, cut off or filled up with zeros, so that the rest of the archive stays in its place. */
async function* exactly(
  entry: ZipEntry,
  range: ByteRange,
  onShort: OnShort,
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = range.last - range.first + 1
  let fault: unknown = null
  try {
    for await (const chunk of entry.open(range)) {
      const part = chunk.length > left ? chunk.subarray(0, left) : chunk
      left -= part.length
      if (part.length > 0) yield part
      if (left === 0) return
    }
  } catch (error) {
    fault = error
  }
  onShort(entry.name, fault)
  for (; left > 0; left -= zeros.length) yield left < zeros.length ? zeros.subarray(0, left) : zeros
}

/** The part of `range` that lies in `length` bytes from `at` on, counted from there; null when there is none. */
function overlap(range: ByteRange, at: number, length: number): ByteRange | null {
  const first = Math.max(range.first - at, 0)
  const last = Math.min(range.last - at, length - 1)
  return first > last ? null : { first, last }
}

async function measure(entries: ZipEntries): Promise<DirectoryFacts> {
  let offset = 0
  let length = 0
  let count = 0
  for await (const entry of entries()) {
    if (!isSafeEntryName(entry.name)) throw new DefectError(`An archive must not name ${JSON.stringify(entry.name)}`)
    length += directoryEntryLength(entry, offset)
    offset += localHeaderLength(entry) + entry.size
    count += 1
  }
  return { count, offset, length }
}

/**
 * Measures an archive.
 * @throws DefectError for a name that is not safe
 */
export async function createZip(entries: ZipEntries, onShort: OnShort): Promise<Zip> {
  const directory = await measure(entries)
  const end = endRecords(directory)
  const total = directory.offset + directory.length + end.length

  async function* files(range: ByteRange): AsyncGenerator<Uint8Array> {
    let at = 0
    for await (const entry of entries()) {
      if (at > range.last) return
      const length = localHeaderLength(entry)
      const head = overlap(range, at, length)
      if (head !== null) yield localHeader(entry).subarray(head.first, head.last + 1)
      const content = overlap(range, at + length, entry.size)
      if (content !== null) yield* exactly(entry, content, onShort)
      at += length + entry.size
    }
  }

  async function* directoryEntries(range: ByteRange): AsyncGenerator<Uint8Array> {
    let at = directory.offset
    let offset = 0
    for await (const entry of entries()) {
      if (at > range.last) return
      const length = directoryEntryLength(entry, offset)
      const part = overlap(range, at, length)
      if (part !== null) yield directoryEntry(entry, offset).subarray(part.first, part.last + 1)
      at += length
      offset += localHeaderLength(entry) + entry.size
    }
  }

  return {
    length: total,
    count: directory.count,
    async *read(range = { first: 0, last: total - 1 }) {
      if (range.first < directory.offset) yield* files(range)
      if (range.last >= directory.offset) yield* directoryEntries(range)
      const part = overlap(range, total - end.length, end.length)
      if (part !== null) yield end.subarray(part.first, part.last + 1)
    },
  }
}
