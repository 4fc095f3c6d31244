import { adjust, blend, hex, type Rgb } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { type Contour, ellipse, limb, polygon, type Joint, type Point } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { below, rolling, turf } from './land.ts'
import { foliage } from './palettes.ts'
import { mistBank, grass } from './parts.ts'
import { daylight, landAt, lit, type Plane, type Stage } from './stage.ts'
import { woodedHills } from './wild.ts'

/** Inside the wood: trunks in veils of light, leaves above, litter below; or, seen from outside, wooded hills. */
export async function forest(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const far =
    stage.reading.places.includes('mountains') ||
    stage.frame.width > 3 ||
    stage.style.name === 'ink' ||
    (stage.season !== 'autumn' && pick.chance(0.25))
  if (far) return woodedHills(stage, pick, stage.reading.weather === 'fog' ? 1 : 0.8)
  const { frame, horizon, light } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  const rows = 5
  const bright = blend(stage.palette.glow, stage.palette.light, 0.4)
  const clearing: Layer = {
    kind: 'glow',
    x: light.x,
    y: horizon - 0.12,
    radius: Math.min(0.7, horizon),
    colour: bright,
    strength: 0.15 + 0.35 * daylight(stage),
    stretch: 0.9,
  }
  for (let i = 0; i < rows; i++) {
    await stage.breathe()
    const t = i / (rows - 1)
    const depth = mix(0.16, 0.94, t * t * 0.4 + t * 0.6)
    const base = horizon + ground * mix(0.04, 0.72, t)
    const crest = rolling(pick, { base, height: 0.035, waves: 1.2 })
    const layers: Layer[] = []
    if (i === 1) layers.push(clearing)
    layers.push(...trunks(stage, pick, { crest, t, depth }))
    layers.push(...canopy(stage, pick, { t, depth }))
    layers.push(floor(stage, pick, { crest, depth, t }))
    if (i < rows - 1) layers.push(mistBank(stage, pick, { y: base + 0.01, height: 0.26, alpha: 0.45 - 0.07 * i }))
    if (i === 2) layers.push(...beams(stage, pick))
    planes.push({ layers, depth, person: mix(0.03, 0.14, t), ground: (x) => crest(x) + 0.01, room: [0.25, 0.75] })
  }
  return planes
}

function leafInk(stage: Stage, depth: number, which: number): Rgb {
  const list = foliage[stage.season]
  return lit(stage, list[which % 4] ?? list[0], depth)
}

interface Timber {
  readonly bark: Contour[]
  /** The strip along each trunk that the light reaches. */
  readonly sides: Contour[]
  readonly marks: Contour[]
}

function fell(into: Timber, pick: Random, what: { x: number; half: number; foot: number; lit: number }): void {
  const { x, half, foot } = what
  const lean = pick.bell() * 0.06
  const stem = (dx: number, k: readonly [number, number, number, number]): Contour => {
    const root: Joint = [x + dx, foot, half * k[0]]
    const low: Joint = [x + lean * 0.15 + dx, foot - 0.09, half * k[1]]
    const middle: Joint = [x + lean * 0.6 + dx, foot * 0.45, half * k[2]]
    return limb([root, low, middle, [x + lean + dx, -0.12, half * k[3]]], 4)
  }
  const flare: Point[] = [
    [x - half * 2, foot + 0.004],
    [x - half * 0.7, foot - half * 2.6],
    [x + half * 0.7, foot - half * 2.6],
    [x + half * 2, foot + 0.004],
  ]
  into.bark.push(stem(0, [1.45, 1, 0.85, 0.7]), polygon(flare))
  into.sides.push(stem(what.lit * half * 0.55, [0.4, 0.3, 0.25, 0.2]))
  for (let k = 0; k < 2; k++) {
    const y = foot * pick.between(0.15, 0.55)
    const side = pick.chance(0.5) ? 1 : -1
    const root: Joint = [x + lean * 0.6, y, half * 0.42]
    const elbow: Joint = [x + lean * 0.6 + side * 0.08, y - 0.05, half * 0.24]
    const tip: Joint = [x + side * pick.between(0.14, 0.26), y - pick.between(0.06, 0.16), half * 0.06]
    into.bark.push(limb([root, elbow, tip], 4))
  }
  for (let k = 0; k < 14; k++) {
    const wide = half * pick.between(0.25, 0.6)
    into.marks.push(ellipse(x + pick.bell() * half * 0.5, foot * pick.next(), [wide, half * 0.13]))
  }
}

function trunks(stage: Stage, pick: Random, what: { crest: (x: number) => number; t: number; depth: number }): Layer[] {
  const { frame } = stage
  const { t, depth } = what
  const timber: Timber = { bark: [], sides: [], marks: [] }
  const pale = stage.reading.subjects.some((subject) => subject.kind === 'birch')
  const count = Math.round(frame.width * mix(16, 4.5, t))
  for (let i = 0; i < count; i++) {
    const x = ((i + 0.5) / count) * (frame.width + 0.2) - 0.1 + pick.bell() * (frame.width / count) * 0.55
    // Near trunks stand aside, so that one looks into the wood.
    if (t > 0.6 && Math.abs(x - frame.width / 2) < frame.width * 0.2) continue
    const half = mix(0.005, 0.034, t * t) * pick.between(0.65, 1.3)
    fell(timber, pick, { x, half, foot: what.crest(x) + 0.012, lit: stage.light.x < x ? -1 : 1 })
  }
  const { bark, sides } = timber
  const marks = pale ? timber.marks : []
  const own = pale ? hex('#efe9dd') : hex('#5a4038')
  const colour = pale ? lit(stage, own, depth) : blend(landAt(stage, depth), lit(stage, own, depth), 0.35)
  return [
    {
      kind: 'shape',
      contours: bark,
      paint: {
        kind: 'linear',
        from: [0, 0],
        to: [0, frame.height],
        stops: [
          { at: 0, colour: adjust(colour, { light: -0.03 }) },
          { at: 0.7, colour },
          { at: 1, colour: blend(colour, stage.palette.haze, 0.2 * (1 - t)) },
        ],
      },
      sheet: true,
    },
    {
      kind: 'shape',
      contours: sides,
      paint: { kind: 'flat', colour: blend(colour, stage.palette.glow, 0.5) },
      alpha: 0.5,
    },
    { kind: 'shape', contours: marks, paint: { kind: 'flat', colour: blend(colour, stage.palette.near, 0.75) } },
  ]
}

/** Leaves overhead as dabs in three tones, hanging lower to the sides. */
function canopy(stage: Stage, pick: Random, what: { t: number; depth: number }): Layer[] {
  const { frame, horizon } = stage
  const { t, depth } = what
  if (stage.season === 'winter' && pick.chance(0.7)) return []
  const tones: Contour[][] = [[], [], []]
  const count = Math.round(frame.width * mix(560, 330, t))
  const size = mix(0.007, 0.018, t)
  const seed = pick.seed()
  for (let i = 0; i < count; i++) {
    const x = pick.between(-0.05, frame.width + 0.05)
    const side = Math.abs(x / frame.width - 0.5) * 2
    const reach = horizon * mix(0.62, 0.42, t) * (0.45 + 0.55 * side) * (1 + 0.7 * fractal1(x * 3.2, 3, seed))
    const y = reach * pick.next() * (0.6 + 0.4 * pick.next()) - 0.02
    const r = size * pick.between(0.5, 1.35)
    const tone = pick.whole(0, 2)
    tones[tone]?.push(ellipse(x, y, [r * 1.25, r * 0.8]))
  }
  return tones.map((contours, i): Layer => ({
    kind: 'shape',
    contours,
    paint: { kind: 'flat', colour: leafInk(stage, depth, 2 - i) },
    alpha: 0.96,
  }))
}

function floor(stage: Stage, pick: Random, what: { crest: (x: number) => number; depth: number; t: number }): Layer {
  const litter =
    stage.season === 'autumn'
      ? blend(turf(stage, what.depth), lit(stage, hex('#c96a2c'), what.depth), 0.55)
      : turf(stage, what.depth)
  return {
    kind: 'shape',
    contours: [
      below(stage, what.crest),
      ...grass(stage, pick, { crest: what.crest, height: mix(0.012, 0.035, what.t), density: mix(120, 70, what.t) }),
    ],
    paint: {
      kind: 'linear',
      from: [0, what.crest(0) - 0.02],
      to: [0, stage.frame.height],
      stops: [
        { at: 0, colour: blend(litter, stage.palette.glow, 0.16 * (1 - what.t)) },
        { at: 1, colour: blend(litter, stage.palette.near, 0.55) },
      ],
    },
    sheet: true,
  }
}

/** Slanting shafts of light between the trunks. */
function beams(stage: Stage, pick: Random): Layer[] {
  const { light, frame, horizon, palette } = stage
  if (stage.time === 'night' || stage.reading.weather === 'rain' || stage.reading.weather === 'storm') return []
  const contours: Contour[] = []
  const slant = (light.x < frame.width / 2 ? 1 : -1) * 0.42
  for (let i = 0; i < 6; i++) {
    const x = light.x + pick.bell() * frame.width * 0.4 - slant * 0.3
    const wide = pick.between(0.015, 0.06)
    contours.push(
      polygon([
        [x, -0.05],
        [x + wide, -0.05],
        [x + slant * horizon * 1.35 + wide * 3.4, horizon * 1.3],
        [x + slant * horizon * 1.35, horizon * 1.3],
      ]),
    )
  }
  const colour = blend(palette.glow, palette.light, 0.5)
  return [
    {
      kind: 'shape',
      contours,
      paint: {
        kind: 'linear',
        from: [0, 0],
        to: [0, horizon * 1.25],
        stops: [
          { at: 0, colour, alpha: 0.34 },
          { at: 0.6, colour, alpha: 0.2 },
          { at: 1, colour, alpha: 0 },
        ],
      },
      blend: 'screen',
      stipple: 0.25,
    },
  ]
}
