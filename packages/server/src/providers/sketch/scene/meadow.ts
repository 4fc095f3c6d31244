import { dress, inksFor } from '../figures/figure.ts'
import { adjust, blend, type Rgb } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { noise1 } from '../draw/noise.ts'
import type { Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { flower } from '../figures/plants.ts'
import { rolling, turf } from './land.ts'
import { foliage } from './palettes.ts'
import { hedge, hill, mistBank, scatter } from './parts.ts'
import { massif } from './peaks.ts'
import { lit, type Plane, type Stage } from './stage.ts'
import { slope, tree } from './wild.ts'

/** Fields that roll to the horizon, hedges and lone trees, flowers close by. */
export async function meadow(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, reading } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  if (pick.chance(0.5)) {
    const far = await massif(stage, pick, {
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
    await stage.breathe()
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
      const size = mix(0.09, 0.27, t)
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
