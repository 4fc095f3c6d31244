import { createHash, hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
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

/** Bytes that are summed up before others have their turn: less than a millisecond. */
const sliceBytes = 1024 * 1024

/**
 * The same, with the event loop turning after every megabyte: for who works while others wait for answers. A thread would need a copy of
 * its own, and the memory for that costs more than the sums.
 * @param bytes stay as they are until it is done
 */
export async function digestInTurns(bytes: Uint8Array): Promise<Digest> {
  const sha256 = createHash('sha256')
  let sum = 0
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    if (at > 0) await setImmediate()
    const slice = bytes.subarray(at, at + sliceBytes)
    sha256.update(slice)
    sum = crc32(slice, sum)
  }
  return { sha256: sha256.digest('hex'), crc32: sum }
}
