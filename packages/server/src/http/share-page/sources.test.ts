import { describe, expect, it } from 'vitest'
import { pictureSizes, pictureSources, tileSizes, tileSources } from './sources.ts'

const at = (width: number, height: number, saved = true) => ({
  width,
  height,
  thumbnailUrl: 't',
  viewUrl: 'v',
  fileUrl: saved ? 'f' : null,
})

describe('the sizes that a browser chooses from', () => {
  it('SH23: are those that are made, with their true widths and never enlarged', () => {
    expect(pictureSources(at(4000, 2000))).toBe(
      'v?width=640 640w, v?width=960 960w, v 1280w, v?width=1920 1920w, v?width=2560 2560w',
    )
    expect(pictureSources(at(1536, 1024))).toBe('v?width=640 640w, v?width=960 960w, v 1280w, v?width=1920 1536w')
    expect(pictureSources(at(832, 1216))).toBe('v?width=640 640w, v 832w')
    expect(pictureSources(at(200, 300))).toBe('v 200w')
  })

  it('SH15: are no larger than what may leave where originals may not be saved', () => {
    expect(pictureSources(at(4000, 2000, false))).toBe('v?width=640 640w, v?width=960 960w, v 1280w')
    expect(pictureSources(at(2000, 4000, false))).toBe('v 640w')
  })

  it('SH23: begin with the thumbnail in a grid, and end with the view', () => {
    expect(tileSources(at(4000, 2000))).toBe('t 320w, v?width=640 640w, v?width=960 960w, v 1280w')
    expect(tileSources(at(1000, 2000))).toBe('t 160w, v 640w')
    expect(tileSources(at(100, 100))).toBe('t 100w')
  })

  it('SH21: come with the width at which the picture is drawn', () => {
    expect(pictureSizes(at(1500, 1000))).toContain('calc((80vh - 64px) * 1.500)')
    expect(tileSizes(at(1000, 1000))).toBe('(width < 632px) 150px, (width < 1180px) 220px, 270px')
    expect(tileSizes(at(9000, 100))).toContain('702px')
  })
})
