/** What a row needs to know of a picture. */
export interface Proportions {
  readonly width: number
  readonly height: number
}

export interface RowLayout {
  /** Index of the row's first picture and the one after its last. */
  readonly from: number
  readonly to: number
  /** Height of the row in pixels. */
  readonly height: number
  /** Width of each picture in pixels. */
  readonly widths: readonly number[]
}

interface Frame {
  /** Pixels from edge to edge. */
  readonly width: number
  readonly gap: number
  /** The height that rows come close to. */
  readonly target: number
}

/** Very wide and very tall pictures are shown cut, so that a row is never a ribbon. */
function ratioOf({ width, height }: Proportions): number {
  return Math.min(Math.max(width / height, 0.5), 2.6)
}

/**
 * Breaks pictures into rows of one height that reach from edge to edge; the last row keeps the target height. The break
 * is made where the height comes closest to the target.
 */
export function justify(pictures: readonly Proportions[], { width, gap, target }: Frame): RowLayout[] {
  const rows: RowLayout[] = []
  let from = 0
  let sum = 0
  const heightOf = (ratios: number, many: number) => (width - gap * (many - 1)) / ratios
  const push = (to: number, ratios: number, height: number) => {
    const ends = rightEdges(pictures.slice(from, to).map((picture) => ratioOf(picture) * height))
    rows.push({ from, to, height: Math.round(height), widths: ends.map((end, index) => end - (ends[index - 1] ?? 0)) })
    from = to
    sum = ratios
  }
  for (const [index, picture] of pictures.entries()) {
    const ratio = ratioOf(picture)
    const before = sum === 0 ? Number.POSITIVE_INFINITY : heightOf(sum, index - from)
    const after = heightOf(sum + ratio, index - from + 1)
    if (after < target && sum > 0 && before - target < target - after) push(index, 0, before)
    sum += ratio
    if (heightOf(sum, index - from + 1) <= target) push(index + 1, 0, heightOf(sum, index - from + 1))
  }
  if (from < pictures.length) push(pictures.length, 0, Math.min(target, heightOf(sum, pictures.length - from)))
  return rows
}

/** Where each picture ends when all are laid side by side, in whole pixels, so that rounding does not add up. */
function rightEdges(widths: readonly number[]): number[] {
  let sum = 0
  return widths.map((width) => {
    sum += width
    return Math.round(sum)
  })
}
