import { mix } from '../draw/maths.ts'
import { type Contour, type Point, points, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part } from './figure.ts'

/** A conifer: tiers of drooping boughs on a thin trunk, ragged at the ends. */
export function pine(pick: Random, slender = 0.2): Figure {
  const tiers = pick.whole(8, 11)
  const boughs: Contour[] = []
  const shade: Contour[] = []
  for (let i = 0; i < tiers; i++) {
    const t = (i + 1) / tiers
    const y = -1 + 0.9 * t
    const half = slender * (0.12 + 0.88 * t) * pick.between(0.86, 1.14)
    const top = y - 0.9 / tiers - 0.05
    const dip = 0.035 + 0.03 * t
    const left: Point = [-half * pick.between(0.85, 1.1), y + dip * pick.between(0.2, 1)]
    const right: Point = [half * pick.between(0.85, 1.1), y + dip * pick.between(0.2, 1)]
    const fringe: Point[] = []
    const teeth = 6
    for (let k = 1; k < teeth; k++) {
      const s = k / teeth
      fringe.push([
        mix(right[0], left[0], s),
        mix(right[1], left[1], s) - 0.012 + (k % 2 === 0 ? 0.022 : -0.012) * pick.between(0.6, 1.4),
      ])
    }
    boughs.push(polygon([[0, top], right, ...fringe, left]))
    shade.push(polygon([[0.01, top + 0.03], right, ...fringe.slice(0, 3), [0.02, y - 0.01]]))
  }
  const trunk = polygon(points('-0.016 -0.3, 0.016 -0.3, 0.022 0.02, -0.022 0.02'))
  return [part('trunk', [trunk]), part('body', boughs), part('shade', shade, 0.5)]
}

/** The same in a few strokes, for a wooded crest. */
export function spruceOutline(pick: Random, at: { x: number; y: number; height: number }): Contour {
  const { x, y, height } = at
  const half = height * pick.between(0.14, 0.21)
  const points: Point[] = [[x, y - height]]
  const tiers = height > 0.05 ? 6 : 4
  for (let side = 1; side >= -1; side -= 2) {
    for (let k = 0; k < tiers; k++) {
      const i = side > 0 ? k : tiers - 1 - k
      const t = (i + 1) / tiers
      const outer: Point = [x + side * half * t * pick.between(0.8, 1.15), y - height * (1 - t * 0.97)]
      const inner: Point = [x + side * half * t * 0.52, y - height * (1 - t * 0.97) - height * 0.03]
      points.push(...(side > 0 ? [outer, inner] : [inner, outer]))
    }
  }
  return polygon(points)
}
