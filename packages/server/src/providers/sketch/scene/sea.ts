import { silhouette } from '../figures/figure.ts'
import { massif } from './peaks.ts'
import { glitter } from './parts.ts'
import { adjust, blend, hex } from '../draw/colour.ts'
import type { Layer, Paint } from '../draw/layer.ts'
import { mix, ramp } from '../draw/maths.ts'
import { fractal1, noise1 } from '../draw/noise.ts'
import { type Contour, ellipse } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { palm } from '../figures/southern-trees.ts'
import { below, type Crest, misty, turf } from './land.ts'
import { landAt, lit, type Plane, type Stage } from './stage.ts'

/** Open water from the horizon down. */
export function surface(
  stage: Stage,
  pick: Random,
  what: { top: number; bottom: number; ripple: number; mirror: readonly [number, number]; amount?: number },
): Layer[] {
  const { palette } = stage
  const layers: Layer[] = [
    {
      kind: 'water',
      top: what.top,
      bottom: what.bottom,
      far: blend(palette.haze, palette.deep, 0.35),
      near: palette.deep,
      mirror: what.mirror,
      ripple: what.ripple,
      seed: pick.whole(0, 200),
    },
    ...glitter(stage, pick, { top: what.top, bottom: what.bottom, amount: what.amount ?? 1 }),
  ]
  return layers
}

export async function sea(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, reading } = stage
  const rough = reading.weather === 'storm'
  const planes: Plane[] = []
  if (pick.chance(0.5) || reading.places.includes('mountains')) planes.push(await farShore(stage, pick))
  planes.push({
    layers: surface(stage, pick, { top: horizon, bottom: frame.height, ripple: rough ? 1 : 0.6, mirror: [0.72, 0.2] }),
    depth: 0.5,
    person: 0.035,
    water: { top: horizon + (frame.height - horizon) * 0.12, bottom: frame.height * 0.97 },
  })
  planes.push(...(rough ? await waves(stage, pick) : []))
  return planes
}

/** Low land beyond the water, with mountains where they were named. */
async function farShore(stage: Stage, pick: Random): Promise<Plane> {
  const { horizon, frame } = stage
  const layers: Layer[] = []
  if (stage.reading.places.includes('mountains')) {
    layers.push(
      ...(await massif(stage, pick, {
        base: horizon + 0.004,
        height: Math.min(0.34, horizon * 0.5),
        depth: 0.2,
        peaks: 1.1,
        snow: stage.season === 'winter',
        mist: 0.7,
      })),
    )
  }
  for (let i = 0; i < 2; i++) {
    const middle = frame.width * pick.between(-0.1, 1.1)
    const half = pick.between(0.35, 0.8)
    const tall = pick.between(0.025, 0.06) * (1 - i * 0.35)
    const seed = pick.seed()
    const points: number[] = [middle - half, horizon + 0.006]
    for (let k = 0; k <= 60; k++) {
      const s = k / 30 - 1
      points.push(middle + s * half, horizon - tall * (1 - s * s) * (0.65 + 0.9 * fractal1(s * 3.2, 3, seed)))
    }
    points.push(middle + half, horizon + 0.006)
    layers.push({
      kind: 'shape',
      contours: [points],
      paint: { kind: 'flat', colour: landAt(stage, 0.14 + i * 0.14) },
      sheet: true,
    })
  }
  return { layers, depth: 0.2, person: 0.01 }
}

/** Rows of waves that rear and break, each nearer row taller and darker. */
async function waves(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  const rows = 6
  for (let i = 0; i < rows; i++) {
    await stage.breathe()
    const t = i / (rows - 1)
    const base = horizon + ground * mix(0.1, 0.9, t)
    const height = mix(0.016, 0.085, t)
    const length = mix(0.12, 0.5, t)
    const shift = pick.next() * 9
    const seed = pick.seed()
    const crest: Crest = (x) => {
      const u = (x + shift) / length
      const f = u - Math.floor(u)
      const cusp = f < 0.62 ? ramp(0, 0.62, f) * (f / 0.62) : 1 - ramp(0.62, 1, f)
      return base - height * (cusp * (0.75 + 0.5 * noise1(Math.floor(u), seed)) + 0.2 * fractal1(x * 9, 2, seed))
    }
    const top = blend(palette.haze, palette.deep, mix(0.35, 0.85, t))
    const paint: Paint = {
      kind: 'linear',
      from: [0, base - height],
      to: [0, base + height * 1.6],
      stops: [
        { at: 0, colour: adjust(top, { light: 0.07 }) },
        { at: 0.35, colour: top },
        { at: 1, colour: blend(palette.deep, palette.near, 0.3 + 0.3 * t) },
      ],
    }
    const foam: Contour[] = []
    for (let x = -0.1; x < frame.width + 0.1; x += length * 0.045) {
      const up = (base - crest(x)) / height
      if (up > 0.55)
        foam.push(
          ellipse(x + pick.bell() * length * 0.03, crest(x) + height * 0.02, [
            length * 0.05 * pick.between(0.4, 1.1),
            height * 0.06 * up,
          ]),
        )
      if (up > 0.75 && pick.chance(0.5))
        foam.push(
          ellipse(x + length * 0.05 * pick.next(), crest(x) - height * pick.between(0.05, 0.35), [
            height * 0.025,
            height * 0.025,
          ]),
        )
      if (pick.chance(0.35))
        foam.push(
          ellipse(x, crest(x) + height * pick.between(0.25, 1.1), [length * 0.06 * pick.next(), height * 0.025]),
        )
    }
    const white = blend(palette.haze, palette.light, 0.45 + 0.3 * t)
    planes.push({
      layers: [
        { kind: 'shape', contours: [below(stage, crest)], paint, sheet: true },
        { kind: 'shape', contours: foam, paint: { kind: 'flat', colour: white }, alpha: 0.72 },
      ],
      depth: mix(0.45, 1, t),
      person: mix(0.02, 0.08, t),
      water: { top: base - height * 0.2, bottom: base },
    })
  }
  return planes
}

export async function island(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame } = stage
  const middle = frame.width * (pick.chance(0.5) ? 0.36 : 0.64)
  const half = Math.min(0.42, frame.width * 0.34)
  const seed = pick.seed()
  const shore = horizon + 0.004
  const profile = (x: number) => {
    const s = Math.max(0, 1 - ((x - middle) / half) * ((x - middle) / half))
    return s * s * (3 - 2 * s)
  }
  const crest: Crest = (x) => shore - 0.17 * profile(x) * (0.55 + 0.8 * (0.5 + 0.5 * fractal1(x * 6, 3, seed)))
  const points: number[] = []
  for (let i = 0; i <= 80; i++) points.push(middle + half * (i / 40 - 1), crest(middle + half * (i / 40 - 1)))
  points.push(middle + half * 1.04, shore + 0.01, middle - half * 1.04, shore + 0.01)
  const colour = landAt(stage, 0.62)
  const trees: Contour[] = []
  for (let i = 0; i < 9; i++) {
    const x = middle + pick.bell() * half * 0.75
    trees.push(...silhouette(palm(pick), { x, y: crest(x) + 0.006, scale: pick.between(0.09, 0.17) }))
  }
  const sand = points.map((value, i) =>
    i % 2 === 1 ? Math.min(shore + 0.012, value + 0.055) : middle + (value - middle) * 1.06,
  )
  const beachInk = lit(stage, hex('#ecd3a4'), 0.75)
  const isle: Plane = {
    layers: [
      { kind: 'shape', contours: [sand], paint: { kind: 'flat', colour: beachInk }, sheet: true },
      {
        kind: 'shape',
        contours: [points, ...trees],
        paint: misty(stage, blend(colour, turf(stage, 0.7), 0.5), { top: shore - 0.2, foot: shore + 0.02, mist: 0.3 }),
        sheet: true,
      },
    ],
    depth: 0.62,
    person: 0.03,
    ground: (x) => crest(x) + 0.005,
    room: [(middle - half * 0.6) / frame.width, (middle + half * 0.6) / frame.width],
  }
  return [isle, ...(await sea(stage, pick))]
}
