import { type Contour, disc, joints, limb, points, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part, quad } from './figure.ts'

export function lighthouse(): Figure {
  const tower = polygon(points('-0.085 0.02, -0.052 -0.76, 0.052 -0.76, 0.085 0.02'))
  const shade = polygon(points('0.02 0.02, 0.012 -0.76, 0.052 -0.76, 0.085 0.02'))
  const bands: Contour[] = [0.1, 0.34, 0.58].map((t) => {
    const half = (y: number) => 0.085 - 0.0434 * y
    return polygon([
      [-half(t), -t],
      [half(t), -t],
      [half(t + 0.11), -t - 0.11],
      [-half(t + 0.11), -t - 0.11],
    ])
  })
  const gallery = [
    quad(-0.08, 0.08, [-0.785, -0.76]),
    quad(-0.085, -0.077, [-0.83, -0.77]),
    quad(0.077, 0.085, [-0.83, -0.77]),
    quad(-0.085, 0.085, [-0.832, -0.825]),
  ]
  const roof = [polygon(points('-0.06 -0.9, 0 -0.98, 0.06 -0.9')), limb(joints('0 -0.97 0.005, 0 -1.02 0.003'))]
  const hut = [quad(0.08, 0.3, [-0.12, 0.02]), polygon(points('0.06 -0.12, 0.19 -0.2, 0.32 -0.12'))]
  return [
    part('body', hut.slice(0, 1)),
    part('accent', hut.slice(1)),
    part('pale', [tower]),
    part('accent', bands),
    part('shade', [shade], 0.35),
    part('dark', [...gallery, ...roof, quad(-0.02, 0.02, [-0.09, 0.02]), quad(-0.015, 0.015, [-0.5, -0.455])]),
    part('glow', [quad(-0.045, 0.045, [-0.9, -0.785]), quad(0.15, 0.2, [-0.09, -0.03])]),
  ]
}

const crenels = (left: number, right: number, top: number): Contour[] => {
  const result: Contour[] = []
  const count = Math.max(3, Math.round((right - left) / 0.045))
  const step = (right - left) / (count - 0.4)
  for (let i = 0; i < count; i++)
    result.push(quad(left + i * step, left + i * step + step * 0.6, [top - 0.03, top + 0.01]))
  return result
}

const spire = (x: number, half: number, range: readonly [number, number]): Contour =>
  polygon([
    [x - half * 1.3, range[0]],
    [x, range[1]],
    [x + half * 1.3, range[0]],
  ])

export function castle(pick: Random): Figure {
  const stone: Contour[] = [quad(-0.5, 0.5, [-0.26, 0.05]), ...crenels(-0.5, 0.5, -0.26)]
  const shade: Contour[] = []
  const roofs: Contour[] = []
  const windows: Contour[] = []
  const flags: Contour[] = []
  const towers: readonly (readonly [number, number, number])[] = [
    [-0.5, 0.075, 0.44],
    [0.5, 0.075, 0.48],
    [-0.24, 0.065, 0.6],
    [0.28, 0.06, 0.58],
    [0.02, 0.1, 0.74],
    [-0.1, 0.045, 0.86],
    [0.15, 0.04, 0.68],
  ]
  for (const [x, half, height] of towers) {
    const tall = height * pick.between(0.92, 1.06)
    stone.push(
      quad(x - half, x + half, [-tall, 0.05]),
      quad(x - half * 1.18, x + half * 1.18, [-tall - 0.035, -tall + 0.015]),
    )
    shade.push(quad(x + half * 0.25, x + half, [-tall, 0.05]))
    const tip = -tall - 0.03 - half * pick.between(2.4, 3.2)
    roofs.push(spire(x, half, [-tall - 0.03, tip]))
    flags.push(
      polygon([
        [x, tip - 0.06],
        [x + 0.07, tip - 0.045],
        [x, tip - 0.025],
      ]),
      limb([
        [x, tip + 0.01, 0.003],
        [x, tip - 0.06, 0.003],
      ]),
    )
    for (let y = 0.14; y < tall - 0.08; y += 0.15)
      if (pick.chance(0.65)) windows.push(quad(x - 0.011, x + 0.011, [-tall + y, -tall + y + 0.042]))
  }
  const gate = polygon(points('-0.06 0.05, -0.06 -0.1, 0 -0.16, 0.06 -0.1, 0.06 0.05'))
  return [
    part('body', stone),
    part('shade', shade, 0.6),
    part('dark', roofs),
    part('accent', flags),
    part('dark', [gate]),
    part('glow', windows),
  ]
}

/** Five roofs with upturned corners. */
export function pagoda(): Figure {
  const roofs: Contour[] = []
  const walls: Contour[] = []
  const windows: Contour[] = []
  for (let i = 0; i < 5; i++) {
    const y = -i * 0.165
    const half = 0.3 - i * 0.035
    walls.push(quad(-half * 0.62, half * 0.62, [y - 0.12, y + 0.02]))
    windows.push(
      quad(-half * 0.36, -half * 0.14, [y - 0.085, y - 0.02]),
      quad(half * 0.14, half * 0.36, [y - 0.085, y - 0.02]),
    )
    const roofY = y - 0.11
    roofs.push(
      polygon([
        [-half * 1.2, roofY - 0.025],
        [-half, roofY + 0.012],
        [half, roofY + 0.012],
        [half * 1.2, roofY - 0.025],
        [half * 0.8, roofY - 0.035],
        [half * 0.5, roofY - 0.075],
        [-half * 0.5, roofY - 0.075],
        [-half * 0.8, roofY - 0.035],
      ]),
    )
  }
  const finial = [limb(joints('0 -0.84 0.012, 0 -1 0.005')), disc(0, -0.9, 0.014), disc(0, -0.94, 0.011)]
  return [part('body', walls), part('glow', windows), part('dark', [...roofs, ...finial])]
}

export function gate(): Figure {
  const posts = [
    polygon(points('-0.42 0.03, -0.38 -0.8, -0.32 -0.8, -0.33 0.03')),
    polygon(points('0.42 0.03, 0.38 -0.8, 0.32 -0.8, 0.33 0.03')),
  ]
  const beam = [quad(-0.46, 0.46, [-0.68, -0.61]), quad(-0.03, 0.03, [-0.82, -0.66])]
  const lintel = polygon(
    points('-0.62 -0.97, -0.5 -0.93, 0.5 -0.93, 0.62 -0.97, 0.58 -0.86, 0.48 -0.82, -0.48 -0.82, -0.58 -0.86'),
  )
  return [
    part('accent', [...posts, ...beam, lintel]),
    part('dark', [
      polygon(points('-0.64 -1, -0.5 -0.96, 0.5 -0.96, 0.64 -1, 0.62 -0.95, 0.5 -0.91, -0.5 -0.91, -0.62 -0.95')),
      quad(-0.43, -0.32, [-0.05, 0.03]),
      quad(0.32, 0.43, [-0.05, 0.03]),
    ]),
  ]
}

export function tower(pick: Random): Figure {
  const windows: Contour[] = []
  for (let y = 0.2; y < 0.7; y += 0.14) if (pick.chance(0.8)) windows.push(quad(-0.015, 0.02, [-y - 0.06, -y]))
  return [
    part('body', [
      polygon(points('-0.12 0.02, -0.09 -0.74, 0.09 -0.74, 0.12 0.02')),
      quad(-0.12, 0.12, [-0.82, -0.73]),
      ...crenels(-0.12, 0.12, -0.82),
    ]),
    part('shade', [polygon(points('0.03 0.02, 0.02 -0.74, 0.09 -0.74, 0.12 0.02'))], 0.5),
    part('dark', [spire(0, 0.075, [-0.83, -1])]),
    part('glow', windows),
  ]
}
