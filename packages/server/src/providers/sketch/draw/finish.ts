import { type Canvas, FULL, sampleTile, TILE, type Tile } from './canvas.ts'
import type { Rgb } from './colour.ts'
import { clamp, ramp } from './maths.ts'
import { hash } from './noise.ts'
import type { Pace } from './pace.ts'

/** What the printing does to the whole picture. */
export interface Finish {
  /** Even noise, as a share of full scale. */
  readonly grain: number
  /** Unevenness of the paper, as a share of full scale. */
  readonly paper: number
  /** How much darker the corners are, 0 … 1. */
  readonly vignette: number
  /** Cut lines of this ink, closer the darker the picture. */
  readonly lines: { readonly ink: Rgb; readonly paper: Rgb } | null
  /** Units by which the red ink is printed beside the others. */
  readonly slip: number
  /** Only greys of this paper, and red. */
  readonly mono: Rgb | null
}

const SEED = 4099

/** The picture in eight bits a channel with alpha. Noise of one level hides the steps between levels. */
export async function finish(
  brush: { canvas: Canvas; tile: Tile; pace: Pace },
  how: Finish,
): Promise<Uint8Array<ArrayBuffer>> {
  const { canvas, pace } = brush
  const rgba = new Uint8Array(canvas.width * canvas.height * 4)
  const row = how.lines === null ? plainRow : linedRow
  for (let y = 0; y < canvas.height; y++) {
    row(brush, how, { rgba, y })
    if (y % 16 === 0 && pace.due()) await pace.rest()
  }
  return rgba
}

interface Row {
  readonly rgba: Uint8Array
  readonly y: number
}

function plainRow(brush: { canvas: Canvas; tile: Tile }, how: Finish, row: Row): void {
  const { canvas, tile } = brush
  const { data, width, height, grainShift } = canvas
  const { rgba, y } = row
  const fy = ((y + 0.5) / height) * 2 - 1
  const slip = Math.round(how.slip * canvas.scale)
  const line = (y & (TILE - 1)) * TILE
  const rest = y * width
  const gain = 255 / FULL
  const grain = how.grain * 255
  const paper = how.paper * 255
  for (let x = 0; x < width; x++) {
    const h = hash(x, y, SEED)
    const fx = ((x + 0.5) / width) * 2 - 1
    const edge = fx * fx * fy * fy * 0.45 + (fx * fx + fy * fy) * 0.18
    const k = gain * (1 - how.vignette * edge)
    const dither = (h & 255) / 256 - 0.5 + (((h >>> 8) & 255) / 256 - 0.5)
    const coarse = grainShift === 0 ? h : hash(x >> 1, y >> 1, SEED)
    const g = (((coarse >>> 16) & 255) / 255 - 0.5 + (coarse >>> 24) / 255 - 0.5) * grain
    const add = 0.5 + dither * 0.5 + g + ((tile.values[line + (x & (TILE - 1))] ?? 0.5) - 0.5) * paper
    const at = (rest + x) * 3
    const red = slip === 0 ? at : (rest + Math.min(width - 1, x + slip)) * 3
    let r = data[red] ?? 0
    let gr = data[at + 1] ?? 0
    let b = data[at + 2] ?? 0
    if (how.mono !== null) {
      const grey = r * 0.34 + gr * 0.54 + b * 0.12
      const keep = clamp(((r - Math.max(gr, b)) / FULL) * 4.5 - 0.9)
      r = grey * how.mono[0] + (r - grey * how.mono[0]) * keep
      gr = grey * how.mono[1] + (gr - grey * how.mono[1]) * keep
      b = grey * how.mono[2] + (b - grey * how.mono[2]) * keep
    }
    const out = (rest + x) * 4
    rgba[out] = byte(r * k + add)
    rgba[out + 1] = byte(gr * k + add)
    rgba[out + 2] = byte(b * k + add)
    rgba[out + 3] = 255
  }
}

/** Light places keep their colour on paper; the darker a place, the broader the inked lines that run through it. */
function linedRow(brush: { canvas: Canvas; tile: Tile }, how: Finish, row: Row): void {
  const { canvas, tile } = brush
  const { data, width, scale } = canvas
  const { rgba, y } = row
  const ink = how.lines?.ink ?? [0, 0, 0]
  const paper = how.lines?.paper ?? [1, 1, 1]
  const period = Math.max(3.2, scale / 105)
  const soft = 1.1 / period
  for (let x = 0; x < width; x++) {
    const at = (y * width + x) * 3
    const r = (data[at] ?? 0) / FULL
    const g = (data[at + 1] ?? 0) / FULL
    const b = (data[at + 2] ?? 0) / FULL
    const tone = r * 0.3 + g * 0.59 + b * 0.11
    const bend = sampleTile(tile, (x / scale) * 9, (y / scale) * 9) * scale * 0.16
    const wear = (sampleTile(tile, (x / scale) * 300, (y / scale) * 70) - 0.5) * 0.3
    const s = (y + bend) / period
    const wave = Math.abs(s - Math.floor(s) - 0.5) * 2
    const cut = ramp(0.06, 0.9, tone) * 1.12 + wear
    const inked = ramp(-soft, soft, wave - cut)
    const h = hash(x, y, SEED)
    const noise = ((h & 255) / 255 - 0.5) * how.grain * 255
    const out = (y * width + x) * 4
    for (let c = 0; c < 3; c++) {
      const colour = c === 0 ? r : c === 1 ? g : b
      const light = colour + ((paper[c] ?? 1) - colour) * 0.32
      rgba[out + c] = byte((light + ((ink[c] ?? 0) - light) * inked) * 255 + 0.5 + noise)
    }
    rgba[out + 3] = 255
  }
}

function byte(value: number): number {
  return clamp(value, 0, 255) | 0
}
