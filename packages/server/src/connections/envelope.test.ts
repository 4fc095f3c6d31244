import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { seal, unseal } from './envelope.ts'

const key = { kid: 'abc', bytes: randomBytes(32) }

describe('an envelope', () => {
  it('CN7: gives back what was sealed, of any length', () => {
    for (const length of [0, 1, 51, 4000]) {
      const plain = randomBytes(length)
      expect(unseal(key, 'here', seal(key, 'here', plain))).toEqual(plain)
    }
  })

  it('CN7: has the shape v1.<kid>.<iv>.<ciphertext>.<tag> and a fresh 12-byte IV each time', () => {
    const sealed = Array.from({ length: 50 }, () => seal(key, 'here', Buffer.from('secret')))
    for (const text of sealed) expect(text).toMatch(/^v1\.abc\.[\w-]{16}\.[\w-]{8}\.[\w-]{22}$/)
    expect(new Set(sealed.map((text) => text.split('.')[2])).size).toBe(50)
  })

  it('CN7: does not open for another context, key or key name', () => {
    const sealed = seal(key, 'here', Buffer.from('secret'))
    expect(unseal(key, 'there', sealed)).toBeNull()
    expect(unseal({ ...key, bytes: randomBytes(32) }, 'here', sealed)).toBeNull()
    expect(unseal({ ...key, kid: 'abd' }, 'here', sealed)).toBeNull()
  })

  it('CN7: does not open when a single bit of any part was changed', () => {
    const parts = seal(key, 'here', Buffer.from('secret')).split('.')
    for (const place of [2, 3, 4]) {
      const bytes = Buffer.from(parts[place] ?? '', 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit++) {
        const bent = Buffer.from(bytes)
        bent.writeUInt8(bent.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
        expect(unseal(key, 'here', parts.with(place, bent.toString('base64url')).join('.'))).toBeNull()
      }
    }
  })

  it('CN7: takes nothing that is no envelope', () => {
    const sealed = seal(key, 'here', Buffer.from('secret'))
    const [, , iv, ciphertext, tag] = sealed.split('.')
    const others = ['', 'v1', sealed.replace('v1', 'v2'), `${sealed}.x`, sealed.slice(0, sealed.lastIndexOf('.'))]
    const shortTag = `v1.abc.${iv}.${ciphertext}.${tag?.slice(0, 6)}`
    for (const text of [...others, shortTag, `v1.abc..${ciphertext}.${tag}`]) {
      expect(unseal(key, 'here', text)).toBeNull()
    }
  })
})
