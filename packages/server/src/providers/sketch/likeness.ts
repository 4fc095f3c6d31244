import type { Pixels, SourceImage } from '../spec/provider.ts'
import { type Canvas, FULL } from './draw/canvas.ts'
import { adjust, blend, lightness, type Rgb, toLab } from './draw/colour.ts'
import { clamp, mix, ramp } from './draw/maths.ts'
import type { Pace } from './draw/pace.ts'
import type { Likeness } from './scene/setting.ts'

/** A picture to start from, at the size of the drawing. */
export interface Source {
  readonly rgba: Uint8Array
  readonly width: number
  readonly height: number
}

/** @throws ProviderError `bad-request` when the bytes are no usable picture. */
export async function readSource(
  image: SourceImage,
  what: { width: number; height: number; pixels: Pixels },
): Promise<Source> {
  const { width, height, pixels } = what
  return { rgba: await pixels.decode(image.bytes, width, height), width, height }
}

const COLUMNS = 24
const ROWS = 32

/** Means of a coarse grid of cells, row by row. */
function cellsOf(source: Source): Rgb[] {
  const cells: Rgb[] = []
  for (let j = 0; j < ROWS; j++) {
    for (let i = 0; i < COLUMNS; i++) {
      let [r, g, b] = [0, 0, 0]
      for (let k = 0; k < 16; k++) {
        const x = Math.min(source.width - 1, Math.floor(((i + (k % 4) / 4 + 0.125) / COLUMNS) * source.width))
        const y = Math.min(source.height - 1, Math.floor(((j + Math.floor(k / 4) / 4 + 0.125) / ROWS) * source.height))
        const at = (y * source.width + x) * 4
        r += source.rgba[at] ?? 0
        g += source.rgba[at + 1] ?? 0
        b += source.rgba[at + 2] ?? 0
      }
      cells.push([r / 4080, g / 4080, b / 4080])
    }
  }
  return cells
}

/** The picture's colours as a palette, where its horizon is and where its light comes from. */
export function likenessOf(source: Source): Likeness {
  const cells = cellsOf(source)
  const rows = Array.from({ length: ROWS }, (_, j) => mean(cells.slice(j * COLUMNS, (j + 1) * COLUMNS)))
  const edge = horizonRow(rows)
  const sky = [0, 0.25, 0.5, 0.75, 1].map((t) => vivid(rowAt(rows, t * (edge - 1))))
  const haze = rowAt(rows, edge - 1)
  const sorted = [...cells].sort((a, b) => lightness(a) - lightness(b))
  const dark = mean(sorted.slice(0, Math.ceil(sorted.length * 0.08)))
  const bright = mean(sorted.slice(-Math.ceil(sorted.length * 0.03)))
  const ground = mean(rows.slice(edge))
  const accent = mostVivid(cells)
  const whole = lightness(mean(cells))
  return {
    palette: {
      sky,
      light: blend(bright, [1, 1, 1], 0.45),
      glow: blend(bright, accent, 0.3),
      haze,
      far: blend(haze, ground, 0.55),
      near: adjust(dark, { light: -0.5 * lightness(dark) }),
      cloudLit: blend(bright, [1, 1, 1], 0.35),
      cloudShade: blend(haze, ground, 0.35),
      deep: adjust(ground, { light: -0.14 }),
      accent: adjust(accent, { chroma: 1.35, light: 0.05 }),
    },
    horizon: edge / ROWS,
    light: brightest(cells, edge),
    time: whole < 0.36 ? 'night' : whole > 0.7 ? 'day' : warmth(haze) > 0.03 ? 'sunset' : 'day',
  }
}

function mean(colours: readonly Rgb[]): Rgb {
  const sum = [0, 1, 2].map(
    (c) => colours.reduce((total, colour) => total + (colour[c] ?? 0), 0) / Math.max(1, colours.length),
  )
  return [sum[0] ?? 0, sum[1] ?? 0, sum[2] ?? 0]
}

function rowAt(rows: readonly Rgb[], at: number): Rgb {
  return rows[Math.round(clamp(at, 0, rows.length - 1))] ?? [0.5, 0.5, 0.5]
}

function vivid(colour: Rgb): Rgb {
  return adjust(colour, { chroma: 1.15 })
}

function warmth(colour: Rgb): number {
  const [, a, b] = toLab(colour)
  return a + b
}

function mostVivid(cells: readonly Rgb[]): Rgb {
  let best: Rgb = [0.8, 0.5, 0.3]
  let strength = 0
  for (const cell of cells) {
    const [, a, b] = toLab(cell)
    if (a * a + b * b > strength) {
      strength = a * a + b * b
      best = cell
    }
  }
  return best
}

/** The row under which the picture changes the most, not too near an edge. */
function horizonRow(rows: readonly Rgb[]): number {
  let best = Math.round(ROWS * 0.56)
  let most = 0.05
  for (let j = Math.floor(ROWS * 0.28); j < ROWS * 0.82; j++) {
    const above = toLab(mean(rows.slice(j - 3, j)))
    const below = toLab(mean(rows.slice(j, j + 3)))
    const change = Math.abs(above[0] - below[0]) + Math.abs(above[1] - below[1]) + Math.abs(above[2] - below[2])
    if (change > most) {
      most = change
      best = j
    }
  }
  return best
}

/** Middle of the brightest cells above the horizon, as shares of the frame. */
function brightest(cells: readonly Rgb[], edge: number): readonly [number, number] {
  const upper = cells
    .slice(0, edge * COLUMNS)
    .map((cell, i) => ({ value: lightness(cell), x: i % COLUMNS, y: Math.floor(i / COLUMNS) }))
  const top = upper.sort((a, b) => b.value - a.value).slice(0, 8)
  const share = (of: 'x' | 'y') => top.reduce((sum, cell) => sum + cell[of] + 0.5, 0) / Math.max(1, top.length)
  return [clamp(share('x') / COLUMNS, 0.08, 0.92), clamp(share('y') / ROWS, 0.04, 0.9)]
}

/**
 * Lets the source show through the drawing: its masses of colour longer than its detail, so that a middling strength gives a
 * drawing in the light of the source and no double exposure. At 0 the source is all there is, at 1 nothing of it.
 */
export async function blendSource(
  brush: { canvas: Canvas; pace: Pace },
  source: Source,
  strength: number,
): Promise<void> {
  const { canvas, pace } = brush
  const masses = 1 - ramp(0.15, 1, strength)
  const detail = 1 - ramp(0, 0.6, strength)
  if (masses <= 0) return
  const difference = differenceOf(canvas, source)
  const { data, width, height } = canvas
  const gain = FULL / 255
  for (let y = 0; y < height; y++) {
    const v = clamp(((y + 0.5) / height) * ROWS - 0.5, 0, ROWS - 1)
    for (let x = 0; x < width; x++) {
      const u = clamp(((x + 0.5) / width) * COLUMNS - 0.5, 0, COLUMNS - 1)
      const at = (y * width + x) * 3
      const from = (y * width + x) * 4
      for (let c = 0; c < 3; c++) {
        const drawn = data[at + c] ?? 0
        const mixed = mix(drawn, (source.rgba[from + c] ?? 0) * gain, detail)
        data[at + c] = clamp(mixed + (masses - detail) * sample(difference, { u, v, c }), 0, FULL)
      }
    }
    if (y % 8 === 0 && pace.due()) await pace.rest()
  }
}

/** Mean of source minus drawing in each cell, three channels a cell. */
function differenceOf(canvas: Canvas, source: Source): Float32Array {
  const sums = new Float32Array(COLUMNS * ROWS * 3)
  const counts = new Float32Array(COLUMNS * ROWS)
  const gain = FULL / 255
  const step = canvas.width * canvas.height > 500_000 ? 2 : 1
  for (let y = 0; y < canvas.height; y += step) {
    const j = Math.floor((y / canvas.height) * ROWS)
    for (let x = 0; x < canvas.width; x += step) {
      const cell = j * COLUMNS + Math.floor((x / canvas.width) * COLUMNS)
      counts[cell] = (counts[cell] ?? 0) + 1
      for (let c = 0; c < 3; c++) {
        const from = source.rgba[(y * canvas.width + x) * 4 + c] ?? 0
        sums[cell * 3 + c] =
          (sums[cell * 3 + c] ?? 0) + from * gain - (canvas.data[(y * canvas.width + x) * 3 + c] ?? 0)
      }
    }
  }
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) / Math.max(1, counts[Math.floor(i / 3)] ?? 1)
  return sums
}

function sample(grid: Float32Array, at: { u: number; v: number; c: number }): number {
  const i = Math.floor(at.u)
  const j = Math.floor(at.v)
  const fu = at.u - i
  const fv = at.v - j
  const cell = (x: number, y: number) =>
    grid[(Math.min(y, ROWS - 1) * COLUMNS + Math.min(x, COLUMNS - 1)) * 3 + at.c] ?? 0
  return mix(mix(cell(i, j), cell(i + 1, j), fu), mix(cell(i, j + 1), cell(i + 1, j + 1), fu), fv)
}
