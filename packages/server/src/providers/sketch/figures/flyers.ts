import { cos, sin, TAU } from '../draw/maths.ts'
import { blob, type Contour, disc, ellipse, joints, limb, type Point, points, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part } from './figure.ts'

/** A bird on the wing far off: two bows, the wings somewhere in their beat. */
export function bird(pick: Random): Figure {
  const lift = pick.between(0.08, 0.5)
  const wing = (side: number): Contour =>
    limb(
      [
        [0, -0.5, 0.055],
        [side * 0.3, -0.5 - lift * 0.85, 0.05],
        [side * 0.62, -0.5 - lift * 0.55, 0.03],
        [side * 0.98, -0.5 - lift * 0.1, 0.004],
      ],
      7,
    )
  return [
    part('body', [
      wing(-1),
      wing(1),
      limb(joints('-0.16 -0.44 0.03, 0.02 -0.47 0.075, 0.2 -0.52 0.05, 0.3 -0.52 0.01')),
    ]),
  ]
}

export function owl(): Figure {
  const body = [
    limb(joints('0 -0.2 0.17, 0 -0.45 0.22, 0 -0.74 0.21')),
    polygon(points('-0.2 -0.8, -0.22 -1, -0.06 -0.9')),
    polygon(points('0.2 -0.8, 0.22 -1, 0.06 -0.9')),
    limb(joints('0 -0.1 0.08, 0 0.06 0.05')),
  ]
  const eyes = [disc(-0.085, -0.75, 0.07), disc(0.085, -0.75, 0.07)]
  return [
    part('body', body),
    part(
      'shade',
      [
        limb(joints('-0.19 -0.6 0.05, -0.2 -0.36 0.07, -0.12 -0.1 0.02')),
        limb(joints('0.19 -0.6 0.05, 0.2 -0.36 0.07, 0.12 -0.1 0.02')),
      ],
      0.7,
    ),
    part('light', [ellipse(0, -0.42, [0.11, 0.16])], 0.5),
    part('glow', eyes),
    part('dark', [
      disc(-0.085, -0.75, 0.035),
      disc(0.085, -0.75, 0.035),
      polygon(points('-0.03 -0.7, 0.03 -0.7, 0 -0.63')),
    ]),
  ]
}

export function swan(): Figure {
  const body = [
    blob(points('-0.66 -0.36, -0.4 -0.42, -0.05 -0.44, 0.25 -0.34, 0.4 -0.14, 0.24 0.02, -0.3 0.03, -0.52 -0.12'), 6),
    limb(
      joints('0.28 -0.14 0.11, 0.42 -0.36 0.075, 0.34 -0.62 0.06, 0.36 -0.84 0.055, 0.46 -0.92 0.06, 0.54 -0.87 0.05'),
      7,
    ),
  ]
  return [
    part('pale', body),
    part('shade', [limb(joints('0.2 -0.16 0.012, -0.1 -0.1 0.025, -0.46 -0.22 0.006'))], 0.35),
    part('accent', [limb(joints('0.56 -0.86 0.035, 0.68 -0.8 0.01'))]),
    part('dark', [disc(0.51, -0.92, 0.014)]),
  ]
}

export function butterfly(): Figure {
  const wing = (k: number): Contour[] => [
    blob([
      [k * 0.03, -0.55],
      [k * 0.2, -0.95],
      [k * 0.52, -0.98],
      [k * 0.5, -0.65],
      [k * 0.1, -0.48],
    ]),
    blob([
      [k * 0.03, -0.5],
      [k * 0.36, -0.5],
      [k * 0.4, -0.22],
      [k * 0.18, -0.14],
    ]),
  ]
  return [
    part('accent', [...wing(-1), ...wing(1)]),
    part('pale', [disc(-0.38, -0.82, 0.06), disc(0.38, -0.82, 0.06)], 0.7),
    part('dark', [
      limb(joints('0 -0.28 0.02, 0 -0.5 0.035, 0 -0.66 0.02')),
      limb(joints('0 -0.64 0.007, -0.1 -0.84 0.006')),
      limb(joints('0 -0.64 0.007, 0.1 -0.84 0.006')),
    ]),
  ]
}

export function bat(): Figure {
  const wing = (k: number): Contour =>
    polygon([
      [0, -0.62],
      [k * 0.2, -0.66],
      [k * 0.42, -0.86],
      [k * 0.96, -0.62],
      [k * 0.74, -0.6],
      [k * 0.66, -0.44],
      [k * 0.5, -0.54],
      [k * 0.34, -0.4],
      [k * 0.22, -0.5],
      [0, -0.4],
    ])
  return [
    part('body', [
      wing(1),
      wing(-1),
      limb(joints('0 -0.38 0.03, 0 -0.54 0.075, 0 -0.66 0.06')),
      polygon(points('-0.06 -0.68, -0.05 -0.8, 0 -0.7')),
      polygon(points('0.06 -0.68, 0.05 -0.8, 0 -0.7')),
    ]),
  ]
}

/** A dragon in flight: long body in an S, two membrane wings with fingers, horns and a spade at the tail. */
export function dragon(): Figure {
  const body: Contour[] = [
    limb(
      joints(
        '-1.0 -0.28 0.012, -0.78 -0.2 0.035, -0.52 -0.3 0.06, -0.24 -0.46 0.1, 0.06 -0.5 0.125, 0.28 -0.44 0.095, 0.42 -0.5 0.065, 0.48 -0.66 0.052, 0.56 -0.76 0.05',
      ),
      8,
    ),
    polygon(
      points(
        '0.52 -0.83, 0.62 -0.85, 0.72 -0.79, 0.86 -0.75, 0.85 -0.715, 0.74 -0.71, 0.84 -0.675, 0.83 -0.66, 0.66 -0.67, 0.54 -0.69',
      ),
    ),
    limb(joints('0.57 -0.82 0.022, 0.48 -0.9 0.016, 0.38 -0.93 0.003')),
    limb(joints('0.6 -0.84 0.018, 0.54 -0.94 0.012, 0.46 -0.99 0.003')),
    polygon(points('-0.96 -0.3, -1.18 -0.4, -1.12 -0.26, -1.16 -0.12, -0.97 -0.24')),
    limb(joints('0.14 -0.4 0.06, 0.2 -0.26 0.04, 0.3 -0.22 0.025, 0.36 -0.26 0.01')),
    limb(joints('-0.2 -0.4 0.07, -0.26 -0.22 0.045, -0.16 -0.14 0.026, -0.08 -0.16 0.01')),
  ]
  for (let i = 0; i < 11; i++) {
    const t = i / 10
    const x = -0.8 + t * 1.18
    const y = -0.24 - 0.36 * sin(t * TAU * 0.36) - 0.03
    body.push(
      polygon([
        [x - 0.03, y + 0.06],
        [x - 0.03, y - 0.075],
        [x + 0.045, y + 0.06],
      ]),
    )
  }
  return [
    part('shade', [membrane([0.02, -0.52], 0.86, 1)]),
    part('body', body),
    part('light', bones([-0.02, -0.56], 1)),
    part('accent', [membrane([-0.02, -0.54], 1, -1)], 0.95),
    part('body', bones([-0.02, -0.54], -1)),
    part('glow', [disc(0.64, -0.795, 0.016)]),
  ]
}

function fingers(root: Point, size: number, side: number): Point[] {
  const wrist: Point = [root[0] + side * 0.3 * size, root[1] - 0.58 * size]
  const reach = side < 0 ? [-1.15, -1.02, -0.72, -0.36] : [0.84, 0.74, 0.5, 0.24]
  const rise = side < 0 ? [-0.62, -0.2, -0.02, 0.02] : [-0.74, -0.38, -0.16, -0.06]
  return [wrist, ...reach.map((x, i): Point => [root[0] + x * size, root[1] + (rise[i] ?? 0) * size])]
}

function membrane(root: Point, size: number, side: number): Contour {
  const [wrist, ...tips] = fingers(root, size, side)
  const points: Point[] = [root, wrist ?? root]
  for (const [i, tip] of tips.entries()) {
    points.push(tip)
    const next = tips[i + 1] ?? root
    const middle: Point = [(tip[0] + next[0]) / 2, (tip[1] + next[1]) / 2]
    points.push([
      middle[0] + ((wrist?.[0] ?? 0) - middle[0]) * 0.22,
      middle[1] + ((wrist?.[1] ?? 0) - middle[1]) * 0.22,
    ])
  }
  return polygon(points)
}

function bones(root: Point, side: number): Contour[] {
  const [wrist = root, ...tips] = fingers(root, side < 0 ? 1 : 0.86, side)
  return [
    limb([
      [root[0], root[1], 0.045],
      [wrist[0], wrist[1], 0.024],
    ]),
    ...tips.map((tip) =>
      limb([
        [wrist[0], wrist[1], 0.02],
        [(wrist[0] + tip[0]) / 2 + cos(side) * 0.01, (wrist[1] + tip[1]) / 2 - 0.02, 0.012],
        [tip[0], tip[1], 0.003],
      ]),
    ),
  ]
}
