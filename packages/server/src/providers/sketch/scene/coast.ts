import { blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix, ramp } from '../draw/maths.ts'
import { fractal1, noise1 } from '../draw/noise.ts'
import type { Contour, Point } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { inksFor, dress } from '../figures/figure.ts'
import { palm } from '../figures/southern-trees.ts'
import { below, type Crest, turf } from './land.ts'
import { sea } from './sea.ts'
import { lit, type Plane, type Stage } from './stage.ts'
import { stone } from './wild.ts'

/** A cliff or spit that runs in from one side; something tall may stand on it. */
export function headland(stage: Stage, pick: Random, what: { right: boolean; high: number }): Plane {
  const { frame, horizon } = stage
  const ground = frame.height - horizon
  const seed = pick.seed()
  const reach = Math.max(0.42, frame.width * 0.44)
  const foot = horizon + ground * 0.3
  const crest: Crest = (x) => {
    const u = (what.right ? frame.width - x : x) / reach
    const fall = 1 - ramp(0.5, 1, u + 0.06 * fractal1(x * 7, 3, seed))
    return foot + 0.02 - (what.high + 0.02) * fall * (1 + 0.16 * fractal1(x * 4, 3, seed + 1)) + (u > 1.02 ? 0.4 : 0)
  }
  const points: number[] = []
  const from = what.right ? frame.width + 0.15 : -0.15
  const to = what.right ? frame.width - reach * 1.06 : reach * 1.06
  for (let i = 0; i <= 90; i++) {
    const x = mix(from, to, i / 90)
    points.push(x, Math.min(crest(x), foot + 0.02))
  }
  // The water line under it, a little rough.
  for (let i = 0; i <= 30; i++) {
    const x = mix(to, from, i / 30)
    points.push(x, foot + 0.012 + ramp(0, 1, i / 30) * 0.03 + 0.004 * noise1(x * 30, seed + 4))
  }
  const rock = stone(stage, 0.8)
  const green = blend(rock, turf(stage, 0.8), 0.6)
  const top: Point[] = []
  const lower: Point[] = []
  for (let i = 0; i <= 60; i++) {
    const x = mix(from, mix(from, to, 0.72), i / 60)
    top.push([x, crest(x) - 0.001])
    lower.push([x, crest(x) + 0.012 + 0.02 * Math.abs(noise1(x * 34, seed + 8)) * (1 - i / 62)])
  }
  const cracks: Contour[] = []
  for (let i = 0; i < 16; i++) {
    const x = mix(from, to, 0.25 + 0.68 * pick.next())
    const y = crest(x) + 0.02
    const drop = (foot - y) * pick.between(0.3, 0.9)
    if (drop > 0.01)
      cracks.push([x, y, x + 0.012, y + drop * 0.4, x + pick.bell() * 0.02, y + drop, x - 0.006, y + drop * 0.5])
  }
  const layers: Layer[] = [
    {
      kind: 'shape',
      contours: [points],
      paint: {
        kind: 'linear',
        from: [0, foot - what.high],
        to: [0, foot + 0.03],
        stops: [
          { at: 0, colour: rock },
          { at: 1, colour: blend(rock, stage.palette.near, 0.45) },
        ],
      },
      sheet: true,
    },
    { kind: 'shape', contours: cracks, paint: { kind: 'flat', colour: stage.palette.near }, alpha: 0.35 },
    { kind: 'shape', contours: [[...top, ...lower.reverse()].flat()], paint: { kind: 'flat', colour: green } },
  ]
  const room = what.right
    ? ([1 - (reach * 0.5) / frame.width, 0.97] as const)
    : ([0.03, (reach * 0.5) / frame.width] as const)
  return { layers, depth: 0.8, person: 0.035, ground: (x) => crest(x) + 0.006, room }
}

export async function beach(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const lean = pick.chance(0.5) ? 1 : -1
  const seed = pick.seed()
  const shore = horizon + ground * 0.56
  const edge: Crest = (x) => shore - (x / frame.width - 0.5) * lean * 0.15 + 0.018 * fractal1(x * 2.2, 2, seed)
  const sand = lit(stage, hex('#ecd3a4'), 1)
  const wet = blend(sand, palette.haze, 0.5)
  const strip = (from: number, to: number): Contour => {
    const upper: number[] = []
    const lower: number[] = []
    for (let x = -0.1; x <= frame.width + 0.1; x += 0.01) {
      const lap = 0.012 * noise1(x * 6, seed + 5)
      upper.push(x, edge(x) + from + lap)
      lower.push(edge(x) + to + lap * 0.6 + 0.004 * noise1(x * 22, seed + 6), x)
    }
    return [...upper, ...lower.reverse()]
  }
  const beachLayers: Layer[] = [
    {
      kind: 'shape',
      contours: [below(stage, (x) => edge(x) - 0.02)],
      paint: {
        kind: 'linear',
        from: [0, shore - 0.1],
        to: [0, shore + 0.12],
        stops: [
          { at: 0, colour: blend(palette.deep, palette.haze, 0.55), alpha: 0 },
          { at: 0.6, colour: blend(wet, palette.glow, 0.2), alpha: 0.85 },
          { at: 1, colour: wet },
        ],
      },
    },
    {
      kind: 'shape',
      contours: [below(stage, (x) => edge(x) + 0.055)],
      paint: {
        kind: 'linear',
        from: [0, shore],
        to: [0, frame.height],
        stops: [
          { at: 0, colour: blend(sand, palette.glow, 0.18) },
          { at: 1, colour: blend(sand, palette.near, 0.45) },
        ],
      },
      sheet: true,
    },
    {
      kind: 'shape',
      contours: [strip(-0.022, -0.008), strip(0.012, 0.021), strip(-0.06, -0.055)],
      paint: { kind: 'flat', colour: blend(palette.light, palette.haze, 0.25) },
      alpha: 0.75,
    },
  ]
  const planes = await sea(stage, pick)
  planes.push({
    layers: beachLayers,
    depth: 1,
    person: 0.16,
    ground: (x) => Math.max(edge(x) + 0.1, horizon + ground * 0.74),
  })
  if ((pick.chance(0.5) || stage.reading.places.includes('island')) && !stage.reading.without.has('palm'))
    planes.push(palms(stage, pick, lean > 0 ? 0.06 : 0.94))
  return planes
}

function palms(stage: Stage, pick: Random, at: number): Plane {
  const { frame } = stage
  const layers: Layer[] = []
  for (let i = 0; i < 3; i++) {
    const scale = Math.min(0.62, frame.height * 0.62) * pick.between(0.7, 1.05)
    const x = frame.width * at + pick.bell() * 0.1
    layers.push(
      ...dress(stage, palm(pick), {
        at: { x, y: frame.height * pick.between(0.9, 1), scale, flip: at > 0.5 },
        inks: inksFor(stage, null, 1),
      }),
    )
  }
  return { layers, depth: 1, person: 0.1 }
}
