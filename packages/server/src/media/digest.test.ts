import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { expect, it } from 'vitest'
import { digest, digestInTurns } from './digest.ts'

it('ME7: has the known checksums of known bytes', () => {
  expect(digest(Buffer.from('abc'))).toEqual({
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    crc32: 0x352441c2,
  })
  expect(digest(new Uint8Array())).toEqual({
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    crc32: 0,
  })
  expect(digest(Buffer.from('123456789')).crc32).toBe(0xcbf43926)
})

it('ME7: sums up the bytes given and no others of their buffer', () => {
  const bytes = randomBytes(10_000)
  const part = new Uint8Array(bytes.buffer, bytes.byteOffset + 100, 5000)
  expect(digest(part)).toEqual({
    sha256: createHash('sha256').update(bytes.subarray(100, 5100)).digest('hex'),
    crc32: crc32(bytes.subarray(100, 5100)),
  })
})

it.each([0, 1, 63, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, 3_000_000])(
  'ME7: in turns it comes to the same checksums (%i bytes)',
  async (length) => {
    const whole = randomBytes(length + 20)
    const part = new Uint8Array(whole.buffer, whole.byteOffset + 7, length)
    expect(await digestInTurns(part)).toEqual(digest(part))
  },
)
