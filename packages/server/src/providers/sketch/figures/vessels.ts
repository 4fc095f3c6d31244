import { blob, type Contour, disc, ellipse, joints, limb, points, polygon } from '../draw/path.ts'
import { type Figure, part } from './figure.ts'

// Ships stand with their waterline on y = 0.

export function rowboat(): Figure {
  const hull = polygon(points('-1 -0.32, -0.8 -0.22, 0.7 -0.22, 1.05 -0.38, 0.84 0.02, 0.6 0.08, -0.66 0.08, -0.86 0'))
  const rower = [
    limb(joints('-0.05 -0.25 0.13, -0.02 -0.5 0.12, 0.02 -0.64 0.09')),
    disc(0.05, -0.84, 0.1),
    limb(joints('0 -0.58 0.05, 0.2 -0.42 0.045, 0.36 -0.42 0.035')),
  ]
  const oar = limb(joints('0.32 -0.46 0.02, 0.75 -0.14 0.02, 1.0 0.06 0.045'))
  return [
    part('dark', rower),
    part('body', [hull]),
    part('light', [polygon(points('-1 -0.32, -0.8 -0.22, 0.7 -0.22, 1.05 -0.38, 1.03 -0.31, 0.7 -0.15, -0.8 -0.15'))]),
    part('dark', [oar]),
    part('pale', [ellipse(0.05, -0.93, [0.2, 0.03])]),
  ]
}

export function sailboat(): Figure {
  const hull = polygon(points('-0.42 -0.1, 0.5 -0.13, 0.38 0.03, -0.32 0.04'))
  const main = blob(points('-0.02 -0.98, 0.01 -0.6, 0.02 -0.17, -0.2 -0.16, -0.42 -0.19, -0.24 -0.55'), 5)
  const jib = blob(points('0.03 -0.86, 0.24 -0.5, 0.47 -0.18, 0.25 -0.2, 0.06 -0.2, 0.08 -0.5'), 5)
  return [
    part('dark', [limb(joints('0.02 -0.1 0.012, 0.015 -1 0.007'))]),
    part('pale', [main]),
    part('accent', [jib]),
    part('shade', [polygon(points('-0.4 -0.2, 0.02 -0.18, 0.015 -0.4, -0.31 -0.38'))], 0.25),
    part('body', [hull]),
  ]
}

export function ship(): Figure {
  const hull = polygon(points('-0.55 -0.26, -0.5 -0.17, 0.3 -0.15, 0.52 -0.22, 0.4 0.03, -0.44 0.04'))
  const masts = [
    limb(joints('-0.28 -0.14 0.01, -0.28 -0.8 0.006')),
    limb(joints('0.02 -0.14 0.012, 0.02 -1 0.006')),
    limb(joints('0.28 -0.14 0.01, 0.28 -0.78 0.006')),
    limb(joints('0.46 -0.2 0.009, 0.74 -0.36 0.004')),
  ]
  const sails: Contour[] = []
  for (const [x, top, width] of [
    [-0.28, -0.76, 0.21],
    [0.02, -0.94, 0.25],
    [0.28, -0.74, 0.2],
  ] as const) {
    const rows = x === 0.02 ? 3 : 2
    const step = (-0.22 - top) / rows
    for (let i = 0; i < rows; i++) {
      const y = top + i * step
      const half = width * (0.34 + 0.1 * i)
      sails.push(
        blob(
          [
            [x - half * 0.86, y],
            [x, y + 0.004],
            [x + half * 0.86, y],
            [x + half * 1.12 + 0.03, y + step * 0.5],
            [x + half, y + step * 0.9],
            [x, y + step * 0.84],
            [x - half, y + step * 0.9],
            [x - half * 0.9 + 0.02, y + step * 0.5],
          ],
          4,
        ),
      )
    }
  }
  const jibs = [polygon(points('0.3 -0.72, 0.7 -0.34, 0.4 -0.28'))]
  const flag = polygon(points('0.02 -1.02, -0.12 -0.99, 0.02 -0.96'))
  return [
    part('dark', masts),
    part('pale', [...sails, ...jibs]),
    part('body', [hull]),
    part('light', [
      polygon(points('-0.52 -0.2, -0.5 -0.17, 0.3 -0.15, 0.52 -0.22, 0.505 -0.18, 0.3 -0.115, -0.5 -0.13')),
    ]),
    part('accent', [flag]),
    part(
      'glow',
      [-0.4, -0.25, -0.1, 0.05, 0.2].map((x) => disc(x, -0.07, 0.013)),
      0.8,
    ),
  ]
}

export function balloon(): Figure {
  const gores: Contour[] = []
  const lights: Contour[] = []
  const edge = (k: number): [number, number][] => [
    [k * 0.06, -0.995],
    [k * 0.32, -0.9],
    [k * 0.4, -0.68],
    [k * 0.3, -0.46],
    [k * 0.11, -0.28],
  ]
  const envelope = blob([...edge(1), ...edge(-1).reverse()], 7)
  for (const [a, b] of [
    [-0.72, -0.36],
    [0.02, 0.38],
    [0.72, 0.97],
  ] as const)
    gores.push(blob([...edge(a), ...edge(b).reverse()], 6))
  lights.push(blob([...edge(-0.85), ...edge(-0.55).reverse()], 6))
  const basket = polygon(points('-0.07 -0.1, 0.07 -0.1, 0.055 0.0, -0.055 0.0'))
  const ropes = [limb(joints('-0.1 -0.3 0.004, -0.065 -0.1 0.004')), limb(joints('0.1 -0.3 0.004, 0.065 -0.1 0.004'))]
  return [
    part('dark', ropes),
    part('accent', [envelope]),
    part('pale', gores, 0.9),
    part('light', lights, 0.35),
    part('trunk', [basket]),
    part('glow', [ellipse(0, -0.26, [0.03, 0.022])]),
  ]
}

export function rocket(): Figure {
  const hull = blob(points('0 -1, 0.1 -0.84, 0.14 -0.6, 0.11 -0.32, -0.11 -0.32, -0.14 -0.6, -0.1 -0.84'), 6)
  const fins = [
    polygon(points('-0.11 -0.5, -0.25 -0.3, -0.24 -0.18, -0.09 -0.32')),
    polygon(points('0.11 -0.5, 0.25 -0.3, 0.24 -0.18, 0.09 -0.32')),
    polygon(points('-0.02 -0.46, 0.02 -0.46, 0.02 -0.2, -0.02 -0.2')),
  ]
  const flame = blob(points('-0.075 -0.3, 0.075 -0.3, 0.06 -0.16, 0 0.02, -0.06 -0.16'))
  return [
    part('glow', [flame]),
    part('pale', [blob(points('-0.04 -0.29, 0.04 -0.29, 0 -0.13'))]),
    part('pale', [hull]),
    part('accent', [...fins, blob(points('0 -1, 0.07 -0.88, 0 -0.865, -0.07 -0.88'))]),
    part('dark', [disc(0, -0.66, 0.055)]),
    part('light', [disc(-0.012, -0.672, 0.032)]),
  ]
}

export function plane(): Figure {
  const body = [
    limb(joints('-0.5 -0.5 0.03, -0.1 -0.5 0.065, 0.34 -0.5 0.06, 0.54 -0.48 0.02')),
    polygon(points('-0.46 -0.5, -0.6 -0.72, -0.5 -0.72, -0.32 -0.52')),
  ]
  return [
    part('body', body),
    part('shade', [
      polygon(points('0.12 -0.48, -0.2 -0.24, -0.3 -0.24, -0.06 -0.48')),
      polygon(points('0.1 -0.53, -0.06 -0.7, -0.12 -0.7, -0.02 -0.53')),
    ]),
  ]
}

export function train(): Figure {
  const dark: Contour[] = []
  const windows: Contour[] = []
  const body: Contour[] = []
  body.push(
    polygon(points('0.6 -0.32, 1.06 -0.32, 1.1 -0.12, 0.6 -0.12')),
    polygon(points('0.56 -0.52, 0.76 -0.52, 0.76 -0.12, 0.56 -0.12')),
    polygon(points('0.97 -0.44, 1.04 -0.44, 1.03 -0.3, 0.98 -0.3')),
    disc(0.86, -0.33, 0.04),
  )
  windows.push(polygon(points('0.6 -0.46, 0.72 -0.46, 0.72 -0.34, 0.6 -0.34')))
  for (let car = 0; car < 4; car++) {
    const x = 0.06 - car * 0.5
    body.push(
      polygon([
        [x - 0.02, -0.46],
        [x + 0.45, -0.46],
        [x + 0.47, -0.12],
        [x, -0.12],
      ]),
      polygon([
        [x - 0.04, -0.5],
        [x + 0.47, -0.5],
        [x + 0.47, -0.45],
        [x - 0.04, -0.45],
      ]),
    )
    for (let w = 0; w < 4; w++)
      windows.push(
        polygon([
          [x + 0.05 + w * 0.1, -0.38],
          [x + 0.11 + w * 0.1, -0.38],
          [x + 0.11 + w * 0.1, -0.25],
          [x + 0.05 + w * 0.1, -0.25],
        ]),
      )
    dark.push(disc(x + 0.1, -0.06, 0.06), disc(x + 0.36, -0.06, 0.06))
  }
  for (const x of [0.66, 0.82, 0.98]) dark.push(disc(x, -0.08, 0.08))
  const smoke = [
    disc(1, -0.56, 0.07),
    disc(0.9, -0.68, 0.1),
    disc(0.72, -0.78, 0.13),
    disc(0.48, -0.85, 0.16),
    disc(0.16, -0.9, 0.18),
    disc(-0.2, -0.94, 0.15),
  ]
  return [
    part('pale', smoke, 0.55),
    part('dark', dark),
    part('body', body),
    part('glow', windows),
    part('accent', [polygon(points('-1.5 -0.2, 0.53 -0.2, 0.53 -0.16, -1.5 -0.16'))]),
  ]
}
