// Archives for tests, and an independent reader of them.
import { crc32 } from 'node:zlib'
import { Readable } from 'node:stream'
import yauzl from 'yauzl'
import type { ByteRange } from '#storage/spec/storage.ts'
import type { Zip, ZipEntry } from './zip.ts'

export const noFaults = (name: string): never => {
  throw new Error(`${name} is short`)
}

/** An entry of bytes that are there. */
export function entryOf(name: string, content: Uint8Array | string, modified = new Date('2026-11-21T08:15:30Z')) {
  const bytes = Buffer.from(content)
  const entry: ZipEntry = {
    name,
    size: bytes.length,
    crc32: crc32(bytes),
    modified,
    async *open({ first, last }) {
      // In several chunks, so that their borders are no borders of the range.
      for (let at = first; at <= last; at += 7) yield bytes.subarray(at, Math.min(at + 7, last + 1))
    },
  }
  return entry
}

export async function bytesOf(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const found: Uint8Array[] = []
  for await (const part of parts) found.push(part)
  return Buffer.concat(found)
}

/** Lets yauzl read an archive that stands nowhere. */
export class VirtualReader extends yauzl.RandomAccessReader {
  readonly zip: Zip
  constructor(zip: Zip) {
    super()
    this.zip = zip
  }
  override _readStreamForRange(start: number, end: number): Readable {
    return Readable.from(this.zip.read({ first: start, last: end - 1 }), { objectMode: false })
  }
}

export interface Unpacked {
  readonly entry: yauzl.Entry
  readonly bytes: Buffer | null
}

/** Everything in an archive as yauzl sees it. @param wants which contents to read; all by default */
export async function unpack(
  source: Buffer | Zip,
  wants: (entry: yauzl.Entry) => boolean = () => true,
): Promise<Unpacked[]> {
  const zip = Buffer.isBuffer(source)
    ? await yauzl.fromBufferPromise(source, { lazyEntries: true })
    : await yauzl.fromRandomAccessReaderPromise(new VirtualReader(source), source.length, { lazyEntries: true })
  const found: Unpacked[] = []
  for await (const entry of zip.eachEntry()) {
    const bytes = wants(entry) ? await bytesOf(await zip.openReadStreamPromise(entry)) : null
    found.push({ entry, bytes })
  }
  zip.close()
  return found
}

/** An entry of zeros of any size, which costs nothing. @param sum its CRC-32, which readers of the directory do not check */
export function hugeEntry(name: string, size: number, sum = 0): ZipEntry {
  const chunk = Buffer.alloc(256 * 1024)
  return {
    name,
    size,
    crc32: sum,
    modified: new Date('2026-11-21T08:15:30Z'),
    async *open({ first, last }: ByteRange) {
      for (let left = last - first + 1; left > 0; left -= chunk.length)
        yield chunk.subarray(0, Math.min(left, chunk.length))
    },
  }
}
