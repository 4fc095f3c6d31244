import { describe, expect, it } from 'vitest'
import { present } from '#base/errors.ts'
import { commentForms, orientationOf, readUserComment, withUserComment } from './exif.ts'
import { orderOf, readDirectory, valueOf } from './tiff.ts'

/** A small-endian structure: Make, Orientation 6, a thumbnail's directory behind, and optionally an Exif directory. */
function littleTiff(exif: Buffer | null): Buffer {
  const head = Buffer.from('49492a0008000000', 'hex')
  const count = exif === null ? 2 : 3
  const at = 8 + 2 + count * 12 + 4
  const make = Buffer.from('Camera\0\0')
  const thumbnail = Buffer.from('0100' + '0301' + '0300' + '01000000' + '06000000' + '00000000', 'hex')
  const entries = [
    `0f010200${le(7)}${le(at)}`,
    `12010300${le(1)}06000000`,
    ...(exif === null ? [] : [`69870400${le(1)}${le(at + make.length + thumbnail.length)}`]),
  ]
  const directory = Buffer.from(`0${count}00${entries.join('')}${le(at + make.length)}`, 'hex')
  return Buffer.concat([head, directory, make, thumbnail, exif ?? Buffer.alloc(0)])
}

function le(value: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes.toString('hex')
}

function makeOf(tiff: Buffer): string {
  const order = present(orderOf(tiff), 'order')
  const entry = present(
    readDirectory(tiff, order, order.u32(tiff, 4))?.entries.find(({ tag }) => tag === 0x010f),
    'Make',
  )
  return present(valueOf(tiff, order, entry), 'value').toString()
}

const text = 'a fox 🦊 im Schnee — 雪\nSteps: 1'
const [unicode = Buffer.alloc(0)] = commentForms(text)

describe('UserComment', () => {
  it.each(['plain', 'größer', '🦊', '雪の狐', text])('ME14: round trip of %s', (value) => {
    for (const form of commentForms(value)) {
      expect(readUserComment(present(withUserComment(null, form), 'tiff'))).toBe(value)
    }
  })

  it('ME14: is UTF-16 big-endian first, and ASCII too when it is plain', () => {
    expect(commentForms('ab').map((form) => form.toString('latin1'))).toEqual(['UNICODE\0\0a\0b', 'ASCII\0\0\0ab'])
    expect(commentForms('ä')).toHaveLength(1)
  })

  it.each<[string, Buffer]>([
    ['UTF-16 big-endian', Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(text, 'utf16le').swap16()])],
    ['UTF-16 little-endian', Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(text, 'utf16le')])],
    ['UTF-8 under the name of Unicode', Buffer.from(`UNICODE\0${text}`)],
    ['UTF-8 without a name', Buffer.from(`\0\0\0\0\0\0\0\0${text}`)],
    ['with zeros at its end', Buffer.from(`ASCII\0\0\0${text}\0\0\0`)],
  ])('ME15: is read as %s', (_, form) => {
    expect(readUserComment(present(withUserComment(null, form), 'tiff'))).toBe(text)
  })

  it('ME12: joins what is there and leaves it where it is', () => {
    for (const exif of [null, Buffer.from(`0100` + `02a00300${le(1)}3c000000` + le(0), 'hex')]) {
      const before = littleTiff(exif)
      const after = present(withUserComment(before, unicode), 'tiff')
      expect(readUserComment(after)).toBe(text)
      expect(orientationOf(after)).toBe(6)
      expect(makeOf(after)).toBe('Camera\0')
      // All but the offset of the first directory stands where it stood.
      expect(after.subarray(8, before.length).equals(before.subarray(8))).toBe(true)
      const order = present(orderOf(after), 'order')
      const first = present(readDirectory(after, order, order.u32(after, 4)), 'directory')
      expect(first.entries.map(({ tag }) => tag)).toEqual([0x010f, 0x0112, 0x8769])
      expect(readDirectory(after, order, first.next)?.entries[0]?.tag).toBe(0x0103)
    }
  })

  it('ME12: replaces a blank one and keeps any other', () => {
    const blank = present(withUserComment(null, Buffer.from('ASCII\0\0\0   \0\0')), 'tiff')
    expect(readUserComment(blank)).toBeNull()
    const filled = present(withUserComment(blank, unicode), 'tiff')
    expect(readUserComment(filled)).toBe(text)
    expect(withUserComment(filled, Buffer.from('ASCII\0\0\0other'))).toBeNull()
  })

  it.each([
    ['no TIFF', Buffer.from('garbage, nothing but')],
    ['a directory outside', Buffer.from('4d4d002affffffff', 'hex')],
    ['a directory that is too long', Buffer.from('4d4d002a00000008ffff', 'hex')],
    ['an Exif directory outside', Buffer.from(`4d4d002a000000080001876900040000000100ffffff00000000`, 'hex')],
  ])('ME12: does not touch %s', (_, tiff) => {
    expect(withUserComment(tiff, unicode)).toBeNull()
    expect(readUserComment(tiff)).toBeNull()
    expect(orientationOf(tiff)).toBe(1)
  })
})

describe('orientation', () => {
  it('ME3: is 1 when it is nonsense', () => {
    for (const value of ['0000', '0900', 'ffff']) {
      const tiff = littleTiff(null)
      Buffer.from(value, 'hex').copy(tiff, 8 + 2 + 12 + 8)
      expect(orientationOf(tiff)).toBe(1)
    }
    expect(orientationOf(littleTiff(null))).toBe(6)
    expect(orientationOf(Buffer.alloc(3))).toBe(1)
  })
})
