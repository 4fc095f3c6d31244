import { blend } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { clamp, mix, TAU } from '../draw/maths.ts'
import { type Contour, ellipse } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { dress, type Figure, type Inks } from '../figures/figure.ts'
import { type Entrance, type Entry, inksOf, spread } from './entry.ts'
import { roleOf } from './roles.ts'
import type { Plane, Stage } from './stage.ts'
import { standing } from './standing.ts'

export function afloat(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { subject, pick } = entry
  const { frame } = stage
  const waters = planes.flatMap((plane, i) => (plane.water === undefined ? [] : [i]))
  const at = waters[Math.floor((waters.length - 1) / 2)] ?? -1
  const strip = planes[at]?.water
  if (strip === undefined) return standing(stage, planes, entry)
  const role = roleOf(subject.kind)
  const side = Math.min(frame.width, frame.height, 1)
  const size = (role.size * side) / (1 + 0.09 * (subject.count - 1))
  const layers: Layer[] = []
  const spots = spread(pick, {
    count: subject.count,
    x: entry.x,
    gap: Math.max(size * role.girth * 2.2, 0.12),
    width: frame.width,
  })
  const placed = spots.map((spot, i) => {
    const t = subject.count === 1 ? (role.size > 0.15 ? 0.35 : 0.5) : clamp((i * 0.618) % 1)
    return {
      ...spot,
      y: mix(strip.top, strip.bottom, t),
      scale: size * spot.k * mix(subject.count === 1 ? 1 : 0.6, 1.15, t),
    }
  })
  for (const spot of placed.sort((a, b) => a.y - b.y)) {
    const inks = inksOf(stage, subject, 0.92)
    const flip = pick.chance(0.5)
    if (subject.kind === 'whale')
      layers.push(...breach(stage, pick, { ...spot, inks, figure: role.draw(pick, false), flip }))
    else
      layers.push(
        ...floating(stage, {
          ...spot,
          inks,
          figure: role.draw(pick, false),
          flip,
          girth: role.girth,
          rock: stage.reading.weather === 'storm' ? pick.bell() * 0.3 : 0,
        }),
      )
  }
  return [{ after: at, layers }]
}

interface Float {
  readonly x: number
  readonly y: number
  readonly scale: number
  readonly inks: Inks
  readonly figure: Figure
  readonly flip: boolean
}

function floating(stage: Stage, what: Float & { girth: number; rock: number }): Layer[] {
  const { x, y, scale, flip } = what
  const mirror = dress(stage, what.figure, {
    at: { x, y: y + scale * 0.02, scale: scale * 0.9, flip: !flip, turn: TAU / 2 + what.rock },
    inks: what.inks,
  })
  const wake = [
    ellipse(x, y + scale * 0.03, [scale * what.girth * 0.95, scale * 0.012 + 0.001]),
    ellipse(x + scale * 0.2, y + scale * 0.085, [scale * what.girth * 0.55, scale * 0.008 + 0.0008]),
  ]
  return [
    ...mirror.map((layer) =>
      layer.kind === 'shape' ? { ...layer, alpha: 0.3 * (layer.alpha ?? 1), sheet: false } : layer,
    ),
    ...dress(stage, what.figure, { at: { x, y, scale, flip, turn: what.rock }, inks: what.inks }),
    {
      kind: 'shape',
      contours: wake,
      paint: { kind: 'flat', colour: blend(stage.palette.haze, stage.palette.light, 0.5) },
      alpha: 0.6,
    },
  ]
}

/** A whale half out of the water, with spray where it breaks the surface. */
function breach(stage: Stage, pick: Random, what: Float): Layer[] {
  const { x, y, scale, flip } = what
  const turn = flip ? 0.72 : -0.72
  const layers = dress(stage, what.figure, {
    at: { x, y: y + scale * 0.16, scale: scale * 1.2, flip, turn },
    inks: what.inks,
    rim: scale * 0.014,
  })
  const cut = layers.map((layer) =>
    layer.kind === 'shape' ? { ...layer, contours: layer.contours.map((contour) => sunk(contour, y)) } : layer,
  )
  const foam: Contour[] = []
  const drops: { x: number; y: number; r: number; alpha: number }[] = []
  for (let i = 0; i < 46; i++) {
    const off = pick.bell() * scale * 0.75
    foam.push(
      ellipse(x + off, y + Math.abs(pick.bell()) * scale * 0.05, [
        scale * pick.between(0.03, 0.12),
        scale * pick.between(0.008, 0.024),
      ]),
    )
    drops.push({
      x: x + pick.bell() * scale * 0.9,
      y: y - Math.abs(pick.bell()) * scale * 0.5,
      r: scale * pick.between(0.004, 0.018),
      alpha: pick.between(0.4, 0.9),
    })
  }
  const white = blend(stage.palette.haze, stage.palette.light, 0.75)
  return [
    ...cut,
    { kind: 'shape', contours: foam, paint: { kind: 'flat', colour: white }, alpha: 0.85 },
    { kind: 'dots', dots: drops, colour: white },
  ]
}

function sunk(contour: Contour, waterline: number): Contour {
  return contour.map((value, i) => (i % 2 === 1 && value > waterline ? waterline : value))
}
