import { type Canvas, FULL } from './canvas.ts'
import type { FieldLayer } from './layer.ts'
import { clamp, ramp } from './maths.ts'
import { fractal2 } from './noise.ts'
import type { Pace } from './pace.ts'

/** Cells of noise in a unit; between them it is smooth anyway. */
const FINENESS = 150

interface Grid {
  readonly columns: number
  readonly rows: number
  readonly cell: number
  readonly density: Float32Array
}

/** Noise as transparency: worked out on a coarse grid, then spread over the pixels. */
export async function paintField(canvas: Canvas, layer: FieldLayer, pace: Pace): Promise<void> {
  const grid = await densityOf(canvas, layer, pace)
  const { data, width, height, scale } = canvas
  const { box } = layer
  const x0 = clamp(Math.floor(box.x * scale), 0, width)
  const x1 = clamp(Math.ceil((box.x + box.width) * scale), 0, width)
  const y0 = clamp(Math.floor(box.y * scale), 0, height)
  const y1 = clamp(Math.ceil((box.y + box.height) * scale), 0, height)
  const step = 1 / (scale * grid.cell)
  const screen = layer.blend === 'screen'
  const multiply = layer.blend === 'multiply'
  for (let y = y0; y < y1; y++) {
    const v = clamp((y + 0.5 - box.y * scale) * step, 0, grid.rows - 1.001)
    const j = v | 0
    const fv = v - j
    const row = j * grid.columns
    let at = (y * width + x0) * 3
    for (let x = x0; x < x1; x++, at += 3) {
      const u = clamp((x + 0.5 - box.x * scale) * step, 0, grid.columns - 1.001)
      const i = row + (u | 0)
      const fu = u - (u | 0)
      const top = (grid.density[i] ?? 0) * (1 - fu) + (grid.density[i + 1] ?? 0) * fu
      const below = (grid.density[i + grid.columns] ?? 0) * (1 - fu) + (grid.density[i + grid.columns + 1] ?? 0) * fu
      const a = top * (1 - fv) + below * fv
      if (a < 0.002) continue
      for (let c = 0; c < 3; c++) {
        const old = data[at + c] ?? 0
        const ink = layer.colour[c] ?? 0
        const aim = screen ? old + (FULL - old) * ink : multiply ? old * ink : ink * FULL
        data[at + c] = old + (aim - old) * a
      }
    }
    if (y % 16 === 0 && pace.due()) await pace.rest()
  }
}

async function densityOf(canvas: Canvas, layer: FieldLayer, pace: Pace): Promise<Grid> {
  const cell = Math.max(1 / FINENESS, 1.5 / canvas.scale)
  const { box, window, grain } = layer
  const columns = Math.ceil(box.width / cell) + 2
  const rows = Math.ceil(box.height / cell) + 2
  const density = new Float32Array(columns * rows)
  for (let j = 0; j < rows; j++) {
    const y = j * cell
    const strength = profileAt(layer.profile, clamp(y / box.height)) * layer.alpha
    for (let i = 0; i < columns; i++) {
      const at = { x: (box.x + i * cell) / grain[0], y: (box.y + y) / grain[1] }
      density[j * columns + i] = strength * ramp(window[0], window[1], fractal2(at, 4, layer.seed))
    }
    if (j % 8 === 0 && pace.due()) await pace.rest()
  }
  return { columns, rows, cell, density }
}

function profileAt(profile: readonly number[], t: number): number {
  const at = t * (profile.length - 1)
  const i = Math.floor(at)
  const a = profile[i] ?? 0
  return a + ((profile[i + 1] ?? a) - a) * ramp(0, 1, at - i)
}
