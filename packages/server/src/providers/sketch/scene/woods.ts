import { adjust, blend, hex, type Rgb } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1, noise1 } from '../draw/noise.ts'
import { ellipse, limb, polygon, type Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { dress, inksFor, silhouette } from '../figures/figure.ts'
import { flower } from '../figures/plants.ts'
import { foliage } from './palettes.ts'
import { below, rolling, turf } from './land.ts'
import { grass, hedge, hill, mistBank, scatter } from './parts.ts'
import { massif } from './peaks.ts'
import { daylight, landAt, lit, type Plane, type Stage } from './stage.ts'
import { slope, tree, woodedHills } from './wild.ts'

/** Inside the wood: trunks in veils of light, leaves above, litter below; or, seen from outside, wooded hills. */
export function forest(stage: Stage, pick: Random): Plane[] {
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
  const list = foliage[stage.season === 'winter' ? 'winter' : stage.season]
  return lit(stage, list[which % 4] ?? list[0], depth)
}

function trunks(stage: Stage, pick: Random, what: { crest: (x: number) => number; t: number; depth: number }): Layer[] {
  const { frame } = stage
  const { t, depth } = what
  const bark: Contour[] = []
  const sides: Contour[] = []
  const marks: Contour[] = []
  const pale = stage.reading.subjects.some((subject) => subject.kind === 'birch')
  const count = Math.round(frame.width * mix(16, 4.5, t))
  for (let i = 0; i < count; i++) {
    const x = ((i + 0.5) / count) * (frame.width + 0.2) - 0.1 + pick.bell() * (frame.width / count) * 0.55
    // Near trunks stand aside, so that one looks into the wood.
    if (t > 0.6 && Math.abs(x - frame.width / 2) < frame.width * 0.2) continue
    const half = mix(0.005, 0.034, t * t) * pick.between(0.65, 1.3)
    const lean = pick.bell() * 0.06
    const foot = what.crest(x) + 0.012
    bark.push(
      limb(
        [
          [x, foot, half * 1.45],
          [x + lean * 0.15, foot - 0.09, half],
          [x + lean * 0.6, foot * 0.45, half * 0.85],
          [x + lean, -0.12, half * 0.7],
        ],
        4,
      ),
    )
    bark.push(
      polygon([
        [x - half * 2, foot + 0.004],
        [x - half * 0.7, foot - half * 2.6],
        [x + half * 0.7, foot - half * 2.6],
        [x + half * 2, foot + 0.004],
      ]),
    )
    const dx = (stage.light.x < x ? -1 : 1) * half * 0.55
    sides.push(
      limb(
        [
          [x + dx, foot, half * 0.4],
          [x + lean * 0.15 + dx, foot - 0.09, half * 0.3],
          [x + lean * 0.6 + dx, foot * 0.45, half * 0.25],
          [x + lean + dx, -0.12, half * 0.2],
        ],
        4,
      ),
    )
    for (let k = 0; k < 2; k++) {
      const y = foot * pick.between(0.15, 0.55)
      const side = pick.chance(0.5) ? 1 : -1
      bark.push(
        limb(
          [
            [x + lean * 0.6, y, half * 0.42],
            [x + lean * 0.6 + side * 0.08, y - 0.05, half * 0.24],
            [x + side * pick.between(0.14, 0.26), y - pick.between(0.06, 0.16), half * 0.06],
          ],
          4,
        ),
      )
    }
    if (pale)
      for (let k = 0; k < 14; k++)
        marks.push(
          ellipse(x + pick.bell() * half * 0.5, foot * pick.next(), [half * pick.between(0.25, 0.6), half * 0.13]),
        )
  }
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

/** Fields that roll to the horizon, hedges and lone trees, flowers close by. */
export function meadow(stage: Stage, pick: Random): Plane[] {
  const { horizon, frame, reading } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  if (pick.chance(0.65)) {
    const far = massif(stage, pick, {
      base: horizon + ground * 0.08,
      height: Math.min(horizon * 0.42, 0.28),
      depth: 0.18,
      peaks: 1.2,
      snow: stage.season === 'winter',
      mist: 0.8,
    })
    planes.push({ layers: far, depth: 0.18, person: 0.01 })
  }
  const list = foliage[stage.season]
  for (let i = 0; i < 5; i++) {
    const t = i / 4
    const depth = mix(0.36, 0.92, t)
    const crest = rolling(pick, {
      base: horizon + ground * mix(0.07, 0.7, t),
      height: mix(0.07, 0.11, t),
      waves: mix(1.5, 0.8, t),
    })
    const field = blend(turf(stage, depth), lit(stage, list[pick.whole(0, 2)] ?? list[0], depth), 0.4)
    const layers: Layer[] = [
      mistBank(stage, pick, { y: crest(frame.width / 2) + 0.01, height: 0.14, alpha: 0.4 - 0.08 * i }),
      hill(stage, {
        crest,
        depth,
        foot: horizon + ground * mix(0.4, 1.2, t),
        mist: mix(0.5, 0.12, t),
        colour: field,
        growth: i < 3 ? hedge(stage, pick, { crest, size: mix(0.014, 0.034, t), cover: 0.42 }) : [],
      }),
    ]
    if (i > 0) layers.push(furrows(stage, pick, { crest, t, colour: field }))
    if (i === 2 || i === 3) {
      const x = frame.width * (pick.chance(0.5) ? pick.between(0.12, 0.34) : pick.between(0.66, 0.88))
      const size = mix(0.07, 0.2, t)
      for (let k = 0; k < pick.whole(1, 3); k++)
        layers.push(
          ...tree(stage, pick, {
            x: x + (k - 1) * size * pick.between(0.5, 0.9),
            y: crest(x) + 0.008,
            size: size * pick.between(0.75, 1.1),
            depth,
          }),
        )
    }
    planes.push({ layers, depth, person: mix(0.02, 0.085, t), ground: (x) => crest(x) + 0.004 })
  }
  planes.push(slope(stage, pick, 0.95))
  if (stage.season !== 'winter' && !reading.without.has('flower') && pick.chance(0.8)) planes.push(flowers(stage, pick))
  return planes
}

/** Rows of a crop that run over a hill, as lines that bend with it. */
function furrows(stage: Stage, pick: Random, what: { crest: (x: number) => number; t: number; colour: Rgb }): Layer {
  const { frame } = stage
  const vanish = frame.width * pick.between(-0.2, 1.2)
  const contours: Contour[] = []
  const height = mix(0.05, 0.16, what.t)
  const step = mix(0.022, 0.05, what.t)
  for (let x = -0.6; x < frame.width + 0.6; x += step) {
    const from = x + (vanish - x) * 0.14
    const points: number[] = []
    const back: number[] = []
    for (let k = 0; k <= 6; k++) {
      const s = k / 6
      const px = mix(from, x + (x - vanish) * 0.3, s)
      const y = what.crest(mix(from, px, 0.6)) + 0.004 + height * s * s
      const half = mix(0.0008, 0.0035, s * what.t + 0.2 * s)
      points.push(px - half, y)
      back.push(y, px + half)
    }
    contours.push([...points, ...back.reverse()])
  }
  const ink = blend(what.colour, stage.palette.near, 0.45)
  return {
    kind: 'shape',
    contours,
    paint: {
      kind: 'linear',
      from: [0, what.crest(frame.width / 2) - 0.05],
      to: [0, what.crest(frame.width / 2) + height],
      stops: [
        { at: 0, colour: ink, alpha: 0.34 },
        { at: 0.7, colour: ink, alpha: 0.22 },
        { at: 1, colour: ink, alpha: 0 },
      ],
    },
  }
}

/** A drift of flowers before everything else. */
export function flowers(stage: Stage, pick: Random): Plane {
  const { frame, palette, reading } = stage
  const asked = reading.subjects.find((subject) => subject.kind === 'flower')
  const colours = asked?.colour
    ? [asked.colour, adjust(asked.colour, { light: 0.1 })]
    : [palette.accent, adjust(palette.accent, { turn: 0.08, light: 0.06 }), blend(palette.accent, palette.light, 0.6)]
  const layers: Layer[] = []
  const seed = pick.seed()
  const count = Math.round(frame.width * (asked === undefined ? 34 : 80))
  const green = blend(turf(stage, 1), palette.near, 0.35)
  for (let i = 0; i < count; i++) {
    const x = pick.next() * frame.width
    if (noise1(x * 2.3, seed) < -0.35) continue
    const near = i / count
    const at = {
      x,
      y: frame.height + mix(-0.02, 0.06, near),
      scale: mix(0.06, 0.13, near) * pick.between(0.7, 1.2),
      flip: pick.chance(0.5),
    }
    const ink = lit(stage, colours[pick.whole(0, colours.length - 1)] ?? palette.accent, 1)
    layers.push(
      ...dress(stage, flower(pick), {
        at,
        inks: { ...inksFor(stage, green, 1), accent: blend(ink, palette.glow, 0.12) },
      }),
    )
  }
  const dots = scatter(pick, {
    x: 0,
    y: frame.height - 0.16,
    width: frame.width,
    height: 0.14,
    count: Math.round(frame.width * 60),
    size: [0.0015, 0.005],
  })
  return {
    layers: [{ kind: 'dots', dots, colour: lit(stage, colours[0] ?? palette.accent, 1) }, ...layers],
    depth: 1,
    person: 0.1,
  }
}

/** Outlines of one kind of tree standing side by side. */
export function grove(
  figures: readonly { figure: Parameters<typeof silhouette>[0]; x: number; y: number; scale: number }[],
): Contour[] {
  return figures.flatMap(({ figure, x, y, scale }) => silhouette(figure, { x, y, scale }))
}
