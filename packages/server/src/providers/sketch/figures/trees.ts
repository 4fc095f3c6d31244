import { clamp, cos, mix, sin, TAU } from '../draw/maths.ts'
import { type Contour, disc, ellipse, type Joint, joints, limb, type Point, points, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { part, type Figure } from './figure.ts'

/** A conifer: tiers of drooping boughs on a thin trunk, ragged at the ends. */
export function pine(pick: Random, slender = 0.2): Figure {
  const tiers = pick.whole(8, 11)
  const boughs: Contour[] = []
  const shade: Contour[] = []
  for (let i = 0; i < tiers; i++) {
    const t = (i + 1) / tiers
    const y = -1 + 0.9 * t
    const half = slender * (0.12 + 0.88 * t) * pick.between(0.86, 1.14)
    const top = y - 0.9 / tiers - 0.05
    const dip = 0.035 + 0.03 * t
    const left: Point = [-half * pick.between(0.85, 1.1), y + dip * pick.between(0.2, 1)]
    const right: Point = [half * pick.between(0.85, 1.1), y + dip * pick.between(0.2, 1)]
    const fringe: Point[] = []
    const teeth = 6
    for (let k = 1; k < teeth; k++) {
      const s = k / teeth
      fringe.push([
        mix(right[0], left[0], s),
        mix(right[1], left[1], s) - 0.012 + (k % 2 === 0 ? 0.022 : -0.012) * pick.between(0.6, 1.4),
      ])
    }
    boughs.push(polygon([[0, top], right, ...fringe, left]))
    shade.push(polygon([[0.01, top + 0.03], right, ...fringe.slice(0, 3), [0.02, y - 0.01]]))
  }
  const trunk = polygon(points('-0.016 -0.3, 0.016 -0.3, 0.022 0.02, -0.022 0.02'))
  return [part('trunk', [trunk]), part('body', boughs), part('shade', shade, 0.5)]
}

/** The same in a few strokes, for a wooded crest. */
export function spruceOutline(pick: Random, at: { x: number; y: number; height: number }): Contour {
  const { x, y, height } = at
  const half = height * pick.between(0.14, 0.21)
  const points: Point[] = [[x, y - height]]
  const tiers = height > 0.05 ? 6 : 4
  for (let side = 1; side >= -1; side -= 2) {
    for (let k = 0; k < tiers; k++) {
      const i = side > 0 ? k : tiers - 1 - k
      const t = (i + 1) / tiers
      const outer: Point = [x + side * half * t * pick.between(0.8, 1.15), y - height * (1 - t * 0.97)]
      const inner: Point = [x + side * half * t * 0.52, y - height * (1 - t * 0.97) - height * 0.03]
      points.push(...(side > 0 ? [outer, inner] : [inner, outer]))
    }
  }
  return polygon(points)
}

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
