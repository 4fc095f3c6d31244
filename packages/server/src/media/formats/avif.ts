import { latin1, part, u16be, u32be, u8 } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { turned, type Size } from './size.ts'

const maxBoxes = 10_000

/** One box of an ISO base media file: `start` and `end` enclose what is in it. */
export interface Box {
  readonly type: string
  readonly start: number
  readonly end: number
}

/**
 * The boxes between two offsets (ISO/IEC 14496-12, section 4.2).
 * @throws MediaError `incomplete` when one goes beyond the end; `damaged` when it is no box
 */
export function* boxes(bytes: Buffer, from: number, to: number): Generator<Box> {
  let count = 0
  for (let at = from; at < to; count++) {
    const short = u32be(bytes, at)
    const type = latin1(bytes, at + 4, 4)
    const head = short === 1 ? 16 : 8
    const long = short === 1 ? Number(part(bytes, at + 8, 8).readBigUInt64BE()) : short
    // A size of 0 means: to the end.
    const length = short === 0 ? to - at : long
    if (length < head || count === maxBoxes) throw damaged('its boxes make no sense')
    if (at + length > to) throw new MediaError('incomplete', 'The picture ends too early.')
    yield { type, start: at + head, end: at + length }
    at += length
  }
}

/** True when the file says of itself that it is AVIF, in its main brand or one it is compatible with. */
export function isAvif(bytes: Buffer): boolean {
  if (bytes.length < 16 || bytes.toString('latin1', 4, 8) !== 'ftyp') return false
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256)
  for (let at = 8; at + 4 <= end; at += 4) {
    const brand = bytes.toString('latin1', at, at + 4)
    if (at !== 12 && (brand === 'avif' || brand === 'avis')) return true
  }
  return false
}

/** Pixels as displayed, the picture's own rotation done. @throws MediaError */
export function measureAvif(bytes: Buffer): Size {
  const meta = find(bytes, { type: '', start: 0, end: bytes.length }, 'meta')
  const inner = { ...meta, start: meta.start + 4 }
  const primary = primaryItem(bytes, find(bytes, inner, 'pitm'))
  const properties = find(bytes, inner, 'iprp')
  const all = [...boxes(bytes, ...bounds(find(bytes, properties, 'ipco')))]
  let size: Size | null = null
  let turns = 0
  for (const index of propertiesOf(bytes, find(bytes, properties, 'ipma'), primary)) {
    const property = all[index - 1]
    if (property?.type === 'ispe')
      size = { width: u32be(bytes, property.start + 4), height: u32be(bytes, property.start + 8) }
    if (property?.type === 'irot') turns = u8(bytes, property.start) & 3
  }
  if (size === null) throw damaged('it does not say its size')
  return turned(size, turns % 2 === 1 ? 6 : 1)
}

/**
 * Every box fits into the file, and there are a description and pixels.
 * @throws MediaError
 */
export function checkAvif(bytes: Buffer): void {
  const found = new Set<string>()
  for (const box of boxes(bytes, 0, bytes.length)) {
    found.add(box.type)
    if (box.type !== 'meta') continue
    for (const inner of boxes(bytes, box.start + 4, box.end)) found.add(inner.type)
  }
  if (!found.has('meta')) throw damaged('it has no description')
  if (!found.has('mdat') && !found.has('idat')) throw damaged('it has no pixels')
}

const credentials = 'd8fec3d61b0e483c92975828877ec481'

/** True when it has content credentials: a box of C2PA's own UUID (C2PA specification, section A.5). */
export function hasAvifCredentials(bytes: Buffer): boolean {
  for (const { type, start, end } of boxes(bytes, 0, bytes.length)) {
    if (type === 'uuid' && bytes.toString('hex', start, Math.min(start + 16, end)) === credentials) return true
  }
  return false
}

function primaryItem(bytes: Buffer, { start }: Box): number {
  return u8(bytes, start) === 0 ? u16be(bytes, start + 4) : u32be(bytes, start + 4)
}

/** Numbers, from 1, of the properties of one item (ISO/IEC 23008-12, section 9.3.2). */
function propertiesOf(bytes: Buffer, { start }: Box, item: number): number[] {
  const wideIds = u8(bytes, start) > 0
  const wideNumbers = (u8(bytes, start + 3) & 1) === 1
  const entries = u32be(bytes, start + 4)
  let at = start + 8
  for (let entry = 0; entry < entries; entry++) {
    const id = wideIds ? u32be(bytes, at) : u16be(bytes, at)
    at += wideIds ? 4 : 2
    const count = u8(bytes, at)
    at += 1
    const step = wideNumbers ? 2 : 1
    if (id === item) {
      return Array.from({ length: count }, (_, index) =>
        wideNumbers ? u16be(bytes, at + index * 2) & 0x7fff : u8(bytes, at + index) & 0x7f,
      )
    }
    at += count * step
  }
  return []
}

function find(bytes: Buffer, within: Box, type: string): Box {
  for (const box of boxes(bytes, within.start, within.end)) if (box.type === type) return box
  throw damaged(`its ${type} box is missing`)
}

function bounds({ start, end }: Box): [from: number, to: number] {
  return [start, end]
}

function damaged(why: string): MediaError {
  return new MediaError('damaged', `The AVIF is damaged: ${why}.`)
}
