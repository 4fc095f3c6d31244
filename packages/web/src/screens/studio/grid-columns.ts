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

/** The widest the grid may get, in pixels, so that no picture is taller than a look at the screen. */
export function gridWidth(columns: number, many: number, ratio: number): number {
  const tallest = many <= 1 ? 440 : many <= 3 ? 360 : 260
  return Math.round(columns * tallest * ratio)
}
