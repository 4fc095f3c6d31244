import { cos, sin, TAU } from '../draw/maths.ts'
import { blob, type Contour, disc, ellipse, joints, limb, points } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part } from './figure.ts'

export function flower(pick: Random): Figure {
  const lean = pick.bell() * 0.2
  const petals: Contour[] = []
  const count = pick.whole(5, 7)
  for (let i = 0; i < count; i++) {
    const angle = (i / count) * TAU + pick.next()
    petals.push(ellipse(lean + cos(angle) * 0.11, -0.86 + sin(angle) * 0.08, [0.11, 0.09]))
  }
  const stem = limb([
    [0, 0.04, 0.016],
    [lean * 0.2, -0.4, 0.013],
    [lean, -0.82, 0.011],
  ])
  const leaf = limb(joints('0 -0.2 0.012, 0.1 -0.36 0.04, 0.2 -0.48 0.003'))
  return [part('shade', [stem, leaf]), part('accent', petals), part('dark', [disc(lean, -0.86, 0.045)], 0.6)]
}

export function reed(pick: Random): Figure {
  const stems: Contour[] = []
  const heads: Contour[] = []
  for (let i = 0; i < 5; i++) {
    const x = pick.bell() * 0.2
    const top = pick.between(0.6, 1)
    const lean = pick.bell() * 0.18
    stems.push(
      limb([
        [x, 0.04, 0.014],
        [x + lean * 0.4, -top * 0.5, 0.012],
        [x + lean, -top, 0.004],
      ]),
    )
    if (pick.chance(0.6))
      heads.push(
        limb([
          [x + lean * 0.82, -top * 0.82, 0.024],
          [x + lean * 0.95, -top * 0.95, 0.022],
        ]),
      )
  }
  return [part('body', stems), part('trunk', heads)]
}

export function mushroom(): Figure {
  const cap = blob(points('-0.42 -0.56, -0.3 -0.86, 0 -1, 0.3 -0.86, 0.42 -0.56, 0 -0.5'))
  const stem = blob(points('-0.12 -0.56, 0.12 -0.56, 0.13 -0.2, 0.18 0.02, -0.18 0.02, -0.13 -0.2'))
  return [
    part('pale', [stem]),
    part('accent', [cap]),
    part('pale', [disc(-0.16, -0.72, 0.06), disc(0.1, -0.82, 0.07), disc(0.24, -0.66, 0.045)]),
  ]
}

export function campfire(): Figure {
  const flame = blob(points('-0.24 0, -0.3 -0.3, -0.12 -0.5, 0 -1, 0.14 -0.56, 0.3 -0.34, 0.24 0'))
  const heart = blob(points('-0.12 0, -0.14 -0.22, 0 -0.56, 0.14 -0.24, 0.12 0'))
  return [
    part('glow', [flame]),
    part('pale', [heart], 0.85),
    part('dark', [limb(joints('-0.42 0.04 0.06, 0.36 -0.06 0.05')), limb(joints('0.42 0.04 0.06, -0.36 -0.06 0.05'))]),
  ]
}

export function lantern(): Figure {
  const paper = blob(points('-0.3 -0.9, 0.3 -0.9, 0.36 -0.5, 0.22 -0.1, -0.22 -0.1, -0.36 -0.5'))
  return [
    part('accent', [paper]),
    part('glow', [ellipse(0, -0.32, [0.2, 0.24])], 0.9),
    part('pale', [ellipse(0, -0.24, [0.1, 0.12])], 0.8),
  ]
}
