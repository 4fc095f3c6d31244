import { type Canvas, FULL } from './canvas.ts'
import type { DotsLayer, GlowLayer } from './layer.ts'
import { type Mask, sampleMask } from './mask.ts'
import { clamp } from './maths.ts'
import type { Pace } from './pace.ts'
import type { Bounds } from './path.ts'

const BAND = 32

/** Light that falls off as (1 − d²)³ from its middle. */
export async function paintGlow(canvas: Canvas, layer: GlowLayer, pace: Pace): Promise<void> {
  const { data, width, height, scale } = canvas
  const rx = layer.radius * scale * (layer.stretch ?? 1)
  const ry = layer.radius * scale
  const cx = layer.x * scale - 0.5
  const cy = layer.y * scale - 0.5
  const x0 = clamp(Math.floor(cx - rx), 0, width)
  const x1 = clamp(Math.ceil(cx + rx) + 1, 0, width)
  const y1 = clamp(Math.ceil(cy + ry) + 1, 0, height)
  const [r, g, b] = layer.colour
  for (let y = clamp(Math.floor(cy - ry), 0, height); y < y1; y++) {
    const dy = ((y - cy) / ry) * ((y - cy) / ry)
    let at = (y * width + x0) * 3
    for (let x = x0; x < x1; x++, at += 3) {
      const dx = (x - cx) / rx
      const q = 1 - dy - dx * dx
      if (q <= 0) continue
      const a = q * q * q * layer.strength
      const red = data[at] ?? 0
      const green = data[at + 1] ?? 0
      const blue = data[at + 2] ?? 0
      data[at] = red + (FULL - red) * r * a
      data[at + 1] = green + (FULL - green) * g * a
      data[at + 2] = blue + (FULL - blue) * b * a
    }
    if (y % BAND === 0 && pace.due()) await pace.rest()
  }
}

/** Discs so small that only their middle and size count. Those below a pixel become fainter instead of vanishing. */
export async function paintDots(canvas: Canvas, layer: DotsLayer, pace: Pace): Promise<void> {
  let painted = 0
  for (const dot of layer.dots) {
    paintDot(canvas, layer, dot)
    if (++painted % 64 === 0 && pace.due()) await pace.rest()
  }
}

function paintDot(canvas: Canvas, layer: DotsLayer, dot: DotsLayer['dots'][number]): void {
  const { data, width, height, scale } = canvas
  const wanted = dot.r * scale
  const r = Math.max(wanted, 0.6)
  const alpha = dot.alpha * Math.min(1, (wanted * wanted) / (r * r))
  const cx = dot.x * scale - 0.5
  const cy = dot.y * scale - 0.5
  const x0 = clamp(Math.floor(cx - r), 0, width)
  const x1 = clamp(Math.ceil(cx + r) + 1, 0, width)
  const y1 = clamp(Math.ceil(cy + r) + 1, 0, height)
  for (let y = clamp(Math.floor(cy - r), 0, height); y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      const d = Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy))
      const q = layer.soft === true ? clamp(1 - d / (r + 0.5)) : clamp(r + 0.5 - d)
      const a = alpha * (layer.soft === true ? q * q * (3 - 2 * q) : q)
      const at = (y * width + x) * 3
      for (let c = 0; c < 3; c++) {
        const old = data[at + c] ?? 0
        data[at + c] = old + ((layer.colour[c] ?? 0) * FULL - old) * a
      }
    }
  }
}

/** Darkens what lies behind a sheet, so that it stands off like cut paper. All in pixels. */
export async function castShadow(
  brush: { canvas: Canvas; pace: Pace },
  mask: Mask,
  shadow: { dx: number; dy: number; strength: number; within: Bounds },
): Promise<void> {
  const { canvas, pace } = brush
  const { data, width, height } = canvas
  const x0 = clamp(Math.floor(shadow.within.left), 0, width)
  const x1 = clamp(Math.ceil(shadow.within.right), 0, width)
  const y1 = clamp(Math.ceil(shadow.within.bottom), 0, height)
  for (let y = clamp(Math.floor(shadow.within.top), 0, height); y < y1; y++) {
    let at = (y * width + x0) * 3
    for (let x = x0; x < x1; x++, at += 3) {
      const m = sampleMask(mask, x - shadow.dx, y - shadow.dy)
      if (m < 0.004) continue
      const k = 1 - m * shadow.strength
      data[at] = (data[at] ?? 0) * k
      data[at + 1] = (data[at + 1] ?? 0) * k
      data[at + 2] = (data[at + 2] ?? 0) * (k + m * shadow.strength * 0.12)
    }
    if (y % BAND === 0 && pace.due()) await pace.rest()
  }
}
