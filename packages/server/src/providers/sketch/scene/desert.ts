import { adjust, blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix, sin, TAU } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import type { Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { below, type Crest, highest, misty, rolling } from './land.ts'
import { massif } from './peaks.ts'
import { lit, type Plane, type Stage } from './stage.ts'

interface Dune {
  readonly x: number
  readonly height: number
  readonly width: number
}

/** Dunes: a bright flank and a dark one meet in a crest that swings down to the viewer. */
export async function desert(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, palette, light } = stage
  const ground = frame.height - horizon
  const sand = stage.time === 'day' ? hex('#e9b872') : hex('#d9935c')
  const planes: Plane[] = []
  if (pick.chance(0.6))
    planes.push({
      layers: await massif(stage, pick, {
        base: horizon + 0.02,
        height: 0.1,
        depth: 0.2,
        peaks: 1,
        snow: false,
        mist: 0.8,
      }),
      depth: 0.2,
      person: 0.012,
    })
  for (let i = 0; i < 5; i++) {
    await stage.breathe()
    const t = i / 4
    const depth = mix(0.36, 1, t)
    const base = horizon + ground * mix(0.05, 0.8, t)
    const dunes = dunesOf(stage, pick, { t, order: i })
    const swell = rolling(pick, { base, height: 0.02, waves: 1.4 })
    const crest: Crest = (x) => swell(x) - dunes.reduce((tall, dune) => Math.max(tall, duneAt(dune, x)), 0)
    const colour = lit(stage, sand, depth)
    const shade = blend(adjust(colour, { light: -0.13, turn: -0.03 }), palette.near, 0.34)
    const top = highest(stage, crest)
    const foot = base + ground * mix(0.3, 0.5, t)
    const side = light.x < frame.width / 2 ? 1 : -1
    const layers: Layer[] = [
      {
        kind: 'shape',
        contours: [below(stage, crest)],
        paint: misty(stage, blend(colour, palette.glow, 0.16), { top, foot, mist: mix(0.42, 0.1, t) }),
        sheet: true,
      },
    ]
    for (const dune of dunes) layers.push(lee(crest, dune, { side, shade, drop: mix(0.1, 0.36, t), seed: pick.seed() }))
    if (i > 1) layers.push(ripples(stage, pick, { crest, colour: shade, t }))
    planes.push({ layers, depth, person: mix(0.02, 0.13, t), ground: (x) => crest(x) + 0.012 })
  }
  return planes
}

function dunesOf(stage: Stage, pick: Random, what: { t: number; order: number }): Dune[] {
  const { width } = stage.frame
  const count = Math.max(1, Math.round(width * mix(2.4, 0.9, what.t)))
  const dunes: Dune[] = []
  for (let i = 0; i < count; i++) {
    const x = width * ((i + 0.5) / count) + pick.bell() * 0.22 + (what.order % 2 === 0 ? 0.12 : -0.12)
    dunes.push({
      x,
      height: mix(0.05, 0.14, what.t) * pick.between(0.6, 1.2),
      width: mix(0.16, 0.42, what.t) * pick.between(0.8, 1.25),
    })
  }
  return dunes
}

/** A dune's height over the ground: a long back, a top that comes to an edge. */
function duneAt(dune: Dune, x: number): number {
  const d = Math.abs(x - dune.x) / dune.width
  if (d >= 2) return 0
  const s = 1 - d / 2
  return dune.height * s * s * (0.7 + 0.3 * s)
}

/** The flank in shade: along the crest away from the light, back along the line where the flanks meet. */
function lee(
  crest: Crest,
  dune: Dune,
  what: { side: number; shade: readonly [number, number, number]; drop: number; seed: number },
): Layer {
  const { side, drop } = what
  const top = crest(dune.x)
  const points: number[] = []
  for (let i = 0; i <= 40; i++) {
    const x = dune.x + side * dune.width * 2 * (i / 40)
    points.push(x, crest(x))
  }
  const swing = dune.width * 0.34
  for (let i = 24; i >= 0; i--) {
    const s = i / 24
    const x =
      dune.x +
      side * (swing * sin(s * TAU * 0.62) * (0.35 + s) - dune.width * 0.5 * s * s) +
      fractal1(s * 3, 2, what.seed) * 0.02 * s
    points.push(x, top + drop * s)
  }
  return {
    kind: 'shape',
    contours: [points],
    paint: {
      kind: 'linear',
      from: [0, top],
      to: [0, top + drop],
      stops: [
        { at: 0, colour: what.shade, alpha: 0.9 },
        { at: 0.45, colour: what.shade, alpha: 0.62 },
        { at: 1, colour: what.shade, alpha: 0 },
      ],
    },
    stipple: 0.15,
  }
}

/** Wind lines in the sand. */
function ripples(
  stage: Stage,
  pick: Random,
  what: { crest: Crest; colour: readonly [number, number, number]; t: number },
): Layer {
  const contours: Contour[] = []
  for (let i = 0; i < 26; i++) {
    const x = pick.between(-0.1, stage.frame.width)
    const y = what.crest(x) + pick.between(0.03, 0.22) * what.t
    const long = pick.between(0.05, 0.16)
    const points: number[] = []
    const back: number[] = []
    for (let k = 0; k <= 8; k++) {
      const s = k / 8
      const wave = 0.004 * sin(s * 9 + i)
      points.push(x + s * long, y + wave)
      back.push(y + wave + 0.0028 * 4 * s * (1 - s), x + s * long)
    }
    contours.push([...points, ...back.reverse()])
  }
  return { kind: 'shape', contours, paint: { kind: 'flat', colour: what.colour }, alpha: 0.3 }
}
