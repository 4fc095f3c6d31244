import { blend } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix, sin, TAU } from '../draw/maths.ts'
import { noise1 } from '../draw/noise.ts'
import { blob, type Contour, ellipse, type Point } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { below, rolling, turf } from './land.ts'
import { hill, mistBank, treeline, grass } from './parts.ts'
import { massif } from './peaks.ts'
import type { Plane, Stage } from './stage.ts'
import { slope, sentinels, tree } from './wild.ts'

/** A stream that winds towards the viewer between woods. */
export async function river(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame } = stage
  const ground = frame.height - horizon
  const back = await massif(stage, pick, {
    base: horizon + 0.03,
    height: Math.min(horizon * 0.68, 0.5),
    depth: 0.2,
    peaks: 1.1,
    snow: stage.season === 'winter' || pick.chance(0.6),
    mist: 0.75,
  })
  const crest = rolling(pick, { base: horizon + ground * 0.1, height: 0.08, waves: 1.4 })
  const meadow = rolling(pick, { base: horizon + ground * 0.2, height: 0.05, waves: 1.2 })
  const wood = treeline(stage, pick, { crest, size: 0.045, cover: 0.85 })
  const stream = course(stage, pick)
  const side = stream.side
  const front = slope(stage, pick, 0.985)
  return [
    { layers: back, depth: 0.2, person: 0.01 },
    {
      layers: [
        mistBank(stage, pick, { y: horizon, height: 0.2, alpha: 0.6 }),
        hill(stage, { crest, depth: 0.5, foot: horizon + ground * 0.34, mist: 0.4, growth: wood }),
      ],
      depth: 0.5,
      person: 0.02,
      ground: crest,
    },
    {
      layers: [
        {
          kind: 'shape',
          contours: [below(stage, meadow), ...grass(stage, pick, { crest: meadow, height: 0.012, density: 120 })],
          paint: {
            kind: 'linear',
            from: [0, horizon + ground * 0.14],
            to: [0, frame.height],
            stops: [
              { at: 0, colour: blend(turf(stage, 0.66), stage.palette.haze, 0.3) },
              { at: 0.4, colour: turf(stage, 0.8) },
              { at: 1, colour: blend(turf(stage, 1), stage.palette.near, 0.35) },
            ],
          },
          sheet: true,
        },
        ...stream.layers,
        ...riverside(stage, pick, stream),
      ],
      depth: 0.8,
      person: 0.05,
      ground: (x) => Math.max(meadow(x) + ground * 0.16, horizon),
      water: { top: horizon + ground * 0.5, bottom: horizon + ground * 0.8 },
      room: side > 0 ? [0.06, 0.3] : [0.7, 0.94],
    },
    {
      ...front,
      layers: [...sentinels(stage, pick, front), ...front.layers],
      room: side > 0 ? [0.04, 0.34] : [0.66, 0.96],
    },
  ]
}

interface Course {
  readonly layers: readonly Layer[]
  readonly side: number
  /** Middle and half width at a share of the way to the viewer. */
  readonly at: (t: number) => { x: number; y: number; half: number }
}

/** Bends that widen with nearness: the picture's way in. */
function course(stage: Stage, pick: Random): Course {
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const start = frame.width * pick.between(0.42, 0.58)
  const side = pick.chance(0.5) ? 1 : -1
  const swing = Math.min(0.34, frame.width * 0.3)
  const at = (t: number) => ({
    x: start + side * swing * sin(t * TAU * 0.78) * (0.25 + 0.75 * t) * (1 - 0.25 * t),
    y: horizon + ground * mix(0.17, 1.08, t * t * 0.75 + t * 0.25),
    half: mix(0.004, Math.min(0.26, frame.width * 0.26), t * t),
  })
  const edge = (grow: number): Contour => {
    const left: Point[] = []
    const right: Point[] = []
    for (let i = 0; i <= 44; i++) {
      const { x, y, half } = at(i / 44)
      const rough = 1 + 0.08 * noise1(i * 0.9, 31)
      left.push([x - half * rough * grow - (grow - 1) * 0.01, y])
      right.push([x + half * (2 - rough) * grow + (grow - 1) * 0.01, y])
    }
    return blob([...left, ...right.reverse()], 2)
  }
  const sheen: Contour[] = []
  for (let i = 0; i < 46; i++) {
    const t = 0.12 + 0.86 * pick.next()
    const { x, y, half } = at(t)
    sheen.push(ellipse(x + pick.bell() * half * 0.8, y, [half * pick.between(0.08, 0.4), 0.0008 + 0.0036 * t * t]))
  }
  const bank = blend(turf(stage, 1), palette.near, 0.5)
  const layers: Layer[] = [
    { kind: 'shape', contours: [edge(1.07)], paint: { kind: 'flat', colour: bank }, alpha: 0.6 },
    {
      kind: 'shape',
      contours: [edge(1)],
      paint: {
        kind: 'linear',
        from: [0, horizon + ground * 0.15],
        to: [0, frame.height],
        stops: [
          { at: 0, colour: blend(palette.haze, palette.light, 0.5) },
          { at: 0.35, colour: blend(palette.sky.at(-2) ?? palette.haze, palette.glow, 0.2) },
          { at: 1, colour: blend(palette.sky[1] ?? palette.deep, palette.deep, 0.5) },
        ],
      },
      sheet: true,
    },
    {
      kind: 'shape',
      contours: sheen,
      paint: { kind: 'flat', colour: blend(palette.haze, palette.light, 0.65) },
      alpha: 0.5,
    },
  ]
  return { layers, side, at }
}

/** Trees along both banks, smaller with distance. */
function riverside(stage: Stage, pick: Random, stream: Course): Layer[] {
  const { frame, horizon } = stage
  const ground = frame.height - horizon
  const layers: Layer[] = []
  const count = Math.round(15 * Math.max(1, frame.width * 0.8))
  for (let i = 0; i < count; i++) {
    const t = mix(0.12, 0.74, (i + pick.next()) / count)
    const { x, y, half } = stream.at(t)
    const away = (pick.chance(0.5) ? 1 : -1) * (half + 0.03 + pick.next() * (0.12 + frame.width * 0.42 * (1 - t)))
    const size = mix(0.045, 0.2, t * t) * pick.between(0.75, 1.2)
    if (x + away < -0.1 || x + away > frame.width + 0.1 || y > horizon + ground * 0.8) continue
    layers.push(...tree(stage, pick, { x: x + away, y, size, depth: mix(0.6, 0.92, t) }))
  }
  return layers
}
