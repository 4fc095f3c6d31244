import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** What a file is known by. */
export interface Digest {
  /** SHA-256 in 64 lower-case hexadecimal digits. */
  readonly sha256: string
  /** CRC-32 as zip archives have it, unsigned. */
  readonly crc32: number
}

/** Both checksums of `bytes`. */
export function digest(bytes: Uint8Array): Digest {
  return { sha256: hash('sha256', bytes, 'hex'), crc32: crc32(bytes) }
}
