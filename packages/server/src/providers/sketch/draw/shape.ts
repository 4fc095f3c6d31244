import { type Canvas, FULL, sampleTile, type Tile } from './canvas.ts'
import { edgesOf, type RowSink, type Scanner } from './coverage.ts'
import { type Ink, inkOf } from './ink.ts'
import type { Blend, ShapeLayer } from './layer.ts'
import { type Mask, sampleMask } from './mask.ts'
import { hash } from './noise.ts'
import type { Pace } from './pace.ts'

/** How a style lays paint on a sheet. */
interface Texture {
  readonly tile: Tile
  /** 0 … 1: how much the pigment is uneven. */
  readonly mottle: number
  /** 0 … 1: how much darker the rim is, as where a wash dried; needs `mask`. */
  readonly rim: number
  readonly mask: Mask | null
}

interface Brush {
  readonly canvas: Canvas
  readonly scanner: Scanner
  readonly pace: Pace
}

/** Fills a shape in bands, resting between them when it is time. */
export async function fillShape(brush: Brush, layer: ShapeLayer, texture: Texture | null): Promise<void> {
  const { canvas, scanner, pace } = brush
  const edges = edgesOf(layer.contours, canvas.scale, canvas.height)
  if (edges.count === 0) return
  const ink = inkOf(layer.paint, canvas.scale)
  const sink = texture === null ? plainSink(canvas, layer, ink) : texturedSink(canvas, layer, { ink, texture })
  for (let y0 = edges.top; y0 < edges.bottom; y0 += scanner.rows) {
    scanner.band(edges, { y0, y1: Math.min(y0 + scanner.rows, edges.bottom) }, sink)
    if (pace.due()) await pace.rest()
  }
}

const INVISIBLE = 1 / 512

function plainSink(canvas: Canvas, layer: ShapeLayer, ink: Ink): RowSink {
  const { data, width } = canvas
  const { table, last } = ink
  const alpha = layer.alpha ?? 1
  const stipple = layer.stipple ?? 0
  const mode = layer.blend ?? 'normal'
  return (y, cover, span) => {
    const entry = entryOf(ink, y)
    const fixed = ink.centre === null && ink.dx === 0
    let i = fixed ? entry(0) : 0
    let at = (y * width + span.from) * 3
    for (let x = span.from; x < span.to; x++, at += 3) {
      const c = cover[x] ?? 0
      if (c < INVISIBLE) continue
      if (!fixed) i = entry(x)
      let a = (table[i + 3] ?? 1) * alpha
      if (stipple > 0 && last > 0) a = sprayed(a, stipple, hash(x >> canvas.grainShift, y >> canvas.grainShift, 77))
      a *= c
      if (a >= INVISIBLE) put(data, at, { r: table[i] ?? 0, g: table[i + 1] ?? 0, b: table[i + 2] ?? 0, a, mode })
    }
  }
}

/** Some of the transparency becomes grains that are there or not. */
function sprayed(alpha: number, amount: number, random: number): number {
  const grain = alpha * 4294967296 > random ? 1 : 0
  return alpha + (grain - alpha) * amount * 0.55
}

function entryOf(ink: Ink, y: number): (x: number) => number {
  const { last, dx } = ink
  if (ink.centre !== null) {
    const [cx, cy] = ink.centre
    const vy = (y - cy) * (y - cy)
    return (x) => {
      const i = (Math.sqrt((x - cx) * (x - cx) + vy) * dx) | 0
      return (i > last ? last : i) * 4
    }
  }
  const row = y * ink.dy + ink.offset
  return (x) => {
    const i = (row + x * dx) | 0
    return (i < 0 ? 0 : i > last ? last : i) * 4
  }
}

interface Drop {
  readonly r: number
  readonly g: number
  readonly b: number
  readonly a: number
  readonly mode: Blend
}

function put(data: Uint16Array, at: number, drop: Drop): void {
  const { a, mode } = drop
  const r = data[at] ?? 0
  const g = data[at + 1] ?? 0
  const b = data[at + 2] ?? 0
  if (mode === 'normal') {
    data[at] = r + (drop.r - r) * a
    data[at + 1] = g + (drop.g - g) * a
    data[at + 2] = b + (drop.b - b) * a
  } else if (mode === 'multiply') {
    const k = a / FULL
    data[at] = r - r * (FULL - drop.r) * k
    data[at + 1] = g - g * (FULL - drop.g) * k
    data[at + 2] = b - b * (FULL - drop.b) * k
  } else {
    const k = a / FULL
    data[at] = r + (FULL - r) * drop.r * k
    data[at + 1] = g + (FULL - g) * drop.g * k
    data[at + 2] = b + (FULL - b) * drop.b * k
  }
}

/** Paint that lies unevenly: pigment gathers in the paper's hollows and at the rim of a wash. */
function texturedSink(canvas: Canvas, layer: ShapeLayer, how: { ink: Ink; texture: Texture }): RowSink {
  const { data, width, scale } = canvas
  const { ink, texture } = how
  const { table } = ink
  const alpha = layer.alpha ?? 1
  const mode = layer.blend ?? 'normal'
  const step = 420 / scale
  return (y, cover, span) => {
    const entry = entryOf(ink, y)
    let at = (y * width + span.from) * 3
    for (let x = span.from; x < span.to; x++, at += 3) {
      const c = cover[x] ?? 0
      if (c < INVISIBLE) continue
      const i = entry(x)
      const n = sampleTile(texture.tile, x * step, y * step) - 0.5
      const inside = texture.mask === null ? 1 : sampleMask(texture.mask, x, y)
      const rim = inside > 0.9 ? 0 : texture.rim * (0.9 - inside)
      const k = 1 - rim - n * texture.mottle
      const a = (table[i + 3] ?? 1) * alpha * c
      const r = Math.min(FULL, (table[i] ?? 0) * k)
      const g = Math.min(FULL, (table[i + 1] ?? 0) * k)
      const b = Math.min(FULL, (table[i + 2] ?? 0) * (k + rim * 0.25))
      put(data, at, { r, g, b, a, mode })
    }
  }
}
