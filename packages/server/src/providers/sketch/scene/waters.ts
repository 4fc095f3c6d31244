import { adjust, blend, hex } from '../draw/colour.ts'
import type { Layer, Paint } from '../draw/layer.ts'
import { mix, ramp, sin, TAU } from '../draw/maths.ts'
import { fractal1, noise1 } from '../draw/noise.ts'
import { blob, ellipse, type Contour, type Point } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { reed } from '../figures/plants.ts'
import { palm } from '../figures/trees.ts'
import { dress, inksFor, silhouette } from '../figures/figure.ts'
import { below, misty, rolling, turf, type Crest } from './land.ts'
import { massif } from './peaks.ts'
import { glitter, grass, hill, mistBank, treeline } from './parts.ts'
import { landAt, lit, type Plane, type Stage } from './stage.ts'
import { sentinels, slope, stone, tree } from './wild.ts'

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

export function sea(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame, reading } = stage
  const rough = reading.weather === 'storm'
  const planes: Plane[] = []
  if (pick.chance(0.5) || reading.places.includes('mountains')) planes.push(farShore(stage, pick, 0.1))
  planes.push({
    layers: surface(stage, pick, { top: horizon, bottom: frame.height, ripple: rough ? 1 : 0.6, mirror: [0.72, 0.2] }),
    depth: 0.5,
    person: 0.035,
    water: { top: horizon + (frame.height - horizon) * 0.12, bottom: frame.height * 0.97 },
  })
  planes.push(...(rough ? waves(stage, pick) : []))
  return planes
}

/** Mountains or low land beyond the water. */
function farShore(stage: Stage, pick: Random, height: number): Plane {
  const far = massif(stage, pick, {
    base: stage.horizon + 0.004,
    height,
    depth: 0.2,
    peaks: 0.9,
    snow: false,
    mist: 0.7,
  })
  return { layers: far, depth: 0.2, person: 0.01 }
}

/** Rows of waves that rear and break, each nearer row taller and darker. */
export function waves(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  const rows = 6
  for (let i = 0; i < rows; i++) {
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

export function beach(stage: Stage, pick: Random): Plane[] {
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
  const planes = sea(stage, pick)
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

export function lake(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame, reading } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  const snow = stage.season === 'winter' || pick.chance(0.55)
  const tall = Math.min(horizon * 0.55, 0.42) * pick.between(0.75, 1.1)
  const back = massif(stage, pick, { base: horizon + 0.02, height: tall, depth: 0.22, peaks: 1.5, snow, mist: 0.7 })
  planes.push({ layers: back, depth: 0.2, person: 0.01 })
  const shore = rolling(pick, { base: horizon - 0.012, height: 0.05, waves: 1.3 })
  const wood = treeline(stage, pick, { crest: shore, size: 0.05, cover: 0.8 })
  planes.push({
    layers: [
      mistBank(stage, pick, { y: horizon - 0.05, height: 0.18, alpha: 0.6 }),
      hill(stage, { crest: shore, depth: 0.5, foot: horizon + 0.06, mist: 0.45, growth: wood }),
    ],
    depth: 0.5,
    person: 0.02,
    ground: (x) => Math.min(shore(x) + 0.004, horizon),
  })
  const still = reading.weather === 'storm' || reading.weather === 'wind' ? 0.8 : 0.26
  planes.push({
    layers: [
      ...surface(stage, pick, { top: horizon + 0.006, bottom: frame.height, ripple: still, mirror: [0.92, 0.5] }),
      mistBank(stage, pick, { y: horizon + 0.02, height: 0.1, alpha: 0.45 }),
    ],
    depth: 0.6,
    person: 0.045,
    water: { top: horizon + ground * 0.14, bottom: horizon + ground * 0.72 },
  })
  planes.push(bank(stage, pick))
  return planes
}

/** A near shore that rises to one side, with reeds before the water. */
export function bank(stage: Stage, pick: Random): Plane {
  const { horizon, frame } = stage
  const ground = frame.height - horizon
  const lean = pick.chance(0.5) ? 1 : -1
  const seed = pick.seed()
  const base = horizon + ground * 0.9
  const crest: Crest = (x) => base - (x / frame.width - 0.5) * lean * ground * 0.26 + 0.022 * fractal1(x * 2.4, 2, seed)
  const colour = turf(stage, 1)
  const growth = grass(stage, pick, { crest, height: 0.045, density: 120 })
  const reeds: Contour[] = []
  const dark = blend(colour, stage.palette.near, 0.55)
  const count = Math.round(frame.width * 14)
  for (let i = 0; i < count; i++) {
    const x = frame.width * (lean > 0 ? pick.next() * 0.55 : 0.45 + pick.next() * 0.55)
    reeds.push(...silhouette(reed(pick), { x, y: crest(x) + 0.03, scale: pick.between(0.07, 0.17) }))
  }
  const layers: Layer[] = [
    {
      kind: 'shape',
      contours: [below(stage, crest), ...growth],
      paint: {
        kind: 'linear',
        from: [0, base - ground * 0.13],
        to: [0, frame.height],
        stops: [
          { at: 0, colour: blend(colour, stage.palette.glow, 0.06) },
          { at: 1, colour: blend(colour, stage.palette.near, 0.75) },
        ],
      },
      sheet: true,
    },
    { kind: 'shape', contours: reeds, paint: { kind: 'flat', colour: dark } },
  ]
  return { layers, depth: 1, person: 0.13, ground: (x) => crest(x) + 0.012 }
}

/** A stream that winds towards the viewer between woods. */
export function river(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame } = stage
  const ground = frame.height - horizon
  const back = massif(stage, pick, {
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

export function island(stage: Stage, pick: Random): Plane[] {
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
  return [isle, ...sea(stage, pick)]
}
