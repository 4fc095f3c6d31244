// Archives of stored entries, as streams whose length is known before their first byte. Rules TR1 … in docs/spec/transfer.md.
import { DefectError, isStorageAway } from '#base/errors.ts'
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
    // Whoever reads goes on when the file can be had again: zeros would be believed.
    if (isStorageAway(error)) throw error
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

/** Some entries that follow each other, and where they stand. */
export interface ZipPart {
  /** Where the first one's file begins. */
  readonly at: number
  /** Where the first one's entry of the directory begins, counted from the directory's beginning. */
  readonly directoryAt: number
  readonly entries: Iterable<ZipEntry> | AsyncIterable<ZipEntry>
}

/**
 * The parts of an archive in their order, from one on at or before that place to the last. Whoever has stored where each part begins
 * reads none that comes before.
 */
export type ZipParts = (from: { readonly of: 'files' | 'directory'; readonly at: number }) => AsyncIterable<ZipPart>

/** What measuring adds up: where each entry stands, and how long all of them are together. */
export interface Measure {
  /** Takes the next entry in. @throws DefectError for a name that is not safe */
  add(entry: EntryFacts): void
  /** What the entries taken in so far come to. */
  facts(): DirectoryFacts
}

export function createMeasure(): Measure {
  let offset = 0
  let length = 0
  let count = 0
  return {
    add(entry) {
      if (!isSafeEntryName(entry.name)) throw new DefectError(`An archive must not name ${JSON.stringify(entry.name)}`)
      length += directoryEntryLength(entry, offset)
      offset += localHeaderLength(entry) + entry.size
      count += 1
    },
    facts: () => ({ count, offset, length }),
  }
}

/** Bytes of an archive. */
export const lengthOf = (directory: DirectoryFacts): number =>
  directory.offset + directory.length + endRecords(directory).length

/** An archive of which is known how long its parts are. */
export function openZip(directory: DirectoryFacts, parts: ZipParts, onShort: OnShort): Zip {
  const end = endRecords(directory)
  const total = directory.offset + directory.length + end.length

  async function* files(range: ByteRange): AsyncGenerator<Uint8Array> {
    for await (const { at: start, entries } of parts({ of: 'files', at: range.first })) {
      let at = start
      for await (const entry of entries) {
        if (at > range.last) return
        const length = localHeaderLength(entry)
        const head = overlap(range, at, length)
        if (head !== null) yield localHeader(entry).subarray(head.first, head.last + 1)
        const content = overlap(range, at + length, entry.size)
        if (content !== null) yield* exactly(entry, content, onShort)
        at += length + entry.size
      }
    }
  }

  async function* directoryEntries(range: ByteRange): AsyncGenerator<Uint8Array> {
    const from = Math.max(range.first - directory.offset, 0)
    for await (const part of parts({ of: 'directory', at: from })) {
      let at = directory.offset + part.directoryAt
      let offset = part.at
      for await (const entry of part.entries) {
        if (at > range.last) return
        const length = directoryEntryLength(entry, offset)
        const own = overlap(range, at, length)
        if (own !== null) yield directoryEntry(entry, offset).subarray(own.first, own.last + 1)
        at += length
        offset += localHeaderLength(entry) + entry.size
      }
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

/**
 * Measures an archive.
 * @throws DefectError for a name that is not safe
 */
export async function createZip(entries: ZipEntries, onShort: OnShort): Promise<Zip> {
  const measure = createMeasure()
  for await (const entry of entries()) measure.add(entry)
  async function* whole() {
    yield { at: 0, directoryAt: 0, entries: entries() }
  }
  return openZip(measure.facts(), whole, onShort)
}
