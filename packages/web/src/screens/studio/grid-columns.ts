/** How many pictures stand side by side, for a neat grid of `many` with the given width-to-height ratio. */
export function gridColumns(many: number, ratio: number, narrow: boolean): number {
  if (many <= 1) return 1
  if (narrow) return many <= 4 ? 2 : 3
  if (many <= 3) return ratio > 1.5 ? 2 : many
  if (many === 4) return ratio > 1.2 ? 2 : 4
  if (many <= 6) return 3
  if (many <= 8) return 4
  return 5
}

/** How tall a picture may get, in pixels, so that a generation is one look at the screen. */
export function tallest(many: number, waiting: boolean): number {
  if (waiting) return 128
  return many <= 1 ? 480 : many <= 3 ? 360 : 260
}
