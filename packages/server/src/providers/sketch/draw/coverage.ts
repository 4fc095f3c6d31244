import type { Contour } from './path.ts'

/** Sides of outlines in pixels, four numbers each: x and y of the upper end, x and y of the lower end; and which way they run. */
interface Edges {
  readonly ends: Float64Array
  readonly ways: Float32Array
  readonly count: number
  /** First row and the row after the last that anything touches. */
  readonly top: number
  readonly bottom: number
}

/** Called for each touched row: `cover` holds 0 … 1 from `from` up to, not including, `to`. */
export type RowSink = (y: number, cover: Float32Array, span: { from: number; to: number }) => void

/** Takes outlines to pixels; all run the same way round, so overlaps add up and are cut off at full cover. */
export function edgesOf(contours: readonly Contour[], scale: number, height: number): Edges {
  let total = 0
  for (const contour of contours) total += contour.length / 2
  const ends = new Float64Array(total * 4)
  const ways = new Float32Array(total)
  let count = 0
  let low = Infinity
  let high = -Infinity
  for (const contour of contours) {
    const sign = signedArea(contour) < 0 ? -1 : 1
    const n = contour.length
    let px = (contour[n - 2] ?? 0) * scale
    let py = (contour[n - 1] ?? 0) * scale
    for (let i = 0; i < n; i += 2) {
      const x = (contour[i] ?? 0) * scale
      const y = (contour[i + 1] ?? 0) * scale
      const down = y > py
      const top = down ? py : y
      const end = down ? y : py
      if (top !== end && end > 0 && top < height) {
        ends.set(down ? [px, py, x, y] : [x, y, px, py], count * 4)
        ways[count++] = down ? sign : -sign
        if (top < low) low = top
        if (end > high) high = end
      }
      px = x
      py = y
    }
  }
  const top = count === 0 ? 0 : Math.max(0, Math.floor(low))
  return { ends, ways, count, top, bottom: count === 0 ? 0 : Math.min(height, Math.ceil(high)) }
}

function signedArea(contour: Contour): number {
  const n = contour.length
  let area = 0
  let px = contour[n - 2] ?? 0
  let py = contour[n - 1] ?? 0
  for (let i = 0; i < n; i += 2) {
    const x = contour[i] ?? 0
    const y = contour[i + 1] ?? 0
    area += px * y - x * py
    px = x
    py = y
  }
  return area
}

export interface Scanner {
  /** Rows of one band; a caller may rest between bands. */
  readonly rows: number
  /** Exact area coverage of rows `y0` up to, not including, `y1` (at most `rows` of them). */
  band(edges: Edges, range: { y0: number; y1: number }, sink: RowSink): void
}

/**
 * Exact-area anti-aliasing by accumulation: each side adds the change of cover it makes to the cells it crosses, and a running
 * sum along the row gives the cover (as in font-rs by Raph Levien).
 */
export function createScanner(width: number): Scanner {
  const rows = Math.max(8, Math.min(64, Math.floor(65536 / width)))
  const cells = createCells(width, rows)
  const cover = new Float32Array(width)
  return {
    rows,
    band(edges, range, sink) {
      cells.first.fill(width)
      cells.last.fill(0)
      for (let e = 0; e < edges.count; e++) addSide(cells, edges, { e, y0: range.y0, y1: range.y1 })
      for (let y = range.y0; y < range.y1; y++) {
        const span = sumRow(cells, y - range.y0, cover)
        if (span.to > span.from) sink(y, cover, span)
      }
    },
  }
}

/** The changes of cover of one band, and which of them each row has. */
interface Cells {
  readonly width: number
  readonly stride: number
  readonly changes: Float32Array
  readonly first: Int32Array
  readonly last: Int32Array
}

function createCells(width: number, rows: number): Cells {
  const stride = width + 2
  return {
    width,
    stride,
    changes: new Float32Array(rows * stride),
    first: new Int32Array(rows),
    last: new Int32Array(rows),
  }
}

/** Sums a row's changes to cover, and clears them. */
function sumRow(cells: Cells, row: number, cover: Float32Array): { from: number; to: number } {
  const { changes, stride } = cells
  const from = cells.first[row] ?? 0
  const to = Math.min(cells.width, cells.last[row] ?? 0)
  const base = row * stride
  let sum = 0
  for (let x = from; x < to; x++) {
    sum += changes[base + x] ?? 0
    const c = sum < 0 ? -sum : sum
    cover[x] = c > 1 ? 1 : c
  }
  changes.fill(0, base + Math.min(from, to), Math.min(base + to + 2, base + stride))
  return { from, to }
}

function addSide(cells: Cells, edges: Edges, what: { e: number; y0: number; y1: number }): void {
  const { e, y0, y1 } = what
  const top = edges.ends[e * 4 + 1] ?? 0
  const end = edges.ends[e * 4 + 3] ?? 0
  if (end <= y0 || top >= y1) return
  const x0 = edges.ends[e * 4] ?? 0
  const x1 = edges.ends[e * 4 + 2] ?? 0
  const way = edges.ways[e] ?? 0
  const slope = (x1 - x0) / (end - top)
  const start = top > y0 ? Math.floor(top) : y0
  for (let y = start; y < y1 && y < end; y++) {
    const ya = top > y ? top : y
    const yb = end < y + 1 ? end : y + 1
    const xa = x0 + (ya - top) * slope
    const xb = x0 + (yb - top) * slope
    addCrossing(cells, (yb - ya) * way, { row: y - y0, low: xa < xb ? xa : xb, high: xa < xb ? xb : xa })
  }
}

/** A side within one row, from `low` to `high`: `d` of cover begins along it. */
function addCrossing(cells: Cells, d: number, what: { row: number; low: number; high: number }): void {
  const { width, changes, first, last } = cells
  const { row } = what
  const lo = what.low < 0 ? 0 : what.low
  const hi = what.high > width ? width : what.high
  if (lo >= width) {
    last[row] = width
    return
  }
  const base = row * cells.stride
  const i0 = Math.floor(lo)
  if (i0 < (first[row] ?? 0)) first[row] = i0
  if (hi <= i0 + 1) {
    const inner = hi <= lo ? lo - i0 : (lo + hi) / 2 - i0
    changes[base + i0] = (changes[base + i0] ?? 0) + d * (1 - inner)
    changes[base + i0 + 1] = (changes[base + i0 + 1] ?? 0) + d * inner
    if (i0 + 2 > (last[row] ?? 0)) last[row] = i0 + 2
    return
  }
  const s = 1 / (hi - lo)
  const i1 = Math.ceil(hi)
  const x0f = lo - i0
  const x1f = hi - i1 + 1
  const a0 = 0.5 * s * (1 - x0f) * (1 - x0f)
  const am = 0.5 * s * x1f * x1f
  changes[base + i0] = (changes[base + i0] ?? 0) + d * a0
  if (i1 === i0 + 2) {
    changes[base + i0 + 1] = (changes[base + i0 + 1] ?? 0) + d * (1 - a0 - am)
  } else {
    const a1 = s * (1.5 - x0f)
    changes[base + i0 + 1] = (changes[base + i0 + 1] ?? 0) + d * (a1 - a0)
    for (let x = i0 + 2; x < i1 - 1; x++) changes[base + x] = (changes[base + x] ?? 0) + d * s
    const a2 = a1 + (i1 - i0 - 3) * s
    changes[base + i1 - 1] = (changes[base + i1 - 1] ?? 0) + d * (1 - a2 - am)
  }
  changes[base + i1] = (changes[base + i1] ?? 0) + d * am
  if (i1 + 1 > (last[row] ?? 0)) last[row] = i1 + 1
}
