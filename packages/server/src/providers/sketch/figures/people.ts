import { blob, box, type Contour, disc, ellipse, joints, limb, points, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part } from './figure.ts'

/** Someone standing, seen from behind as travellers in landscapes are. */
export function person(pick: Random): Figure {
  const kind = pick.whole(0, 3)
  const legs: Contour[] = [
    limb(joints('-0.045 -0.5 0.055, -0.055 -0.26 0.042, -0.06 -0.03 0.028, -0.035 -0.014 0.022')),
    limb(joints('0.045 -0.5 0.055, 0.06 -0.26 0.042, 0.075 -0.03 0.028, 0.1 -0.014 0.022')),
  ]
  const head = disc(0.005, -0.925, 0.062)
  const arms: Contour[] = [
    limb(joints('-0.1 -0.77 0.04, -0.15 -0.6 0.034, -0.14 -0.45 0.024')),
    limb(joints('0.1 -0.77 0.04, 0.15 -0.6 0.034, 0.15 -0.45 0.024')),
  ]
  const torso = blob(
    points('-0.13 -0.8, 0 -0.85, 0.13 -0.8, 0.105 -0.6, 0.11 -0.44, 0 -0.42, -0.11 -0.44, -0.105 -0.6'),
  )
  if (kind === 0) {
    const coat = blob(
      points('-0.12 -0.82, 0 -0.86, 0.12 -0.82, 0.15 -0.55, 0.19 -0.24, 0 -0.2, -0.19 -0.24, -0.15 -0.55'),
    )
    const hair = limb(joints('0 -0.95 0.06, -0.01 -0.86 0.065, -0.02 -0.76 0.035'))
    return [part('body', legs), part('accent', [coat]), part('dark', [head, hair])]
  }
  if (kind === 1) {
    const pack = blob(points('-0.12 -0.8, 0.04 -0.83, 0.1 -0.7, 0.09 -0.5, -0.1 -0.48, -0.14 -0.64'))
    const stick = limb(joints('0.17 -0.62 0.009, 0.22 0 0.008'))
    return [part('body', [...legs, torso, ...arms, head, stick]), part('accent', [pack])]
  }
  if (kind === 2) {
    const dress = blob(points('-0.1 -0.8, 0 -0.84, 0.1 -0.8, 0.075 -0.6, 0.2 -0.2, 0 -0.16, -0.2 -0.2, -0.075 -0.6'))
    const hat = [ellipse(0.005, -0.955, [0.15, 0.026]), limb(joints('-0.05 -0.97 0.03, 0.05 -0.97 0.03'))]
    return [part('body', [...legs, ...arms]), part('accent', [dress]), part('body', [head]), part('pale', hat)]
  }
  const scarf = limb(joints('0.04 -0.845 0.028, -0.08 -0.84 0.028, -0.2 -0.8 0.026, -0.32 -0.83 0.012'))
  return [part('body', [...legs, torso, ...arms, head]), part('accent', [scarf])]
}

/** Two who hold hands. */
export function couple(): Figure {
  const tall: Contour[] = [
    limb(joints('-0.24 -0.5 0.055, -0.25 -0.26 0.042, -0.26 -0.02 0.026')),
    limb(joints('-0.15 -0.5 0.055, -0.13 -0.26 0.042, -0.12 -0.02 0.026')),
    blob(points('-0.33 -0.82, -0.195 -0.87, -0.06 -0.82, -0.09 -0.6, -0.09 -0.44, -0.2 -0.42, -0.3 -0.44, -0.3 -0.6')),
    limb(joints('-0.29 -0.78 0.038, -0.34 -0.6 0.032, -0.33 -0.46 0.022')),
    limb(joints('-0.1 -0.78 0.038, -0.04 -0.6 0.03, 0.02 -0.46 0.022')),
    disc(-0.195, -0.945, 0.062),
  ]
  const short: Contour[] = [
    limb(joints('0.14 -0.3 0.035, 0.135 -0.02 0.022')),
    limb(joints('0.21 -0.3 0.035, 0.22 -0.02 0.022')),
    limb(joints('0.1 -0.71 0.032, 0.06 -0.58 0.026, 0.02 -0.46 0.02')),
    limb(joints('0.25 -0.71 0.032, 0.29 -0.56 0.028, 0.28 -0.42 0.02')),
    disc(0.175, -0.855, 0.058),
    limb(joints('0.175 -0.88 0.06, 0.17 -0.78 0.06, 0.165 -0.68 0.03')),
  ]
  const dress = blob(
    points('0.09 -0.74, 0.175 -0.78, 0.26 -0.74, 0.235 -0.56, 0.34 -0.2, 0.175 -0.16, 0.02 -0.2, 0.115 -0.56'),
  )
  return [part('body', [...tall, ...short]), part('accent', [dress], 0.9)]
}

/** A small one who points at the sky or holds a string with a balloon. */
export function child(pick: Random): Figure {
  const body: Contour[] = [
    limb(joints('-0.06 -0.42 0.07, -0.07 -0.2 0.05, -0.08 -0.03 0.036')),
    limb(joints('0.06 -0.42 0.07, 0.08 -0.2 0.05, 0.09 -0.03 0.036')),
    blob(points('-0.13 -0.68, 0 -0.72, 0.13 -0.68, 0.15 -0.36, 0 -0.32, -0.15 -0.36')),
    disc(0, -0.82, 0.105),
    limb(joints('0.11 -0.62 0.04, 0.22 -0.72 0.032, 0.32 -0.86 0.024')),
    limb(joints('-0.11 -0.62 0.04, -0.17 -0.5 0.032, -0.17 -0.38 0.024')),
  ]
  const kite: Figure = pick.chance(0.6)
    ? [
        part('dark', [limb(joints('0.32 -0.86 0.005, 0.4 -1.3 0.005, 0.44 -1.62 0.005'))]),
        part('accent', [ellipse(0.46, -1.8, [0.16, 0.19]), polygon(points('0.43 -1.64, 0.47 -1.58, 0.5 -1.64'))]),
      ]
    : []
  return [part('body', body), ...kite]
}

export function astronaut(): Figure {
  const suit: Contour[] = [
    limb(joints('-0.1 -0.48 0.1, -0.13 -0.26 0.09, -0.14 -0.06 0.08, -0.07 -0.05 0.06')),
    limb(joints('0.09 -0.48 0.1, 0.13 -0.26 0.09, 0.16 -0.06 0.08, 0.23 -0.05 0.06')),
    blob(points('-0.2 -0.74, 0 -0.79, 0.2 -0.74, 0.19 -0.5, 0 -0.42, -0.19 -0.5')),
    limb(joints('-0.19 -0.68 0.08, -0.31 -0.54 0.07, -0.3 -0.36 0.06')),
    limb(joints('0.19 -0.68 0.08, 0.31 -0.56 0.07, 0.38 -0.42 0.06')),
    disc(0.02, -0.86, 0.165),
  ]
  const pack = blob(points('-0.27 -0.78, -0.14 -0.8, -0.13 -0.5, -0.26 -0.5'))
  const visor = blob(points('-0.04 -0.94, 0.08 -0.96, 0.165 -0.89, 0.15 -0.79, 0.05 -0.76, -0.05 -0.82'))
  return [
    part('shade', [pack]),
    part('pale', suit),
    part(
      'shade',
      [
        limb(joints('0 -0.44 0.012, -0.16 -0.5 0.014')),
        limb(joints('-0.14 -0.16 0.02, -0.12 -0.17 0.07')),
        blob(points('-0.08 -0.68, 0.1 -0.68, 0.1 -0.58, -0.08 -0.58')),
      ],
      0.55,
    ),
    part('dark', [visor]),
    part(
      'glow',
      [limb(joints('0.02 -0.91 0.006, 0.08 -0.925 0.014, 0.12 -0.895 0.006')), disc(0.06, -0.63, 0.02)],
      0.9,
    ),
  ]
}

export function robot(): Figure {
  const metal: Contour[] = [
    blob(points('-0.2 -0.98, 0 -1.02, 0.2 -0.98, 0.23 -0.84, 0.19 -0.72, 0 -0.69, -0.19 -0.72, -0.23 -0.84'), 5),
    blob(points('-0.2 -0.66, 0 -0.69, 0.2 -0.66, 0.22 -0.44, 0.14 -0.3, -0.14 -0.3, -0.22 -0.44'), 5),
    limb(joints('-0.24 -0.6 0.05, -0.34 -0.46 0.04, -0.36 -0.3 0.05')),
    limb(joints('0.24 -0.6 0.05, 0.34 -0.48 0.04, 0.37 -0.34 0.05')),
    limb(joints('-0.09 -0.32 0.05, -0.1 -0.16 0.04, -0.11 -0.06 0.06')),
    limb(joints('0.09 -0.32 0.05, 0.1 -0.16 0.04, 0.11 -0.06 0.06')),
    ellipse(-0.1, -0.03, [0.1, 0.035]),
    ellipse(0.13, -0.03, [0.1, 0.035]),
    limb(joints('0 -1 0.012, 0 -1.1 0.01')),
  ]
  return [
    part('body', metal),
    part('light', [limb(joints('-0.15 -0.96 0.008, 0 -0.985 0.014, 0.14 -0.96 0.008'))], 0.8),
    part('dark', [blob(points('-0.15 -0.92, 0 -0.94, 0.17 -0.92, 0.17 -0.79, 0 -0.76, -0.15 -0.79'))]),
    part('glow', [
      disc(-0.055, -0.855, 0.035),
      disc(0.085, -0.855, 0.035),
      disc(0, -1.12, 0.028),
      box(-0.07, -0.58, [0.14, 0.035]),
    ]),
    part('shade', [box(-0.1, -0.5, [0.2, 0.014]), box(-0.1, -0.46, [0.2, 0.014])]),
  ]
}
