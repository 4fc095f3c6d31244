/** How many pictures stand side by side, for a neat grid of `many` with the given width-to-height ratio. */
export function gridColumns(many: number, ratio: number, narrow: boolean): number {
  if (many <= 1) return 1
  if (narrow && many === 3) return ratio > 1.2 ? 1 : 3
  if (narrow) return many <= 4 ? 2 : 3
  if (many <= 3) return ratio > 1.5 ? 2 : many
  if (many === 4) return ratio > 1.2 ? 2 : 4
  if (many <= 6) return 3
  if (many <= 8) return 4
  return 5
}

interface Tiles {
  readonly many: number
  /** Width to height of the pictures. */
  readonly ratio: number
  readonly narrow: boolean
}

/**
 * The width-to-height ratio of a tile. Tiles fill the whole width, so that every generation ends at the same edge; what would be
 * taller than one look at the screen stands in the middle of a wider tile.
 */
export function tileRatio({ many, ratio, narrow }: Tiles): number {
  const widest = narrow ? 3 / 4 : 4 / 3
  return Math.max(ratio, many === 1 ? widest : 2 / 3)
}
