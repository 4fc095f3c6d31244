import { cos, mix, sin, TAU } from '../draw/maths.ts'
import { type Contour, ellipse, joints, limb } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Figure, part } from './figure.ts'

interface Crown {
  readonly x: number
  readonly y: number
  readonly rx: number
  readonly ry: number
}

/** Leaves as many small dabs in three tones: the dark ones behind, the light ones up and to one side. */
function foliageOf(
  pick: Random,
  crowns: readonly Crown[],
  dab: number,
): { dark: Contour[]; body: Contour[]; light: Contour[] } {
  const dark: Contour[] = []
  const body: Contour[] = []
  const light: Contour[] = []
  for (const crown of crowns) {
    dark.push(ellipse(crown.x, crown.y + crown.ry * 0.06, [crown.rx * 0.82, crown.ry * 0.8]))
    const count = Math.round((26 * Math.sqrt(crown.rx * crown.ry)) / dab / 2.4)
    for (let i = 0; i < count; i++) {
      const angle = pick.next() * TAU
      const far = Math.sqrt(pick.next())
      const x = crown.x + cos(angle) * crown.rx * far
      const y = crown.y + sin(angle) * crown.ry * far
      const r = dab * pick.between(0.55, 1.3)
      const height = -sin(angle) * far * 0.75 - cos(angle) * far * 0.45
      const leaf = ellipse(x, y, [r * 1.25, r * 0.85])
      if (height > 0.28 && pick.chance(0.72)) light.push(leaf)
      else if (height > -0.45) body.push(leaf)
      else dark.push(leaf)
    }
  }
  return { dark, body, light }
}

/** A broad-leaved tree; `tone` is what its leaves are painted with. */
export function broadleaf(pick: Random): Figure {
  const lean = pick.bell() * 0.05
  const fork = -pick.between(0.3, 0.4)
  const wood: Contour[] = [
    limb([
      [0, 0.03, 0.05],
      [lean * 0.4, -0.18, 0.032],
      [lean, fork, 0.027],
      [lean * 1.5, -0.62, 0.012],
    ]),
  ]
  const crowns: Crown[] = [{ x: lean * 1.4, y: -0.74, rx: 0.24, ry: 0.2 }]
  for (const side of [-1, 1]) {
    const x = lean + side * pick.between(0.17, 0.27)
    const y = -pick.between(0.5, 0.66)
    wood.push(
      limb([
        [lean * 0.7, fork + 0.1, 0.022],
        [lean + (x - lean) * 0.45, (fork + y) / 2 + 0.02, 0.014],
        [x, y, 0.007],
      ]),
    )
    crowns.push({ x, y, rx: pick.between(0.15, 0.22), ry: pick.between(0.12, 0.17) })
  }
  crowns.push({ x: lean * 2 + pick.bell() * 0.14, y: -0.87, rx: 0.14, ry: 0.11 })
  const leaves = foliageOf(pick, crowns, 0.026)
  return [part('trunk', wood), part('shade', leaves.dark), part('body', leaves.body), part('light', leaves.light)]
}

/** A cherry: dark leaning trunk and flat clouds of blossom. */
export function cherry(pick: Random): Figure {
  const side = 1
  const wood: Contour[] = [
    limb([
      [0, 0.03, 0.06],
      [0.02 * side, -0.15, 0.04],
      [-0.03 * side, -0.32, 0.032],
      [0.06 * side, -0.5, 0.022],
      [0.14 * side, -0.7, 0.008],
    ]),
    limb(joints('-0.02 -0.3 0.026, -0.16 -0.46 0.016, -0.34 -0.56 0.007')),
    limb(joints('0.03 -0.42 0.022, 0.2 -0.52 0.013, 0.4 -0.56 0.006')),
  ]
  const crowns: Crown[] = [
    { x: -0.3, y: -0.6, rx: 0.22, ry: 0.12 },
    { x: 0.34, y: -0.6, rx: 0.23, ry: 0.12 },
    { x: 0.05, y: -0.78, rx: 0.28, ry: 0.15 },
    { x: -0.12, y: -0.68, rx: 0.2, ry: 0.12 },
    { x: 0.16 + pick.bell() * 0.05, y: -0.9, rx: 0.16, ry: 0.09 },
  ]
  const leaves = foliageOf(pick, crowns, 0.021)
  return [part('trunk', wood), part('shade', leaves.dark), part('body', leaves.body), part('light', leaves.light)]
}

export function birch(pick: Random): Figure {
  const lean = pick.bell() * 0.05
  const marks: Contour[] = []
  for (let i = 0; i < 11; i++) {
    const t = pick.next()
    marks.push(ellipse(lean * t + pick.bell() * 0.008, -t * 0.8, [pick.between(0.005, 0.012), 0.003]))
  }
  const crowns: Crown[] = []
  for (let i = 0; i < 7; i++)
    crowns.push({ x: lean + pick.bell() * 0.12, y: -0.42 - i * 0.085, rx: mix(0.15, 0.07, i / 7), ry: 0.07 })
  const leaves = foliageOf(pick, crowns, 0.016)
  const trunk = limb([
    [0, 0.02, 0.018],
    [lean * 0.5, -0.4, 0.014],
    [lean, -0.9, 0.004],
  ])
  return [
    part('shade', leaves.dark, 0.75),
    part('pale', [trunk]),
    part('dark', marks),
    part('body', leaves.body),
    part('light', leaves.light),
  ]
}

/** Long boughs that hang like hair. */
export function willow(pick: Random): Figure {
  const strands: Contour[] = []
  const lights: Contour[] = []
  for (let i = 0; i < 46; i++) {
    const angle = pick.between(-1.25, 1.25)
    const x = sin(angle) * 0.36
    const y = -0.86 + (1 - cos(angle)) * 0.34
    const drop = pick.between(0.25, 0.55)
    const strand = limb(
      [
        [x * 0.5, y + 0.02, 0.012],
        [x, y + drop * 0.3, 0.016],
        [x * 1.12 + pick.bell() * 0.02, Math.min(-0.04, y + drop), 0.002],
      ],
      4,
    )
    if (x < 0 && pick.chance(0.4)) lights.push(strand)
    else strands.push(strand)
  }
  const trunk = limb(joints('0 0.03 0.055, 0.02 -0.3 0.035, -0.02 -0.7 0.02'))
  return [
    part('trunk', [trunk]),
    part('shade', [ellipse(0, -0.72, [0.26, 0.18])]),
    part('body', strands),
    part('light', lights, 0.8),
  ]
}
