import { box, type Contour, disc, ellipse, joints, limb, type Point, points, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { part, type Figure, type Part } from './figure.ts'

const quad = (left: number, right: number, range: readonly [number, number]): Contour =>
  polygon([
    [left, range[0]],
    [right, range[0]],
    [right, range[1]],
    [left, range[1]],
  ])

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

export function tent(): Figure {
  return [
    part('accent', [polygon(points('-0.6 0.02, -0.05 -0.92, 0.35 0.02'))]),
    part('shade', [polygon(points('-0.05 -0.92, 0.75 -0.06, 0.35 0.02'))]),
    part('glow', [polygon(points('-0.3 0.02, -0.06 -0.6, 0.1 0.02'))], 0.9),
    part('dark', [limb(joints('-0.09 -0.99 0.012, -0.02 -0.86 0.012'))]),
  ]
}

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
