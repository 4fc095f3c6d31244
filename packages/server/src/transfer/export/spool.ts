import type { FileHandle } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { DefectError } from '#base/errors.ts'
import { openTemporary } from '../temporary.ts'

/** A text in a spool. */
export interface Piece {
  readonly offset: number
  readonly size: number
  readonly crc32: number
}

/** Holds what does not fit into memory while an archive is planned and sent. Nothing is left of it once it is closed. */
export interface Spool {
  /** Adds a text that is there at once. */
  add(text: string): Promise<Piece>
  /** Adds a text that comes in parts, nothing else being added meanwhile. */
  addParts(parts: AsyncIterable<string>): Promise<Piece>
  /** The bytes from `first` to `last` of a piece. */
  read(piece: Piece, first: number, last: number): AsyncIterable<Uint8Array>
  /** All lines that were added, each with its line break, of a spool that holds nothing else. */
  lines(): AsyncIterable<string>
  /** SHA-256 of everything that was added. */
  digest(): string
  close(): Promise<void>
}

/** Bytes that wait in memory to be written together. */
const buffered = 256 * 1024

export async function openSpool(folder: string): Promise<Spool> {
  const handle: FileHandle = await openTemporary(folder)
  const hash = createHash('sha256')
  let waiting: Buffer[] = []
  let waitingBytes = 0
  let end = 0

  async function flush(): Promise<void> {
    if (waitingBytes === 0) return
    const bytes = Buffer.concat(waiting)
    waiting = []
    waitingBytes = 0
    await handle.write(bytes, 0, bytes.length, end - bytes.length)
  }

  async function append(text: string): Promise<Buffer> {
    const bytes = Buffer.from(text)
    hash.update(bytes)
    waiting.push(bytes)
    waitingBytes += bytes.length
    end += bytes.length
    if (waitingBytes >= buffered) await flush()
    return bytes
  }

  /** By hand, because a stream closes the file with itself. */
  async function* bytesOf(start: number, last: number): AsyncGenerator<Buffer, void, undefined> {
    await flush()
    for (let at = start; at <= last;) {
      const wanted = Math.min(buffered, last - at + 1)
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at)
      if (bytesRead === 0) throw new DefectError('A spool ends before its end')
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  }

  return {
    async add(text) {
      const offset = end
      const bytes = await append(text)
      return { offset, size: bytes.length, crc32: crc32(bytes) }
    },
    async addParts(parts) {
      const offset = end
      let sum = 0
      for await (const part of parts) sum = crc32(await append(part), sum)
      return { offset, size: end - offset, crc32: sum }
    },
    read: ({ offset }, first, last) => bytesOf(offset + first, offset + last),
    async *lines() {
      let rest = Buffer.alloc(0)
      for await (const bytes of bytesOf(0, end - 1)) {
        const whole = Buffer.concat([rest, bytes])
        let from = 0
        for (let to = whole.indexOf(10); to !== -1; to = whole.indexOf(10, from)) {
          yield whole.toString('utf8', from, to)
          from = to + 1
        }
        rest = whole.subarray(from)
      }
    },
    digest: () => hash.copy().digest('hex'),
    close: () => handle.close(),
  }
}
