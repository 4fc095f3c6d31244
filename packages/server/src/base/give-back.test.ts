import { expect, it } from 'vitest'
import { giveBack } from './give-back.ts'

const large = 2 ** 20

it('gives large bytes back, which have no length afterwards', () => {
  const exact = Buffer.alloc(large, 1)
  const shorter = Buffer.alloc(large + 2, 1).subarray(0, large)
  for (const bytes of [exact, shorter]) {
    giveBack(bytes)
    expect(bytes).toHaveLength(0)
    expect(bytes.buffer.byteLength).toBe(0)
    giveBack(bytes)
  }
})

it('leaves what is small, a part of something else or shared between threads', () => {
  const small = Buffer.alloc(large - 1, 1)
  const whole = Buffer.alloc(2 * large, 1)
  const shared = new Uint8Array(new SharedArrayBuffer(large)).fill(1)
  for (const bytes of [small, whole.subarray(0, large), whole.subarray(large), shared]) {
    giveBack(bytes)
    expect(bytes.at(-1)).toBe(1)
  }
  expect(whole).toHaveLength(2 * large)
})
