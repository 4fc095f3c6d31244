import { describe, expect, it } from 'vitest'
import { fitSize, fitted, fullScale, held, zoomAt } from './zoom.ts'

const stage = { width: 800, height: 600 }

describe('zoom', () => {
  it('fits a picture without making a small one larger', () => {
    expect(fitSize({ width: 1600, height: 800 }, stage)).toEqual({ width: 800, height: 400 })
    expect(fitSize({ width: 100, height: 100 }, stage)).toEqual({ width: 100, height: 100 })
  })

  it('keeps what is under the pointer under it', () => {
    const view = zoomAt(fitted, 2, { x: 100, y: 50 })
    // The point of the picture that was at (100, 50) lies at scale · point + offset.
    expect({ x: 100 * view.scale + view.x, y: 50 * view.scale + view.y }).toEqual({ x: 100, y: 50 })
  })

  it('stays between fitted and the largest', () => {
    expect(zoomAt(fitted, 0.2, { x: 9, y: 9 })).toEqual(fitted)
    expect(zoomAt(fitted, 1e9, { x: 0, y: 0 }).scale).toBe(12)
  })

  it('holds the picture on the stage', () => {
    const fit = { width: 800, height: 400 }
    expect(held({ scale: 2, x: 9999, y: 9999 }, fit, stage)).toEqual({ scale: 2, x: 400, y: 100 })
    expect(held({ scale: 1, x: 50, y: -50 }, fit, stage)).toEqual({ scale: 1, x: 0, y: 0 })
  })

  it('goes to real pixels, or twice where they are shown already', () => {
    expect(fullScale({ width: 1600, height: 800 }, { width: 800, height: 400 })).toBe(2)
    expect(fullScale({ width: 100, height: 100 }, { width: 100, height: 100 })).toBe(2)
  })
})
