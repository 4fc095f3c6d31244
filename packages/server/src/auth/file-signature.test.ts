import { describe, expect, it } from 'vitest'
import { createFileSignatures } from './file-signature.ts'

const key = Buffer.alloc(32, 1)
const path = '/uploads/generated/0190/one.png'
const hourMs = 3_600_000

describe('a signed link', () => {
  it('LI10: is good for its own path, in the spelling it was given', () => {
    const signatures = createFileSignatures(key)
    const signature = signatures.sign(path)
    expect(signature).toMatch(/^[A-Za-z0-9_-]{48}$/)
    expect(signatures.verify(path, signature)).toBe(true)
    for (const other of ['/uploads/generated/0190/two.png', `${path}x`, path.slice(0, -1), '', path.toUpperCase()]) {
      expect(signatures.verify(other, signature)).toBe(false)
    }
    const spellings = [
      `${signature}=`,
      ` ${signature}`,
      `${signature}A`,
      signature.slice(1),
      '',
      '\u0000',
      `${signature}&`,
    ]
    for (const other of spellings) expect(signatures.verify(path, other)).toBe(false)
  })

  it('LI10: does not survive the change of a single bit', () => {
    const signatures = createFileSignatures(key)
    const bytes = Buffer.from(signatures.sign(path), 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(signatures.verify(path, changed.toString('base64url'))).toBe(false)
    }
  })

  it('LI10: is made with a key of its own', () => {
    const signature = createFileSignatures(Buffer.alloc(32, 2)).sign(path)
    expect(createFileSignatures(key).verify(path, signature)).toBe(false)
  })

  it('LI10: stays the same inside its window, and is good for half an hour at least and an hour at most', () => {
    let nowMs = 0
    const signatures = createFileSignatures(key, { now: () => nowMs })
    const seen = new Set<string>()
    for (let minute = 0; minute < 120; minute++) {
      nowMs = 1_800_000_000_000 + minute * 60_000
      const at = nowMs
      const signature = signatures.sign(path)
      seen.add(signature)
      nowMs = at + hourMs / 2 - 1000
      expect(signatures.verify(path, signature)).toBe(true)
      nowMs = at + hourMs
      expect(signatures.verify(path, signature)).toBe(false)
      nowMs = at - hourMs
      expect(signatures.verify(path, signature)).toBe(false)
    }
    expect(seen.size).toBe(4)
  })
})
