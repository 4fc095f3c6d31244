import { adjust, blend, hex } from '../draw/colour.ts'
import type { DotsLayer, Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { box, place, polygon, type Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { block, church, house } from '../figures/buildings.ts'
import { dress, inksFor } from '../figures/figure.ts'
import { SNOW } from './palettes.ts'
import { rolling, turf, type Crest } from './land.ts'
import { hedge, hill, mistBank, treeline } from './parts.ts'
import { massif } from './peaks.ts'
import { landAt, lit, type Plane, type Stage } from './stage.ts'
import { surface } from './waters.ts'
import { slope, tree } from './wild.ts'

/** Rows of buildings behind each other, windows lit, over water or a wet street that mirrors them. */
export function city(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame, palette, reading } = stage
  const neon = reading.tone === 'neon'
  const dark = stage.time === 'night' || stage.time === 'dusk' || neon
  const planes: Plane[] = []
  const rows = 4
  for (let i = 0; i < rows; i++) {
    const t = i / (rows - 1)
    planes.push({
      layers: cityRow(stage, pick, { t, dark, neon }),
      depth: mix(0.2, 0.9, t),
      person: mix(0.006, 0.02, t),
    })
  }
  const wet = reading.weather === 'rain' || reading.weather === 'storm' || neon
  const ground = frame.height - horizon
  planes.push({
    layers: [
      ...surface(stage, pick, {
        top: horizon,
        bottom: frame.height,
        ripple: wet ? 0.55 : 0.42,
        mirror: wet ? [0.95, 0.55] : [0.85, 0.35],
        amount: 0.3,
      }),
      {
        kind: 'shape',
        contours: [box(-0.1, horizon - 0.004, [frame.width + 0.2, 0.008])],
        paint: { kind: 'flat', colour: blend(palette.near, palette.deep, 0.3) },
      },
      mistBank(stage, pick, { y: horizon, height: 0.09, alpha: dark ? 0.28 : 0.4 }),
    ],
    depth: 0.9,
    person: 0.05,
    water: { top: horizon + ground * 0.14, bottom: horizon + ground * 0.8 },
  })
  planes.push(quay(stage))
  return planes
}

function cityRow(stage: Stage, pick: Random, what: { t: number; dark: boolean; neon: boolean }): Layer[] {
  const { horizon, frame, palette } = stage
  const { t, dark, neon } = what
  const depth = mix(0.22, 0.93, t)
  const seed = pick.seed()
  const middle = frame.width * (pick.chance(0.5) ? 0.38 : 0.62)
  const tallest = Math.min(horizon * 0.86, 0.72)
  const bodies: [Contour[], Contour[]] = [[], []]
  const windows: Contour[] = []
  const beacons: Layer[] = []
  const signs: { contour: Contour; x: number; y: number }[] = []
  let x = -0.05
  while (x < frame.width + 0.05) {
    const width = mix(0.035, 0.085, t) * pick.between(0.6, 1.4)
    const rise = 1 - Math.min(1, Math.abs(x - middle) / Math.max(0.5, frame.width * 0.6))
    const lot = pick.next()
    const height =
      tallest * (0.16 + 0.5 * rise * (0.55 + fractal1(x * 3, 2, seed)) + 0.42 * lot * lot) * mix(1.08, 0.6, t)
    const at = { x: x + width / 2, y: horizon + 0.01, scale: 1 }
    const made = block(pick, { width, height, lit: dark ? pick.between(0.12, 0.5) : 0.14 })
    bodies[pick.whole(0, 1)]?.push(...place(made.body, at))
    if (t > 0.2) windows.push(...place(made.windows, at))
    if (made.beacon !== null && dark)
      beacons.push({
        kind: 'glow',
        x: at.x,
        y: at.y + made.beacon[1],
        radius: 0.018,
        colour: hex('#ff4a3a'),
        strength: 0.8,
      })
    if (neon && t > 0.3 && height > 0.14 && pick.chance(0.75)) {
      const tall = pick.between(0.04, 0.12)
      const y = at.y - height * pick.between(0.4, 0.8)
      signs.push({ contour: box(at.x + pick.bell() * width * 0.3, y, [0.012, tall]), x: at.x, y: y + tall / 2 })
    }
    x += width * pick.between(0.86, t < 0.5 ? 1.02 : 1.25)
  }
  const colour = landAt(stage, depth)
  const glow = neon ? palette.accent : dark ? palette.accent : adjust(colour, { light: -0.08 })
  const some = (from: number, step: number) => windows.filter((_, i) => i % step === from)
  const layers: Layer[] = [
    ...bodies.map((contours, i): Layer => {
      const own = adjust(colour, { light: i * 0.028 })
      return {
        kind: 'shape',
        contours,
        paint: {
          kind: 'linear',
          from: [0, horizon - tallest],
          to: [0, horizon],
          stops: [
            { at: 0, colour: adjust(own, { light: -0.015 }) },
            { at: 0.5, colour: own },
            { at: 1, colour: blend(own, palette.haze, dark ? 0.34 : 0.5) },
          ],
        },
        sheet: true,
      }
    }),
    { kind: 'shape', contours: some(0, 3), paint: { kind: 'flat', colour: blend(colour, glow, mix(0.55, 0.95, t)) } },
    {
      kind: 'shape',
      contours: some(1, 3),
      paint: { kind: 'flat', colour: blend(colour, blend(glow, palette.light, 0.45), mix(0.4, 0.85, t)) },
      alpha: 0.85,
    },
    {
      kind: 'shape',
      contours: some(2, 3),
      paint: { kind: 'flat', colour: blend(colour, dark ? blend(glow, palette.haze, 0.5) : glow, 0.6) },
      alpha: 0.7,
    },
  ]
  const inks = [palette.accent, hex('#ff3fae'), hex('#ffe14a'), hex('#7a5cff')]
  for (const [i, sign] of signs.entries()) {
    const ink = inks[i % inks.length] ?? palette.accent
    layers.push(
      { kind: 'glow', x: sign.x, y: sign.y, radius: 0.1, colour: ink, strength: 0.42 },
      { kind: 'shape', contours: [sign.contour], paint: { kind: 'flat', colour: blend(ink, [1, 1, 1], 0.35) } },
    )
  }
  return [...layers, ...beacons, mistBank(stage, pick, { y: horizon - 0.05, height: 0.22, alpha: dark ? 0.3 : 0.5 })]
}

/** A dark parapet with lamps along the near edge of the water. */
function quay(stage: Stage): Plane {
  const { frame, palette, horizon } = stage
  const y = horizon + (frame.height - horizon) * 0.86
  const stones: Contour[] = []
  for (let row = 0; row < 6; row++) {
    for (let x = -0.1 + (row % 2) * 0.045; x < frame.width + 0.1; x += 0.09)
      stones.push(box(x, y + 0.022 + row * 0.026, [0.088, 0.0245]))
  }
  const dark = blend(palette.near, palette.deep, 0.25)
  return {
    layers: [
      {
        kind: 'shape',
        contours: [box(-0.1, y, [frame.width + 0.2, 0.4])],
        paint: { kind: 'flat', colour: dark },
        sheet: true,
      },
      {
        kind: 'shape',
        contours: stones,
        paint: {
          kind: 'linear',
          from: [0, y],
          to: [0, frame.height],
          stops: [
            { at: 0, colour: blend(dark, palette.haze, 0.16) },
            { at: 1, colour: blend(dark, palette.haze, 0.04) },
          ],
        },
      },
      {
        kind: 'shape',
        contours: [box(-0.1, y - 0.006, [frame.width + 0.2, 0.018])],
        paint: { kind: 'flat', colour: blend(dark, palette.haze, 0.3) },
      },
    ],
    depth: 1,
    person: 0.13,
    ground: () => y - 0.004,
  }
}

/** Houses that huddle around a church on a slope under hills. */
export function village(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const snow = stage.season === 'winter'
  const back = massif(stage, pick, {
    base: horizon + ground * 0.05,
    height: Math.min(0.36, horizon * 0.5),
    depth: 0.2,
    peaks: 1.4,
    snow: snow || pick.chance(0.5),
    mist: 0.7,
  })
  const wooded = rolling(pick, { base: horizon + ground * 0.14, height: 0.1, waves: 1.2 })
  const planes: Plane[] = [
    { layers: back, depth: 0.2, person: 0.01 },
    {
      layers: [
        mistBank(stage, pick, { y: horizon, height: 0.22, alpha: 0.55 }),
        hill(stage, {
          crest: wooded,
          depth: 0.48,
          foot: horizon + ground * 0.4,
          mist: 0.5,
          growth: treeline(stage, pick, { crest: wooded, size: 0.05, cover: 0.72 }),
        }),
      ],
      depth: 0.48,
      person: 0.02,
    },
  ]
  for (let i = 0; i < 3; i++) {
    const t = i / 2
    const crest = rolling(pick, { base: horizon + ground * mix(0.3, 0.72, t), height: 0.07, waves: 1 })
    const depth = mix(0.62, 0.92, t)
    const colour = snow
      ? blend(
          landAt(stage, 0.45),
          blend(SNOW, palette.sky[1] ?? palette.haze, stage.time === 'night' ? 0.5 : 0.25),
          mix(0.5, 0.78, t),
        )
      : turf(stage, depth)
    const layers: Layer[] = [
      hill(stage, { crest, depth, foot: horizon + ground * mix(0.6, 1.15, t), mist: 0.22, colour }),
    ]
    layers.push(...homes(stage, pick, { crest, depth, t, snow, holy: i === 1 }))
    planes.push({ layers, depth, person: mix(0.035, 0.075, t), ground: (x) => crest(x) + 0.006 })
  }
  const front = slope(stage, pick, 0.96)
  planes.push(snow ? { ...front, layers: [snowyFront(stage, pick)] } : front)
  return planes
}

function snowyFront(stage: Stage, pick: Random): Layer {
  const { horizon, frame, palette } = stage
  const crest = rolling(pick, { base: horizon + (frame.height - horizon) * 0.95, height: 0.05, waves: 0.9 })
  const colour = blend(
    landAt(stage, 0.5),
    blend(SNOW, palette.sky[1] ?? palette.haze, stage.time === 'night' ? 0.45 : 0.2),
    0.8,
  )
  return hill(stage, { crest, depth: 1, foot: frame.height, mist: 0.1, colour })
}

function homes(
  stage: Stage,
  pick: Random,
  what: { crest: Crest; depth: number; t: number; snow: boolean; holy: boolean },
): Layer[] {
  const { frame, palette } = stage
  const layers: Layer[] = []
  const size = mix(0.065, 0.15, what.t)
  const walls = ['#e8dcc6', '#d9b48c', '#c98a6a', '#e3c9a0', '#b7a6a0'].map(hex)
  const dusk = stage.time === 'night' || stage.time === 'dusk' || stage.time === 'sunset'
  const middle = frame.width * pick.between(0.35, 0.65)
  const count = Math.max(3, Math.round(frame.width * mix(7, 3.4, what.t)))
  const glows: Layer[] = []
  for (let i = 0; i < count; i++) {
    const x = middle + ((i + 0.5) / count - 0.5) * frame.width * 1.05 + pick.bell() * 0.05
    const y = what.crest(x) + size * pick.between(0.04, 0.34)
    if (pick.chance(0.4))
      layers.push(
        ...tree(stage, pick, {
          x: x - size * 0.75,
          y: y + 0.004,
          size: size * pick.between(0.9, 1.6),
          depth: what.depth,
        }),
      )
    const holy = what.holy && i === Math.floor(count / 2)
    const scale = holy ? size * 2.3 : size * pick.between(0.85, 1.15)
    const figure = holy ? church(what.snow) : house(pick, what.snow)
    const wall = walls[pick.whole(0, walls.length - 1)] ?? walls[0] ?? palette.haze
    const inks = {
      ...inksFor(stage, wall, what.depth),
      dark: blend(inksFor(stage, hex('#6b3f38'), what.depth).body, palette.near, 0.3),
      accent: inksFor(stage, hex(pick.chance(0.5) ? '#a4503f' : '#7d4a44'), what.depth).body,
      glow:
        dusk || stage.reading.weather === 'storm'
          ? blend(hex('#ffcf70'), palette.accent, 0.35)
          : blend(palette.near, palette.haze, 0.3),
    }
    layers.push(...dress(stage, figure, { at: { x, y, scale, flip: pick.chance(0.4) }, inks }))
    if (dusk)
      glows.push({ kind: 'glow', x, y: y - scale * 0.25, radius: scale * 0.9, colour: hex('#ff9a3c'), strength: 0.24 })
    if (stage.season === 'winter' && pick.chance(0.35))
      layers.push(smoke(stage, pick, { x: x + scale * 0.3, y: y - scale * 0.95, size: scale }))
  }
  return [...layers, ...glows]
}

function smoke(stage: Stage, pick: Random, at: { x: number; y: number; size: number }): Layer {
  const puffs: Contour[] = []
  const seed = pick.seed()
  const left: number[] = []
  const right: number[] = []
  for (let i = 0; i <= 14; i++) {
    const t = i / 14
    const x = at.x + fractal1(t * 2.4, 2, seed) * at.size * 0.7 * t + t * at.size * 0.25
    const half = at.size * mix(0.02, 0.13, t)
    left.push(x - half, at.y - t * at.size * 1.5)
    right.push(at.y - t * at.size * 1.5, x + half)
  }
  puffs.push([...left, ...right.reverse()])
  const colour = blend(stage.palette.haze, stage.palette.light, 0.35)
  return {
    kind: 'shape',
    contours: puffs,
    paint: {
      kind: 'linear',
      from: [0, at.y],
      to: [0, at.y - at.size * 1.5],
      stops: [
        { at: 0, colour, alpha: 0.6 },
        { at: 1, colour, alpha: 0 },
      ],
    },
  }
}

/** Houses along a quay, boats before it. */
export function harbour(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const seed = pick.seed()
  const tall = Math.min(0.3, horizon * 0.55)
  const peakAt = frame.width * (stage.light.x < frame.width / 2 ? 0.72 : 0.28)
  const back: Crest = (x) => {
    const away = Math.min(1, Math.abs(x - peakAt) / Math.max(0.55, frame.width * 0.6))
    return horizon - tall * (0.12 + 0.88 * (1 - away * away)) * (1 + 0.25 * fractal1(x * 3.4, 3, seed))
  }
  const layers: Layer[] = [
    hill(stage, {
      crest: back,
      depth: 0.34,
      foot: horizon,
      mist: 0.55,
      growth: hedge(stage, pick, { crest: back, size: 0.03, cover: 0.5 }),
    }),
  ]
  const walls = ['#f0d9a8', '#d96f52', '#6fa3b8', '#f3ead8', '#e7a65a', '#b8564a', '#8fb08f', '#efc1a8'].map(hex)
  const dusk = stage.time !== 'day' && stage.time !== 'dawn'
  const rows = 4
  for (let row = 0; row < rows; row++) {
    const t = row / (rows - 1)
    let x = -0.03
    while (x < frame.width + 0.05) {
      const width = pick.between(0.042, 0.072) * mix(0.7, 1.1, t)
      const height = pick.between(0.06, 0.13) * mix(0.62, 1.15, t)
      const y = mix(back(x) * 0.55 + horizon * 0.45, horizon + 0.012, t)
      layers.push(
        ...townhouse(stage, pick, {
          x,
          y,
          width,
          height,
          wall: walls[pick.whole(0, walls.length - 1)] ?? palette.haze,
          depth: mix(0.5, 0.8, t),
          lit: dusk,
        }),
      )
      x += width * (row < rows - 1 ? pick.between(1, 2.3) : pick.between(1, 1.1))
    }
  }
  layers.push({
    kind: 'shape',
    contours: [box(-0.1, horizon + 0.008, [frame.width + 0.2, 0.022])],
    paint: { kind: 'flat', colour: blend(landAt(stage, 0.85), hex('#7b7068'), 0.3) },
  })
  return [
    { layers, depth: 0.7, person: 0.03 },
    {
      layers: surface(stage, pick, {
        top: horizon + 0.03,
        bottom: frame.height,
        ripple: 0.45,
        mirror: [0.85, 0.35],
        amount: 0.4,
      }),
      depth: 0.85,
      person: 0.05,
      water: { top: horizon + ground * 0.22, bottom: horizon + ground * 0.85 },
    },
  ]
}

function townhouse(
  stage: Stage,
  pick: Random,
  what: {
    x: number
    y: number
    width: number
    height: number
    wall: readonly [number, number, number]
    depth: number
    lit: boolean
  },
): Layer[] {
  const { x, y, width, height, depth } = what
  const inks = inksFor(stage, what.wall, depth)
  const roofInk = inksFor(stage, hex(pick.chance(0.5) ? '#9c4a38' : '#5d4a50'), depth).body
  const peak = pick.between(0.3, 0.6) * width
  const windows: Contour[] = []
  const dim: Contour[] = []
  for (let wy = y - height + 0.012; wy < y - 0.014; wy += 0.025) {
    for (let wx = x + width * 0.18; wx < x + width * 0.75; wx += width * 0.3)
      (pick.chance(what.lit ? 0.5 : 0.12) ? windows : dim).push(box(wx, wy, [width * 0.15, 0.0125]))
  }
  return [
    {
      kind: 'shape',
      contours: [box(x, y - height, [width * 0.98, height])],
      paint: {
        kind: 'linear',
        from: [x, 0],
        to: [x + width, 0],
        stops: [
          { at: 0, colour: inks.body },
          { at: 1, colour: blend(inks.body, inks.shade, 0.55) },
        ],
      },
    },
    {
      kind: 'shape',
      contours: [
        polygon([
          [x - width * 0.04, y - height],
          [x + width * 0.49, y - height - peak],
          [x + width * 1.02, y - height],
        ]),
      ],
      paint: { kind: 'flat', colour: roofInk },
    },
    { kind: 'shape', contours: dim, paint: { kind: 'flat', colour: blend(inks.shade, stage.palette.near, 0.45) } },
    {
      kind: 'shape',
      contours: windows,
      paint: { kind: 'flat', colour: blend(hex('#ffd27a'), stage.palette.accent, 0.3) },
    },
  ]
}
