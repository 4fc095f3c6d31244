import { blend, type Rgb } from '../draw/colour.ts'
import type { Paint } from '../draw/layer.ts'
import { clamp } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import type { Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { foliage, SNOW } from './palettes.ts'
import { daylight, landAt, type Stage } from './stage.ts'

/** A line across the picture: height at `x`. */
export type Crest = (x: number) => number

const STEP = 0.007

/** Everything below a crest, down past the frame. */
export function below(stage: Stage, crest: Crest, bottom = stage.frame.height + 0.1): Contour {
  const points: number[] = [-0.15, bottom]
  for (let x = -0.15; x <= stage.frame.width + 0.15; x += STEP) points.push(x, crest(x))
  points.push(stage.frame.width + 0.15, bottom)
  return points
}

export function highest(stage: Stage, crest: Crest): number {
  let top = Infinity
  for (let x = 0; x <= stage.frame.width; x += 0.02) top = Math.min(top, crest(x))
  return top
}

/** Colour from a crest down into the mist at its foot. */
export function misty(stage: Stage, colour: Rgb, range: { top: number; foot: number; mist: number }): Paint {
  const pale = blend(colour, stage.palette.haze, range.mist * stage.style.shading)
  return {
    kind: 'linear',
    from: [0, range.top],
    to: [0, range.foot],
    stops: [
      { at: 0, colour },
      { at: 0.25, colour: blend(colour, pale, 0.12) },
      { at: 1, colour: pale },
    ],
  }
}

/** Rolling ground with a gentle crest. */
export function rolling(pick: Random, what: { base: number; height: number; waves: number }): Crest {
  const seed = pick.seed()
  return (x) => what.base - what.height * (0.5 + 0.75 * fractal1(x * what.waves + 3, 2, seed))
}

/** The ground's own colour close by: grass, dry grass, snow. */
export function turf(stage: Stage, depth: number): Rgb {
  const { season, palette } = stage
  const dark = landAt(stage, depth)
  if (season === 'winter') return blend(dark, blend(SNOW, palette.haze, 0.3), clamp(daylight(stage) * 0.75 + 0.22))
  const own = blend(foliage[season][2], foliage[season][1], 1 - depth)
  return blend(dark, blend(own, palette.haze, (1 - depth) * 0.5), clamp(daylight(stage) * 0.72))
}
