import type { Rgb } from './colour.ts'
import { noise2 } from './noise.ts'

/** Full scale of one channel. Sixteen bits leave room for many thin layers before the picture is dithered to eight. */
export const FULL = 65535

/** What is drawn on: red, green, blue, row by row, top left first. */
export interface Canvas {
  readonly width: number
  readonly height: number
  /** Pixels in a unit. */
  readonly scale: number
  readonly data: Uint16Array
  /** Side of one grain of spray in pixels, as a power of two. */
  readonly grainShift: number
}

export function createCanvas(width: number, height: number, scale: number): Canvas {
  const data = new Uint16Array(width * height * 3)
  return { width, height, scale, data, grainShift: scale > 1500 ? 1 : 0 }
}

/** A seamless square of noise, 0 … 1, that is looked up instead of being worked out for every pixel. */
export interface Tile {
  readonly values: Float32Array
}

export const TILE = 256

export function createTile(seed: number): Tile {
  const values = new Float32Array(TILE * TILE)
  for (const [cells, weight] of [
    [8, 0.34],
    [24, 0.3],
    [64, 0.36],
  ] as const) {
    addOctave(values, cells, { weight, seed: seed + cells })
  }
  return { values }
}

/** Noise whose lattice has `cells` cells a side, wrapped around by mixing in the copy one tile further. */
function addOctave(values: Float32Array, cells: number, octave: { weight: number; seed: number }): void {
  const step = cells / TILE
  for (let y = 0; y < TILE; y++) {
    const wy = y / TILE
    for (let x = 0; x < TILE; x++) {
      const wx = x / TILE
      const u = x * step
      const v = y * step
      const near = wx < 0.125 || wy < 0.125
      let n = noise2(u, v, octave.seed)
      if (near) {
        const kx = wx < 0.125 ? 1 - wx * 8 : 0
        const ky = wy < 0.125 ? 1 - wy * 8 : 0
        const row = n * (1 - kx) + noise2(u + cells, v, octave.seed) * kx
        const below = noise2(u, v + cells, octave.seed) * (1 - kx) + noise2(u + cells, v + cells, octave.seed) * kx
        n = row * (1 - ky) + below * ky
      }
      const i = y * TILE + x
      values[i] = (values[i] ?? 0) + (n * 0.5 + 0.5) * octave.weight
    }
  }
}

/** The tile at any place, smoothly, 0 … 1; it repeats every {@link TILE}. */
export function sampleTile(tile: Tile, u: number, v: number): number {
  const i = Math.floor(u)
  const j = Math.floor(v)
  const fu = u - i
  const fv = v - j
  const x0 = i & (TILE - 1)
  const x1 = (i + 1) & (TILE - 1)
  const y0 = (j & (TILE - 1)) * TILE
  const y1 = ((j + 1) & (TILE - 1)) * TILE
  const t = tile.values
  const top = (t[y0 + x0] ?? 0) * (1 - fu) + (t[y0 + x1] ?? 0) * fu
  const bottom = (t[y1 + x0] ?? 0) * (1 - fu) + (t[y1 + x1] ?? 0) * fu
  return top * (1 - fv) + bottom * fv
}

export function clear(canvas: Canvas, colour: Rgb): void {
  const { data } = canvas
  const [r, g, b] = colour
  for (let i = 0; i < data.length; i += 3) {
    data[i] = r * FULL
    data[i + 1] = g * FULL
    data[i + 2] = b * FULL
  }
}
