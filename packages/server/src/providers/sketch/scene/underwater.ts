import { adjust, blend } from '../draw/colour.ts'
import type { DotsLayer, Layer } from '../draw/layer.ts'
import { cos, mix, sin, TAU } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { type Contour, disc, limb, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { below, type Crest } from './land.ts'
import type { Plane, Stage } from './stage.ts'

/** Light from above fading into the deep; rocks, weed and coral below. */
export async function underwater(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { frame, palette } = stage
  const planes: Plane[] = []
  planes.push({ layers: shafts(stage, pick), depth: 0.2, person: 0.05 })
  for (let i = 0; i < 4; i++) {
    await stage.breathe()
    const t = i / 3
    const seed = pick.seed()
    const base = frame.height * mix(0.74, 0.95, t)
    const crest: Crest = (x) =>
      base -
      mix(0.12, 0.08, t) * (0.6 + 1.2 * fractal1(x * mix(2.2, 1.6, t), 4, seed)) -
      0.1 * Math.abs(x / frame.width - 0.5)
    const colour = blend(blend(palette.haze, palette.deep, 0.45), palette.near, mix(0.15, 0.9, t))
    const layers: Layer[] = [
      {
        kind: 'shape',
        contours: [below(stage, crest), ...weeds(stage, pick, { crest, t })],
        paint: {
          kind: 'linear',
          from: [0, base - 0.3],
          to: [0, frame.height],
          stops: [
            { at: 0, colour: blend(colour, palette.haze, 0.12) },
            { at: 1, colour },
          ],
        },
        sheet: true,
      },
    ]
    if (i >= 2) layers.push(...corals(stage, pick, { crest, t }))
    planes.push({ layers, depth: mix(0.3, 1, t), person: mix(0.04, 0.1, t) })
  }
  const bubbles: DotsLayer['dots'][number][] = []
  for (let i = 0; i < Math.round(frame.width * 46); i++)
    bubbles.push({
      x: pick.next() * frame.width,
      y: pick.next() * frame.height,
      r: pick.between(0.001, 0.0055),
      alpha: pick.between(0.12, 0.5),
    })
  planes.push({ layers: [{ kind: 'dots', dots: bubbles, colour: palette.light }], depth: 1, person: 0.05 })
  return planes
}

function shafts(stage: Stage, pick: Random): Layer[] {
  const { frame, palette, light } = stage
  const contours: Contour[] = []
  for (let i = 0; i < 9; i++) {
    const lean = pick.bell() * 0.55
    const wide = pick.between(0.01, 0.05)
    const x = light.x + lean * 0.25
    contours.push(
      polygon([
        [x, -0.05],
        [x + wide, -0.05],
        [x + lean * frame.height * 0.9 + wide * 4, frame.height * 0.85],
        [x + lean * frame.height * 0.9, frame.height * 0.85],
      ]),
    )
  }
  const colour = blend(palette.light, palette.glow, 0.5)
  return contours.map((contour): Layer => ({
    kind: 'shape',
    contours: [contour],
    paint: {
      kind: 'linear',
      from: [0, 0],
      to: [0, frame.height * 0.85],
      stops: [
        { at: 0, colour, alpha: 0.3 },
        { at: 0.5, colour, alpha: 0.12 },
        { at: 1, colour, alpha: 0 },
      ],
    },
    blend: 'screen',
  }))
}

function weeds(stage: Stage, pick: Random, what: { crest: Crest; t: number }): Contour[] {
  const result: Contour[] = []
  const count = Math.round(stage.frame.width * mix(18, 12, what.t))
  const cluster = pick.next() * stage.frame.width
  for (let i = 0; i < count; i++) {
    const x = cluster + pick.bell() * stage.frame.width * 0.8
    const tall = mix(0.1, 0.34, what.t) * pick.between(0.4, 1.15)
    const y = what.crest(x) + 0.01
    const sway = pick.between(0.015, 0.045) * (pick.chance(0.5) ? 1 : -1)
    result.push(
      limb(
        [
          [x, y, 0.004],
          [x + sway, y - tall * 0.25, 0.009],
          [x - sway, y - tall * 0.5, 0.01],
          [x + sway, y - tall * 0.75, 0.008],
          [x, y - tall, 0.001],
        ],
        6,
      ),
    )
  }
  return result
}

function corals(stage: Stage, pick: Random, what: { crest: Crest; t: number }): Layer[] {
  const { palette } = stage
  const layers: Layer[] = []
  const inks = [
    palette.accent,
    adjust(palette.accent, { turn: 0.1 }),
    adjust(palette.accent, { turn: -0.12 }),
    palette.glow,
  ]
  for (let i = 0; i < Math.round(stage.frame.width * 7); i++) {
    const x = pick.next() * stage.frame.width
    const y = what.crest(x) + 0.015
    const contours: Contour[] = []
    const size = mix(0.05, 0.11, what.t) * pick.between(0.6, 1.2)
    const fans = pick.chance(0.5)
    for (let k = 0; k < 8; k++) {
      const a = -TAU / 4 + pick.bell() * 1
      const end = size * pick.between(0.6, 1)
      if (fans)
        contours.push(
          limb([
            [x, y, size * 0.05],
            [x + cos(a) * end * 0.5, y + sin(a) * end * 0.5, size * 0.045],
            [x + cos(a * 1.04) * end, y + sin(a * 1.04) * end, size * 0.05],
          ]),
        )
      else
        contours.push(disc(x + pick.bell() * size * 0.5, y - size * 0.2 * pick.next(), size * pick.between(0.12, 0.3)))
    }
    layers.push({
      kind: 'shape',
      contours,
      paint: {
        kind: 'flat',
        colour: blend(
          blend(palette.deep, palette.near, 0.3),
          inks[pick.whole(0, 3)] ?? palette.accent,
          mix(0.3, 0.62, what.t),
        ),
      },
    })
  }
  return layers
}
