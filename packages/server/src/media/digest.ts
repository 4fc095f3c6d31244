import { hash, subtle } from 'node:crypto'
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

/**
 * The same with the SHA-256 made by another thread, which takes longer by a copy: for who works while others wait for answers.
 * @param bytes stay as they are until it is done
 */
export async function digestAside(bytes: Uint8Array): Promise<Digest> {
  const sha256 = subtle.digest('SHA-256', bytes)
  const sum = crc32(bytes)
  return { sha256: Buffer.from(await sha256).toString('hex'), crc32: sum }
}
