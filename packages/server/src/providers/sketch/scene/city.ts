import { surface } from './sea.ts'
import { adjust, blend, hex, type Rgb } from '../draw/colour.ts'
import type { Layer, Paint } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { box, type Contour, place } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { block } from '../figures/block.ts'
import { mistBank } from './parts.ts'
import { landAt, type Plane, type Stage } from './stage.ts'

/** Rows of buildings behind each other, windows lit, over water or a wet street that mirrors them. */
export async function city(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, palette, reading } = stage
  const neon = reading.tone === 'neon'
  const dark = stage.time === 'night' || stage.time === 'dusk' || stage.time === 'sunset' || neon
  const planes: Plane[] = []
  const rows = 4
  for (let i = 0; i < rows; i++) {
    await stage.breathe()
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

interface RowOfHouses {
  /** In two sets that differ a little in colour, so that neighbours do not melt together. */
  readonly bodies: readonly [Contour[], Contour[]]
  readonly windows: Contour[]
  readonly beacons: Layer[]
  readonly signs: { readonly contour: Contour; readonly x: number; readonly y: number }[]
}

interface RowPlan {
  /** 0 farthest … 1 nearest. */
  readonly t: number
  readonly dark: boolean
  readonly neon: boolean
  readonly tallest: number
}

function build(stage: Stage, pick: Random, plan: RowPlan): RowOfHouses {
  const { horizon, frame } = stage
  const { t, dark, neon } = plan
  const seed = pick.seed()
  const middle = frame.width * (pick.chance(0.5) ? 0.38 : 0.62)
  const row: RowOfHouses = { bodies: [[], []], windows: [], beacons: [], signs: [] }
  let x = -0.05
  while (x < frame.width + 0.05) {
    const width = mix(0.035, 0.085, t) * pick.between(0.6, 1.4)
    const rise = 1 - Math.min(1, Math.abs(x - middle) / Math.max(0.5, frame.width * 0.6))
    const lot = pick.next()
    const share = 0.16 + 0.5 * rise * (0.55 + fractal1(x * 3, 2, seed)) + 0.42 * lot * lot
    const height = plan.tallest * share * mix(1.08, 0.6, t)
    const at = { x: x + width / 2, y: horizon + 0.01, scale: 1 }
    const made = block(pick, { width, height, lit: dark ? pick.between(0.12, 0.5) : 0.14 })
    row.bodies[pick.chance(0.5) ? 0 : 1].push(...place(made.body, at))
    if (t > 0.2) row.windows.push(...place(made.windows, at))
    if (made.beacon !== null && dark) {
      const y = at.y + made.beacon[1]
      row.beacons.push({ kind: 'glow', x: at.x, y, radius: 0.018, colour: hex('#ff4a3a'), strength: 0.8 })
    }
    if (neon && t > 0.3 && height > 0.14 && pick.chance(0.75)) {
      const tall = pick.between(0.04, 0.12)
      const y = at.y - height * pick.between(0.4, 0.8)
      row.signs.push({ contour: box(at.x + pick.bell() * width * 0.3, y, [0.012, tall]), x: at.x, y: y + tall / 2 })
    }
    x += width * pick.between(0.86, t < 0.5 ? 1.02 : 1.25)
  }
  return row
}

function cityRow(stage: Stage, pick: Random, what: { t: number; dark: boolean; neon: boolean }): Layer[] {
  const { horizon, palette } = stage
  const { t, dark, neon } = what
  const tallest = Math.min(horizon * 0.86, 0.72)
  const row = build(stage, pick, { ...what, tallest })
  const colour = landAt(stage, mix(0.22, 0.93, t))
  const lamp = neon || dark ? palette.accent : adjust(colour, { light: -0.08 })
  const body = (contours: readonly Contour[], own: Rgb): Layer => {
    const foot = blend(own, palette.haze, dark ? 0.34 : 0.5)
    const stops = [
      { at: 0, colour: adjust(own, { light: -0.015 }) },
      { at: 0.5, colour: own },
      { at: 1, colour: foot },
    ]
    const paint: Paint = { kind: 'linear', from: [0, horizon - tallest], to: [0, horizon], stops }
    return { kind: 'shape', contours, paint, sheet: true }
  }
  const lit = (third: number, ink: Rgb, alpha: number): Layer => {
    const contours = row.windows.filter((_, i) => i % 3 === third)
    return { kind: 'shape', contours, paint: { kind: 'flat', colour: ink }, alpha }
  }
  return [
    body(row.bodies[0], colour),
    body(row.bodies[1], adjust(colour, { light: 0.028 })),
    lit(0, blend(colour, lamp, mix(0.55, 0.95, t)), 1),
    lit(1, blend(colour, blend(lamp, palette.light, 0.45), mix(0.4, 0.85, t)), 0.85),
    lit(2, blend(colour, dark ? blend(lamp, palette.haze, 0.5) : lamp, 0.6), 0.7),
    ...neonSigns(stage, row),
    ...row.beacons,
    mistBank(stage, pick, { y: horizon - 0.05, height: 0.22, alpha: dark ? 0.3 : 0.5 }),
  ]
}

function neonSigns(stage: Stage, row: RowOfHouses): Layer[] {
  const inks = [stage.palette.accent, hex('#ff3fae'), hex('#ffe14a'), hex('#7a5cff')]
  return row.signs.flatMap((sign, i): Layer[] => {
    const ink = inks[i % inks.length] ?? stage.palette.accent
    return [
      { kind: 'glow', x: sign.x, y: sign.y, radius: 0.1, colour: ink, strength: 0.42 },
      { kind: 'shape', contours: [sign.contour], paint: { kind: 'flat', colour: blend(ink, [1, 1, 1], 0.35) } },
    ]
  })
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
