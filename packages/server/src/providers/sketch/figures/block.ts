import { box, type Contour, type Point, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'

/** A street of the skyline: one building, its roof, and windows that burn here and there. */
export function block(
  pick: Random,
  what: { width: number; height: number; lit: number },
): { body: Contour[]; windows: Contour[]; beacon: Point | null } {
  const { width, height } = what
  const body: Contour[] = [box(-width / 2, -height, [width, height + 0.2])]
  let top = -height
  const kind = pick.whole(0, 5)
  if (kind === 1)
    body.push(
      box(-width * 0.3, -height - width * 0.5, [width * 0.6, width * 0.5]),
      box(-width * 0.16, -height - width * 0.95, [width * 0.32, width * 0.5]),
    )
  if (kind === 2)
    body.push(
      polygon([
        [-width / 2, -height],
        [width / 2, -height - width * 0.5],
        [width / 2, -height],
      ]),
    )
  if (kind === 3)
    body.push(
      polygon([
        [-width / 2, -height],
        [0, -height - width * 0.75],
        [width / 2, -height],
      ]),
    )
  if (kind === 4)
    body.push(
      box(-width * 0.38, -height - 0.02, [width * 0.22, 0.02]),
      box(width * 0.1, -height - 0.028, [width * 0.16, 0.028]),
    )
  if (kind === 1) top -= width * 0.95
  if (kind === 3) top -= width * 0.7
  let beacon: Point | null = null
  if ((kind === 1 || kind === 3 || kind === 0) && height > 0.28 && pick.chance(0.65)) {
    const mast = pick.between(0.05, 0.13)
    body.push(
      polygon([
        [-0.004, top + 0.01],
        [-0.0012, top - mast],
        [0.0012, top - mast],
        [0.004, top + 0.01],
      ]),
    )
    beacon = [0, top - mast]
  }
  const windows: Contour[] = []
  const pitch = pick.between(0.0095, 0.0145)
  const tall = pitch * pick.between(0.55, 1)
  const columns = Math.floor((width - pitch * 0.7) / pitch)
  for (let y = -height + pitch; y < -0.02; y += pitch * 1.5) {
    const floor = pick.next() < 0.07
    for (let c = 0; c < columns; c++) {
      if (!floor && pick.next() > what.lit) continue
      const x = -width / 2 + (width - columns * pitch) / 2 + c * pitch + pitch * 0.22
      windows.push(box(x, y, [pitch * 0.55, tall]))
    }
  }
  return { body, windows, beacon }
}
