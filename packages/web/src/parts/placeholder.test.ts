import { rgbaToThumbHash } from 'thumbhash'
import { describe, expect, it } from 'vitest'
import { placeholderOf } from './placeholder.ts'

describe('placeholderOf', () => {
  it('makes a picture of a thumbhash', () => {
    const pixels = new Uint8Array(16 * 16 * 4).fill(200)
    const hash = btoa(String.fromCharCode(...rgbaToThumbHash(16, 16, pixels)))
    const url = placeholderOf(hash)
    expect(url).toMatch(/^data:image\/png;base64,/)
    expect(placeholderOf(hash)).toBe(url)
  })

  it('gives nothing for what is missing or broken', () => {
    expect(placeholderOf(null)).toBeNull()
    expect(placeholderOf('%%%')).toBeNull()
    expect(placeholderOf('')).toBeNull()
  })
})
