import { cos, sin, TAU } from '../draw/maths.ts'
import { type Contour, disc, type Joint, limb } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part } from './figure.ts'

/** A bough that reaches into the picture from a corner, for framing: pointed leaves, or blossoms of five petals. */
export function bough(pick: Random, blooming: boolean): Figure {
  const wood: Contour[] = []
  const leaves: Contour[] = []
  const pale: Contour[] = []
  const hearts: Contour[] = []
  const leaf = (x: number, y: number, angle: number) => {
    const long = pick.between(0.035, 0.06)
    const [c, s] = [cos(angle), sin(angle)]
    const shape = limb(
      [
        [x, y, 0.001],
        [x + c * long * 0.45, y + s * long * 0.45, long * 0.2],
        [x + c * long, y + s * long, 0.0005],
      ],
      5,
    )
    ;(pick.chance(0.3) ? pale : leaves).push(shape)
  }
  const blossom = (x: number, y: number) => {
    const r = pick.between(0.008, 0.014)
    const start = pick.next() * TAU
    const into = pick.chance(0.4) ? pale : leaves
    for (let i = 0; i < 5; i++)
      into.push(disc(x + cos(start + (i * TAU) / 5) * r, y + sin(start + (i * TAU) / 5) * r, r * 0.78))
    hearts.push(disc(x, y, r * 0.34))
  }
  const grow = (joint: Joint, angle: number, length: number) => {
    const [x, y, r] = joint
    const bend = angle + pick.bell() * 0.3
    const end: Joint = [x + cos(bend) * length, y + sin(bend) * length, r * 0.6]
    const middle: Joint = [(x + end[0]) / 2 + pick.bell() * 0.012, (y + end[1]) / 2 + pick.bell() * 0.012, r * 0.8]
    wood.push(limb([joint, middle, end], 3))
    if (r < 0.02) {
      for (let i = 0; i < 7; i++) {
        const t = pick.between(0.1, 1.05)
        const [px, py] = [x + (end[0] - x) * t + pick.bell() * 0.008, y + (end[1] - y) * t + pick.bell() * 0.008]
        if (blooming) blossom(px + pick.bell() * 0.02, py + pick.bell() * 0.02)
        else leaf(px, py, bend + (i % 2 === 0 ? 0.8 : -0.8) + pick.bell() * 0.4)
      }
    }
    if (length < 0.085) return
    grow(end, angle + pick.between(-0.45, 0.1), length * pick.between(0.66, 0.84))
    grow([middle[0], middle[1], r * 0.6], angle + pick.between(0.35, 0.85), length * pick.between(0.5, 0.68))
    if (pick.chance(0.5))
      grow([middle[0], middle[1], r * 0.5], angle - pick.between(0.4, 0.8), length * pick.between(0.35, 0.5))
  }
  grow([-0.1, -0.04, 0.024], pick.between(0.1, 0.4), 0.3)
  return [part('dark', wood), part('body', leaves), part('light', pale), part('accent', hearts)]
}
