import { type Canvas, FULL, sampleTile, type Tile } from './canvas.ts'
import type { WaterLayer } from './layer.ts'
import { clamp, mix } from './maths.ts'
import type { Pace } from './pace.ts'

/**
 * Mirrors what stands above the shore, broken by ripples that widen towards the viewer. Rows are taken from above, so what is
 * read is never water that was drawn a moment before.
 */
export async function paintWater(brush: { canvas: Canvas; pace: Pace; tile: Tile }, layer: WaterLayer): Promise<void> {
  const { canvas, pace } = brush
  const top = clamp(Math.round(layer.top * canvas.scale), 0, canvas.height)
  const bottom = clamp(Math.round(layer.bottom * canvas.scale), 0, canvas.height)
  for (let y = top; y < bottom; y++) {
    waterRow(brush, layer, { y, top, depth: (y + 0.5 - top) / Math.max(1, bottom - top) })
    if (y % 16 === 0 && pace.due()) await pace.rest()
  }
}

function waterRow(
  brush: { canvas: Canvas; tile: Tile },
  layer: WaterLayer,
  row: { y: number; top: number; depth: number },
): void {
  const { canvas, tile } = brush
  const { data, width, scale } = canvas
  const { y, top, depth } = row
  const below = (y - top) / scale
  // Perspective: a ripple's height on the picture grows with its distance below the horizon.
  const v = (60 * below) / (0.05 + below * 0.45) + layer.seed
  const fine = 34 / (0.16 + below * 1.4)
  const sway = layer.ripple * (0.004 + below * 0.05) * scale
  const lift = layer.ripple * (0.002 + below * 0.11) * scale
  const mirror = mix(layer.mirror[0], layer.mirror[1], depth)
  const tint = [0, 1, 2].map((c) => mix(layer.far[c] ?? 0, layer.near[c] ?? 0, depth) * FULL)
  const [tr = 0, tg = 0, tb = 0] = tint
  const source = top - 1 - (y - top)
  let at = y * width * 3
  for (let x = 0; x < width; x++, at += 3) {
    const n = sampleTile(tile, (x / scale) * fine, v) - 0.5
    const sx = clamp(Math.round(x + n * sway * 2), 0, width - 1)
    const sy = clamp(Math.round(source + n * lift * 2), 0, Math.max(0, top - 1))
    const from = (sy * width + sx) * 3
    const shade = 1 + n * layer.ripple * 0.28
    data[at] = limit(mix(tr, data[from] ?? 0, mirror) * shade)
    data[at + 1] = limit(mix(tg, data[from + 1] ?? 0, mirror) * shade)
    data[at + 2] = limit(mix(tb, data[from + 2] ?? 0, mirror) * shade)
  }
}

function limit(value: number): number {
  return value > FULL ? FULL : value
}
