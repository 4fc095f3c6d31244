import { describe, expect, it } from 'vitest'
import { decodeBase64Image } from './base64.ts'

const bytes = Buffer.from(Uint8Array.from({ length: 257 }, (_, i) => (i * 251) % 256))
const plain = bytes.toString('base64')

describe('base64 pictures', () => {
  it.each([
    ['plain', plain],
    ['without padding', plain.replace(/=+$/, '')],
    ['URL-safe', bytes.toString('base64url')],
    ['a data: URL', `data:image/png;base64,${plain}`],
    ['in lines', plain.replaceAll(/.{76}/g, '$&\r\n')],
    ['with space around', ` \n${plain}\n`],
  ])('decodes %s', (_, text) => {
    expect(Buffer.from(decodeBase64Image(text, 'Engine')).equals(bytes)).toBe(true)
  })

  it.each([
    ['nothing', ''],
    ['only space', '  \n'],
    ['an empty data: URL', 'data:image/png;base64,'],
    ['a data: URL that is not base64', 'data:image/svg+xml,<svg/>'],
    ['a foreign character', `${plain.slice(0, 8)}!${plain.slice(9)}`],
    ['a foreign character more', `${plain.slice(0, 8)}!${plain.slice(8)}`],
    ['padding in the middle', `AAA=${plain}`],
    ['one digit too many', 'AAAAA'],
    ['too much padding', 'AA==='],
    ['words', 'not base64 at all!'],
    ['a URL', 'https://pictures.example/a.png'],
  ])('PR11: refuses %s', (_, text) => {
    expect(() => decodeBase64Image(text, 'Engine')).toThrow(expect.objectContaining({ kind: 'malformed-response' }))
  })
})
