import { type Contour, ellipse, joints, limb, type Point, points, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part, type Part, quad } from './figure.ts'

/** A gabled house seen a little from the side: lit gable, shaded long wall, chimney, warm windows. */
export function house(pick: Random, snowy: boolean): Figure {
  const long = pick.between(0.5, 0.85)
  const eaves = -pick.between(0.4, 0.52)
  const ridge = eaves - pick.between(0.36, 0.46)
  const gable = 0.4
  const walls = polygon([
    [-gable, 0.02],
    [-gable, eaves],
    [-gable / 2, ridge + 0.04],
    [0, eaves],
    [0, 0.02],
  ])
  const side = quad(0, long, [eaves, 0.02])
  const roof = polygon([
    [-gable / 2, ridge],
    [long - 0.14, ridge],
    [long + 0.06, eaves + 0.03],
    [0.03, eaves + 0.03],
  ])
  const slope = polygon([
    [-gable / 2, ridge],
    [-gable - 0.06, eaves + 0.05],
    [-gable - 0.02, eaves + 0.05],
    [-gable / 2, ridge + 0.05],
    [0.03, eaves + 0.05],
    [0.05, eaves + 0.02],
  ])
  const chimney = quad(long * 0.45, long * 0.45 + 0.09, [ridge - 0.12, ridge + 0.1])
  const windows: Contour[] = [quad(-gable / 2 - 0.06, -gable / 2 + 0.06, [eaves - 0.08, eaves + 0.06])]
  for (let x = 0.1; x < long - 0.12; x += 0.2)
    if (pick.chance(0.8)) windows.push(quad(x, x + 0.09, [eaves + 0.13, eaves + 0.27]))
  const door = quad(-gable / 2 - 0.05, -gable / 2 + 0.05, [-0.22, 0.02])
  const cap: Part[] = snowy
    ? [part('pale', [roof, quad(long * 0.45 - 0.01, long * 0.45 + 0.1, [ridge - 0.16, ridge - 0.1])])]
    : []
  return [
    part('shade', [side, chimney]),
    part('body', [walls]),
    snowy ? part('pale', [slope]) : part('dark', [slope]),
    snowy ? part('dark', []) : part('accent', [roof], 0.85),
    ...cap,
    part('dark', [door]),
    part('glow', windows),
  ]
}

export function church(snowy: boolean): Figure {
  const nave = quad(0, 0.55, [-0.26, 0.02])
  const roof = polygon(points('-0.04 -0.26, 0.04 -0.43, 0.5 -0.43, 0.59 -0.26'))
  const tower = quad(-0.14, 0.06, [-0.56, 0.02])
  const tip = polygon(points('-0.17 -0.56, -0.04 -0.96, 0.09 -0.56'))
  const cross = [limb(joints('-0.04 -0.94 0.006, -0.04 -1.03 0.006')), limb(joints('-0.065 -1 0.006, -0.015 -1 0.006'))]
  const windows = [0.12, 0.26, 0.4].map((x) =>
    polygon([
      [x, -0.06],
      [x, -0.16],
      [x + 0.03, -0.2],
      [x + 0.06, -0.16],
      [x + 0.06, -0.06],
    ]),
  )
  return [
    part('shade', [nave]),
    part(snowy ? 'pale' : 'dark', [roof, tip]),
    part('body', [tower]),
    part('dark', cross),
    part('glow', [...windows, ellipse(-0.04, -0.44, [0.03, 0.045])]),
  ]
}

export function windmill(pick: Random): Figure {
  const tower = polygon(points('-0.15 0.02, -0.09 -0.56, 0.09 -0.56, 0.15 0.02'))
  const cap = polygon(points('-0.1 -0.55, -0.07 -0.64, 0.03 -0.68, 0.11 -0.6, 0.1 -0.55'))
  const turn = pick.between(0.2, 0.7)
  const sails: Contour[] = []
  for (let i = 0; i < 4; i++) {
    const [c, s] = i % 2 === 0 ? [1 - turn * turn * 0.5, turn] : [-turn, 1 - turn * turn * 0.5]
    const sign = i < 2 ? 1 : -1
    const at = (along: number, across: number): Point => [
      sign * (along * c - across * s) + 0.02,
      -0.6 + sign * (along * s + across * c),
    ]
    sails.push(polygon([at(0.02, -0.012), at(0.45, -0.012), at(0.45, 0.012), at(0.02, 0.012)]))
    for (let k = 0; k < 6; k++)
      sails.push(
        polygon([
          at(0.12 + k * 0.055, 0),
          at(0.16 + k * 0.055, 0),
          at(0.16 + k * 0.055, 0.085),
          at(0.12 + k * 0.055, 0.085),
        ]),
      )
  }
  return [
    part('body', [tower]),
    part('shade', [polygon(points('0.03 0.02, 0.02 -0.56, 0.09 -0.56, 0.15 0.02'))], 0.5),
    part('dark', [cap, quad(-0.03, 0.03, [-0.13, 0.02])]),
    part('glow', [quad(-0.02, 0.02, [-0.38, -0.32])]),
    part('pale', sails, 0.9),
  ]
}

export function tent(): Figure {
  return [
    part('accent', [polygon(points('-0.6 0.02, -0.05 -0.92, 0.35 0.02'))]),
    part('shade', [polygon(points('-0.05 -0.92, 0.75 -0.06, 0.35 0.02'))]),
    part('glow', [polygon(points('-0.3 0.02, -0.06 -0.6, 0.1 0.02'))], 0.9),
    part('dark', [limb(joints('-0.09 -0.99 0.012, -0.02 -0.86 0.012'))]),
  ]
}
