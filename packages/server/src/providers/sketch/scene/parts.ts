import { blend, type Rgb } from '../draw/colour.ts'
import type { DotsLayer, Layer, Paint } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { type Contour, ellipse } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { spruceOutline } from '../figures/conifers.ts'
import { below, type Crest, highest, misty } from './land.ts'
import { landAt, type Stage } from './stage.ts'

/** A bank of mist that lies between two planes. */
export function mistBank(stage: Stage, pick: Random, what: { y: number; height: number; alpha: number }): Layer {
  const heavy = stage.reading.weather === 'fog' || stage.reading.mood === 'dreamy' ? 1.35 : 1
  return {
    kind: 'field',
    box: { x: 0, y: what.y - what.height / 2, width: stage.frame.width, height: what.height },
    colour: blend(stage.palette.haze, stage.palette.glow, 0.22),
    alpha: Math.min(0.96, what.alpha * heavy * stage.style.shading),
    grain: [0.62, 0.13],
    window: [-0.42, 0.42],
    profile: [0, 0.45, 1, 0.6, 0],
    seed: pick.seed(),
  }
}

/** Pines along a crest, closer and farther apart by chance; one shape with the hill they stand on. */
export function treeline(stage: Stage, pick: Random, what: { crest: Crest; size: number; cover: number }): Contour[] {
  const result: Contour[] = []
  const seed = pick.seed()
  let x = -0.05
  while (x < stage.frame.width + 0.05) {
    const wood = 0.5 + 0.5 * fractal1(x * 2.6, 3, seed) * 1.6
    if (wood < what.cover) {
      const height = what.size * pick.between(0.55, 1.2) * (0.7 + 0.5 * (1 - wood))
      result.push(spruceOutline(pick, { x, y: what.crest(x) + height * 0.06, height }))
      x += height * pick.between(0.12, 0.32)
    } else {
      x += what.size * 0.4
    }
  }
  return result
}

/** A rounded wood along a crest: crowns like loaves. */
export function hedge(stage: Stage, pick: Random, what: { crest: Crest; size: number; cover: number }): Contour[] {
  const result: Contour[] = []
  const seed = pick.seed()
  let x = -0.05
  while (x < stage.frame.width + 0.05) {
    const wood = 0.5 + 0.8 * fractal1(x * 2.2, 3, seed)
    const r = what.size * pick.between(0.3, 0.7)
    if (wood < what.cover) result.push(ellipse(x, what.crest(x) - r * 0.35, [r, r * pick.between(0.8, 1.3)]))
    x += wood < what.cover ? r * 0.8 : what.size
  }
  return result
}

/** A hill with what grows along its crest, paling into mist at its foot. */
export function hill(
  stage: Stage,
  what: { crest: Crest; depth: number; foot: number; mist: number; growth?: readonly Contour[]; colour?: Rgb },
): Layer {
  const colour = what.colour ?? landAt(stage, what.depth)
  const top = highest(stage, what.crest)
  return {
    kind: 'shape',
    contours: [below(stage, what.crest), ...(what.growth ?? [])],
    paint: misty(stage, colour, { top, foot: Math.max(top + 0.02, what.foot), mist: what.mist }),
    sheet: true,
  }
}

/** Dashes of light on water, thick under the sun or moon and scattered aside from it. */
export function glitter(stage: Stage, pick: Random, what: { top: number; bottom: number; amount: number }): Layer[] {
  const { light, palette, frame } = stage
  const path: Contour[] = []
  const stray: Contour[] = []
  const span = what.bottom - what.top
  const rows = Math.round(70 * what.amount)
  for (let i = 0; i < rows; i++) {
    const s = (i + pick.next()) / rows
    const t = s * s
    const y = what.top + span * (0.006 + t)
    const thick = mix(0.0009, 0.0046, t)
    const spread = mix(light.radius * 0.7, light.radius * 2.6, t)
    for (let k = 0; k < 2; k++) {
      path.push(ellipse(light.x + pick.bell() * spread, y, [mix(0.012, 0.07, t) * pick.between(0.4, 1.2), thick]))
    }
    stray.push(
      ellipse(pick.next() * frame.width, y + pick.bell() * 0.004, [
        mix(0.01, 0.11, t) * pick.between(0.3, 1.2),
        thick * 0.8,
      ]),
    )
  }
  const glow = blend(palette.light, palette.glow, 0.25)
  const along: Paint = {
    kind: 'linear',
    from: [0, what.top],
    to: [0, what.bottom],
    stops: [
      { at: 0, colour: glow, alpha: 0.95 },
      { at: 0.5, colour: glow, alpha: 0.6 },
      { at: 1, colour: glow, alpha: 0.12 },
    ],
  }
  const bright = stage.reading.weather === 'storm' || stage.reading.weather === 'fog' ? 0.35 : 1
  return [
    {
      kind: 'shape',
      contours: stray,
      paint: { kind: 'flat', colour: blend(palette.haze, palette.light, 0.3) },
      alpha: 0.2,
    },
    { kind: 'shape', contours: path, paint: along, alpha: bright * (light.seen || light.kind === 'sun' ? 0.9 : 0.4) },
  ]
}

/** Specks that fill a box: snow, petals, sparks. */
export function scatter(
  pick: Random,
  what: { x: number; y: number; width: number; height: number; count: number; size: readonly [number, number] },
): DotsLayer['dots'] {
  const dots: DotsLayer['dots'][number][] = []
  for (let i = 0; i < what.count; i++) {
    const t = pick.next()
    dots.push({
      x: what.x + pick.next() * what.width,
      y: what.y + pick.next() * what.height,
      r: mix(what.size[0], what.size[1], t * t),
      alpha: pick.between(0.35, 0.95),
    })
  }
  return dots
}

/** Blades of grass along a crest. */
export function grass(stage: Stage, pick: Random, what: { crest: Crest; height: number; density: number }): Contour[] {
  const result: Contour[] = []
  for (let x = -0.02; x < stage.frame.width + 0.02; x += pick.between(0.3, 1.3) / what.density) {
    const h = what.height * pick.between(0.35, 1.1)
    const lean = pick.bell() * h * 0.6
    const y = what.crest(x) + 0.006
    result.push([
      x - h * 0.04,
      y,
      x + lean * 0.35,
      y - h * 0.6,
      x + lean,
      y - h,
      x + lean * 0.4 + h * 0.03,
      y - h * 0.55,
      x + h * 0.05,
      y,
    ])
  }
  return result
}
