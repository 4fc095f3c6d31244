import { FULL } from './canvas.ts'
import { fromLab, toLab } from './colour.ts'
import type { Paint, Stop } from './layer.ts'
import { clamp, distance, mix } from './maths.ts'

/** A paint made ready for one resolution: a table of colours and where in it a pixel falls. */
export interface Ink {
  /** Red, green, blue (0 … 65535) and alpha (0 … 1) for each entry. */
  readonly table: Float32Array
  readonly last: number
  /** Entry = dx · x + dy · y + offset; or, for a radial paint, distance · dx from (cx, cy). */
  readonly dx: number
  readonly dy: number
  readonly offset: number
  readonly centre: readonly [number, number] | null
}

/** Entries of the longest gradient: steps of 1/1024 stay below one level of eight bits even from black to white. */
const ENTRIES = 1024

export function inkOf(paint: Paint, scale: number): Ink {
  if (paint.kind === 'flat') {
    const table = tableOf([{ at: 0, colour: paint.colour }], 1)
    return { table, last: 0, dx: 0, dy: 0, offset: 0, centre: null }
  }
  const entries = Math.round(clamp(lengthOf(paint) * scale * 2, 16, ENTRIES))
  const table = tableOf(paint.stops, entries)
  const last = entries - 1
  if (paint.kind === 'radial') {
    const [cx, cy] = paint.centre
    const centre = [cx * scale - 0.5, cy * scale - 0.5] as const
    return { table, last, dx: last / (paint.radius * scale), dy: 0, offset: 0, centre }
  }
  const vx = (paint.to[0] - paint.from[0]) * scale
  const vy = (paint.to[1] - paint.from[1]) * scale
  const k = last / (vx * vx + vy * vy || 1)
  const dx = vx * k
  const dy = vy * k
  const offset = (0.5 - paint.from[0] * scale) * dx + (0.5 - paint.from[1] * scale) * dy
  return { table, last, dx, dy, offset, centre: null }
}

function lengthOf(paint: Exclude<Paint, { kind: 'flat' }>): number {
  if (paint.kind === 'radial') return paint.radius
  return distance(paint.to[0] - paint.from[0], paint.to[1] - paint.from[1])
}

/** Colours between the stops: mixed in OKLab at a few knots a span, straight between those. */
function tableOf(stops: readonly Stop[], entries: number): Float32Array {
  const knots = refine(stops)
  const table = new Float32Array(entries * 4)
  let from = 0
  for (let i = 0; i < entries; i++) {
    const t = entries === 1 ? 0 : i / (entries - 1)
    while (from < knots.length - 2 && t > (knots[from + 1]?.at ?? 1)) from += 1
    const a = knots[from]
    const b = knots[Math.min(from + 1, knots.length - 1)]
    if (a === undefined || b === undefined) continue
    const span = b.at - a.at
    const k = span <= 0 ? 0 : clamp((t - a.at) / span)
    for (const channel of [0, 1, 2] as const) {
      table[i * 4 + channel] = mix(a.colour[channel], b.colour[channel], k) * FULL
    }
    table[i * 4 + 3] = mix(a.alpha ?? 1, b.alpha ?? 1, k)
  }
  return table
}

const KNOTS = 10

function refine(stops: readonly Stop[]): Stop[] {
  const result: Stop[] = []
  for (const [i, a] of stops.entries()) {
    result.push(a)
    const b = stops[i + 1]
    if (b === undefined || a.colour === b.colour) continue
    const p = toLab(a.colour)
    const q = toLab(b.colour)
    for (let n = 1; n < KNOTS; n++) {
      const k = n / KNOTS
      const colour = fromLab([mix(p[0], q[0], k), mix(p[1], q[1], k), mix(p[2], q[2], k)])
      result.push({ at: mix(a.at, b.at, k), colour, alpha: mix(a.alpha ?? 1, b.alpha ?? 1, k) })
    }
  }
  return result
}
