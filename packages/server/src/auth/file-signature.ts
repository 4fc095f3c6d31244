// Links to files for programs whose pictures are loaded without their token, as `<img>` does. Rules in docs/spec/limits.md (LI10 …).
import { createHmac, timingSafeEqual } from 'node:crypto'
import { systemClock, type Clock } from '#base/clock.ts'

export interface FileSignatures {
  /** @returns a value for one query parameter, good for exactly this path for half an hour at least and an hour at most */
  sign(path: string): string
  verify(path: string, signature: string): boolean
}

/** Within this time the same path gets the same link, so that a browser finds the picture in its cache. */
const windowSeconds = 30 * 60
const endBytes = 4
const macBytes = 32

/** @param key 32 bytes for this purpose alone */
export function createFileSignatures(key: Buffer, clock: Clock = systemClock): FileSignatures {
  const nowSeconds = () => Math.floor(clock.now() / 1000)

  /** The end in seconds since 1970, then the code over it and the path. */
  function signatureOf(path: string, endSeconds: number): Buffer {
    const end = Buffer.alloc(endBytes)
    end.writeUInt32BE(endSeconds)
    return Buffer.concat([end, createHmac('sha256', key).update(end).update(path).digest()])
  }

  return {
    sign(path) {
      const window = Math.floor(nowSeconds() / windowSeconds)
      return signatureOf(path, (window + 2) * windowSeconds).toString('base64url')
    },
    verify(path, signature) {
      const given = Buffer.from(signature, 'base64url')
      // Other spellings of the same bytes are not ours.
      if (given.length !== endBytes + macBytes || given.toString('base64url') !== signature) return false
      const endSeconds = given.readUInt32BE()
      const left = endSeconds - nowSeconds()
      return timingSafeEqual(given, signatureOf(path, endSeconds)) && left > 0 && left <= 2 * windowSeconds
    },
  }
}
