import { part, u16le, u8 } from '../bytes.ts'
import { MediaError } from '../media-error.ts'
import { checkBehind } from './foreign.ts'
import type { Size } from './size.ts'

const introducer = { extension: 0x21, image: 0x2c, trailer: 0x3b } as const

/** Pixels of the logical screen, which every frame is drawn on. @throws MediaError */
export function measureGif(bytes: Buffer): Size {
  return { width: u16le(bytes, 6), height: u16le(bytes, 8) }
}

/** One block: `at` and `end` enclose it, `label` is what an extension says that it is, null for frames and the trailer. */
export interface GifBlock {
  readonly kind: number
  readonly label: number | null
  readonly at: number
  readonly end: number
}

/**
 * The blocks of a GIF behind its header and colours, the trailer the last (GIF89a, appendix B).
 * @throws MediaError `incomplete` when one does not fit into the file; `damaged` when it is no block
 */
export function* gifBlocks(bytes: Buffer): Generator<GifBlock> {
  let at = 13 + colourTable(u8(bytes, 10))
  for (;;) {
    const kind = u8(bytes, at)
    let end = at + 1
    if (kind === introducer.extension) {
      end = endOfBlocks(bytes, at + 2)
    } else if (kind === introducer.image) {
      end = endOfBlocks(bytes, at + 11 + colourTable(u8(bytes, at + 9)))
    } else if (kind !== introducer.trailer) {
      throw new MediaError('damaged', 'The GIF is damaged: a block makes no sense.')
    }
    yield { kind, label: kind === introducer.extension ? u8(bytes, at + 1) : null, at, end }
    if (kind === introducer.trailer) return
    at = end
  }
}

/**
 * Every block up to the trailer is whole, and there is a frame.
 * @throws MediaError
 */
export function checkGif(bytes: Buffer): void {
  let frames = 0
  let after = 0
  for (const { kind, end } of gifBlocks(bytes)) {
    if (kind === introducer.image) frames += 1
    after = end
  }
  if (frames === 0) throw new MediaError('damaged', 'The GIF is damaged: it has no pixels.')
  checkBehind(bytes, after)
}

/** The data of the blocks that begin at `start`. @throws MediaError */
export function* blocksOf(bytes: Buffer, start: number): Generator<Buffer> {
  for (let at = start; ;) {
    const length = u8(bytes, at)
    if (length === 0) return
    yield part(bytes, at + 1, length)
    at += length + 1
  }
}

/** True when it has content credentials (C2PA specification, section A.3.5). */
export function hasGifCredentials(bytes: Buffer): boolean {
  return bytes.includes('\x21\xff\x0bC2PA_GIF', 0, 'latin1')
}

/** Bytes of the colour table that a packed field announces. */
function colourTable(packed: number): number {
  return (packed & 0x80) === 0 ? 0 : 3 * 2 ** ((packed & 7) + 1)
}

function endOfBlocks(bytes: Buffer, start: number): number {
  let at = start
  for (;;) {
    const length = bytes[at]
    if (length === undefined) throw new MediaError('incomplete', 'The picture ends too early.')
    at += length + 1
    if (length === 0) return at
  }
}
