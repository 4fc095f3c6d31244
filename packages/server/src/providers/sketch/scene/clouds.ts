import { blend } from '../draw/colour.ts'
import type { Layer, Paint } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { blob, type Contour, disc, type Point } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import type { Stage } from './stage.ts'

/** Clouds as the weather wants them: none, veils, streaks, heaps or a ceiling. */
export function clouds(stage: Stage): Layer[] {
  const { reading, random, time, place } = stage
  if (reading.without.has('clouds') || reading.without.has('cloudy')) return []
  if (place === 'space' || place === 'moon' || place === 'underwater') return []
  const pick = random.fork('clouds')
  const asked = reading.signs.includes('clouds')
  if (reading.weather === 'storm') return [...ceiling(stage, pick), ...streaks(stage, pick, 5)]
  if (reading.weather === 'clear' && !asked) return []
  if (['rain', 'cloudy', 'snow'].includes(reading.weather ?? ''))
    return [...ceiling(stage, pick), ...(time === 'day' && asked ? heaps(stage, pick) : [])]
  if (reading.weather === 'fog' || stage.style.name === 'ink') return asked ? veil(stage, pick) : []
  if (time === 'night') return asked || pick.chance(0.4) ? streaks(stage, pick, asked ? 9 : 4) : []
  if (time === 'day')
    return asked || pick.chance(0.75) ? [...veil(stage, pick), ...heaps(stage, pick)] : veil(stage, pick)
  if (asked && pick.chance(0.5)) return heaps(stage, pick)
  return [...(pick.chance(0.55) ? veil(stage, pick) : []), ...streaks(stage, pick, pick.whole(5, 10))]
}

/** Thin high cloud: noise drawn out sideways. */
function veil(stage: Stage, pick: Random): Layer[] {
  const { frame, horizon, palette } = stage
  return [
    {
      kind: 'field',
      box: { x: 0, y: 0, width: frame.width, height: horizon },
      colour: palette.cloudLit,
      alpha: 0.5,
      grain: [0.55, 0.09],
      window: [0.02, 0.62],
      profile: [0.2, 0.9, 1, 0.5, 0],
      seed: pick.seed(),
    },
  ]
}

/** A heavy sky: dark billows with light between them. */
function ceiling(stage: Stage, pick: Random): Layer[] {
  const { frame, horizon, palette, reading } = stage
  const wild = reading.weather === 'storm'
  const box = { x: 0, y: 0, width: frame.width, height: horizon * 1.02 }
  return [
    {
      kind: 'field',
      box,
      colour: palette.cloudLit,
      alpha: wild ? 0.5 : 0.6,
      grain: [0.5, 0.2],
      window: [-0.3, 0.5],
      profile: [0.5, 1, 0.9, 0.4, 0.1],
      seed: pick.seed(),
    },
    {
      kind: 'field',
      box,
      colour: palette.cloudShade,
      alpha: wild ? 0.95 : 0.6,
      grain: [0.62, 0.24],
      window: [-0.16, 0.34],
      profile: [1, 1, 0.85, 0.35, 0],
      seed: pick.seed(),
    },
    {
      kind: 'field',
      box,
      colour: palette.cloudLit,
      alpha: wild ? 0.3 : 0.35,
      grain: [0.3, 0.09],
      window: [0.12, 0.6],
      profile: [0.6, 1, 0.8, 0.3, 0],
      seed: pick.seed(),
    },
  ]
}

/** Flat evening clouds: long lenses, thinner and closer together towards the horizon. */
function streaks(stage: Stage, pick: Random, count: number): Layer[] {
  const { frame, horizon, palette, light } = stage
  const layers: Layer[] = []
  const total = Math.round(count * Math.max(1, frame.width * 0.8))
  for (let i = 0; i < total; i++) {
    const t = 1 - pick.next() * pick.next()
    const y = horizon * mix(0.1, 0.93, t)
    const length = pick.between(0.25, 0.85) * mix(1, 0.75, t)
    const thick = pick.between(0.012, 0.04) * mix(1.25, 0.35, t)
    const x = pick.between(-0.1, frame.width + 0.1)
    const near = 1 - Math.min(1, Math.abs(x - light.x) / Math.max(0.6, frame.width * 0.6))
    const lit = blend(palette.cloudLit, palette.glow, near * 0.5)
    const shape = [lens(pick, { x, y, length, thick })]
    if (pick.chance(0.7)) {
      shape.push(
        lens(pick, { x: x + pick.bell() * length * 0.5, y: y + thick * 0.7, length: length * 0.6, thick: thick * 0.6 }),
      )
    }
    // Low suns light clouds from below, the moon from above.
    const fromBelow = light.kind === 'sun' && light.y > y
    const paint: Paint = {
      kind: 'linear',
      from: [0, y + (fromBelow ? thick : -thick)],
      to: [0, y + (fromBelow ? -thick : thick)],
      stops: [
        { at: 0, colour: lit },
        { at: 1, colour: palette.cloudShade },
      ],
    }
    layers.push({
      kind: 'shape',
      contours: shape,
      paint,
      alpha: pick.between(0.35, 0.8),
    })
  }
  return layers
}

function lens(pick: Random, at: { x: number; y: number; length: number; thick: number }): Contour {
  const seed = pick.seed()
  const count = 26
  const points: Point[] = []
  for (let side = -1; side <= 1; side += 2) {
    for (let i = 0; i < count; i++) {
      const t = side < 0 ? i / count : 1 - i / count
      const taper = 4 * t * (1 - t)
      const bump = 0.75 + 0.6 * fractal1(t * 5 + side * 9, 3, seed)
      const height = side < 0 ? taper * bump : taper * 0.28 * bump
      points.push([at.x + (t - 0.5) * at.length, at.y + side * height * at.thick])
    }
  }
  return blob(points, 2)
}

/** Fair-weather heaps: billows over a flat foot, the side to the light bright. */
function heaps(stage: Stage, pick: Random): Layer[] {
  const { frame, horizon } = stage
  const layers: Layer[] = []
  const count = Math.max(2, Math.round(frame.width * pick.between(1.6, 3)))
  for (let i = 0; i < count; i++) {
    const t = i / count
    const size = mix(0.12, 0.3, t) * pick.between(0.7, 1.25)
    const x = frame.width * ((i * 0.618 + pick.next() * 0.35) % 1)
    layers.push(...heap(stage, pick, { x, y: horizon * mix(0.82, 0.3, t) * pick.between(0.85, 1.1), size }))
  }
  return layers
}

function heap(stage: Stage, pick: Random, at: { x: number; y: number; size: number }): Layer[] {
  const { palette, light } = stage
  const { x, y, size } = at
  const puffs: { x: number; y: number; r: number }[] = []
  const count = pick.whole(7, 11)
  for (let i = 0; i < count; i++) {
    const t = (i + 0.5) / count
    const arch = Math.sqrt(4 * t * (1 - t))
    const r = size * (0.1 + 0.2 * arch) * pick.between(0.75, 1.25)
    puffs.push({ x: x + (t - 0.5) * size * 1.9, y: y - arch * size * pick.between(0.08, 0.34), r })
  }
  const dx = light.x < x ? -1 : 1
  const foot = y + size * 0.06
  const body = puffs.map((puff) => cut(disc(puff.x, puff.y, puff.r), foot))
  const crown = puffs.map((puff) =>
    cut(disc(puff.x + dx * puff.r * 0.16, puff.y - puff.r * 0.14, puff.r * 0.8), foot - size * 0.03),
  )
  const fade = (from: number, colour: typeof palette.cloudLit): Paint => ({
    kind: 'linear',
    from: [0, y - size * 0.45],
    to: [0, foot],
    stops: [
      { at: 0, colour, alpha: 1 },
      { at: from, colour, alpha: 1 },
      { at: 1, colour, alpha: 0.1 },
    ],
  })
  return [
    {
      kind: 'shape',
      contours: body,
      paint: fade(0.5, blend(palette.cloudShade, palette.cloudLit, 0.35)),
      alpha: 0.95,
      sheet: stage.style.shadow !== null,
    },
    { kind: 'shape', contours: crown, paint: fade(0.3, palette.cloudLit), alpha: 0.95 },
  ]
}

/** Nothing of the outline below `foot`. */
function cut(contour: Contour, foot: number): Contour {
  return contour.map((value, i) => (i % 2 === 1 && value > foot ? foot : value))
}
