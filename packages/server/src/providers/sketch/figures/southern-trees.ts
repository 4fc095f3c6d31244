import { clamp, cos, sin, TAU } from '../draw/maths.ts'
import { type Contour, disc, joints, limb, type Point, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part } from './figure.ts'

export function palm(pick: Random): Figure {
  const lean = pick.between(0.1, 0.28) * (pick.chance(0.5) ? 1 : -1)
  const head: Point = [lean, -0.78]
  const trunk = limb([
    [0, 0.03, 0.028],
    [lean * 0.25, -0.3, 0.018],
    [lean * 0.7, -0.58, 0.015],
    [head[0], head[1], 0.014],
  ])
  const fronds: Contour[] = []
  const lights: Contour[] = []
  const count = 9
  for (let i = 0; i < count; i++) {
    const angle = -TAU * 0.56 + (i / (count - 1)) * TAU * 0.62 + pick.bell() * 0.08
    const leaf = frond(head, { angle, length: pick.between(0.3, 0.4) })
    if (i % 3 === 1) lights.push(leaf)
    else fronds.push(leaf)
  }
  const nuts = [disc(head[0] - 0.02, head[1] + 0.025, 0.018), disc(head[0] + 0.018, head[1] + 0.03, 0.018)]
  return [part('trunk', [trunk]), part('body', fronds), part('light', lights, 0.7), part('dark', nuts)]
}

/** A feathered leaf that rises, bends over and hangs. */
function frond(head: Point, what: { angle: number; length: number }): Contour {
  const rib: Point[] = []
  const n = 9
  for (let i = 0; i <= n; i++) {
    const t = i / n
    rib.push([
      head[0] + cos(what.angle) * what.length * t,
      head[1] + sin(what.angle) * what.length * t + 0.26 * t * t * what.length * 2,
    ])
  }
  const upper: Point[] = []
  const lower: Point[] = []
  for (const [i, [x, y]] of rib.entries()) {
    const t = i / n
    const width = 0.055 * clamp(4 * t * (1 - t) + 0.1) * (i % 2 === 0 ? 1 : 0.45)
    upper.push([x, y - width * 0.35])
    lower.push([x - cos(what.angle) * 0.02, y + width])
  }
  return polygon([...upper, ...lower.reverse()])
}

export function saguaro(pick: Random): Figure {
  const arms: Contour[] = [limb(joints('0 0.02 0.075, 0 -0.5 0.08, 0 -0.93 0.065'))]
  const highLeft = pick.between(0.3, 0.5)
  const highRight = pick.between(0.35, 0.6)
  arms.push(
    limb([
      [-0.02, -highLeft, 0.045],
      [-0.2, -highLeft - 0.02, 0.048],
      [-0.24, -highLeft - 0.12, 0.05],
      [-0.24, -highLeft - 0.28, 0.04],
    ]),
  )
  arms.push(
    limb([
      [0.02, -highRight, 0.045],
      [0.2, -highRight - 0.01, 0.045],
      [0.24, -highRight - 0.1, 0.047],
      [0.24, -highRight - 0.22, 0.038],
    ]),
  )
  const ribs: Contour[] = [-0.035, 0, 0.035].map((x) =>
    limb([
      [x, -0.02, 0.005],
      [x, -0.5, 0.006],
      [x * 0.8, -0.92, 0.003],
    ]),
  )
  return [part('body', arms), part('shade', ribs, 0.5)]
}
