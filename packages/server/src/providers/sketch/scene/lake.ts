import { silhouette } from '../figures/figure.ts'
import { blend } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { fractal1 } from '../draw/noise.ts'
import type { Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { reed } from '../figures/plants.ts'
import { below, type Crest, rolling, turf } from './land.ts'
import { grass, hill, mistBank, treeline } from './parts.ts'
import { massif } from './peaks.ts'
import { surface } from './sea.ts'
import type { Plane, Stage } from './stage.ts'

export async function lake(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, reading } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  const snow = stage.season === 'winter' || pick.chance(0.55)
  const tall = Math.min(horizon * 0.55, 0.42) * pick.between(0.75, 1.1)
  const back = await massif(stage, pick, {
    base: horizon + 0.02,
    height: tall,
    depth: 0.22,
    peaks: 1.5,
    snow,
    mist: 0.7,
  })
  planes.push({ layers: back, depth: 0.2, person: 0.01 })
  const shore = rolling(pick, { base: horizon - 0.012, height: 0.05, waves: 1.3 })
  const wood = treeline(stage, pick, { crest: shore, size: 0.05, cover: 0.8 })
  planes.push({
    layers: [
      mistBank(stage, pick, { y: horizon - 0.05, height: 0.18, alpha: 0.6 }),
      hill(stage, { crest: shore, depth: 0.5, foot: horizon + 0.06, mist: 0.45, growth: wood }),
    ],
    depth: 0.5,
    person: 0.02,
    ground: (x) => Math.min(shore(x) + 0.004, horizon),
  })
  const still = reading.weather === 'storm' || reading.weather === 'wind' ? 0.8 : 0.26
  planes.push({
    layers: [
      ...surface(stage, pick, { top: horizon + 0.006, bottom: frame.height, ripple: still, mirror: [0.92, 0.5] }),
      mistBank(stage, pick, { y: horizon + 0.02, height: 0.1, alpha: 0.45 }),
    ],
    depth: 0.6,
    person: 0.045,
    water: { top: horizon + ground * 0.14, bottom: horizon + ground * 0.72 },
  })
  planes.push(bank(stage, pick))
  return planes
}

/** A near shore that rises to one side, with reeds before the water. */
export function bank(stage: Stage, pick: Random): Plane {
  const { horizon, frame } = stage
  const ground = frame.height - horizon
  const lean = pick.chance(0.5) ? 1 : -1
  const seed = pick.seed()
  const base = horizon + ground * 0.9
  const crest: Crest = (x) => base - (x / frame.width - 0.5) * lean * ground * 0.26 + 0.022 * fractal1(x * 2.4, 2, seed)
  const colour = turf(stage, 1)
  const growth = grass(stage, pick, { crest, height: 0.045, density: 120 })
  const reeds: Contour[] = []
  const dark = blend(colour, stage.palette.near, 0.55)
  const count = Math.round(frame.width * 14)
  for (let i = 0; i < count; i++) {
    const x = frame.width * (lean > 0 ? pick.next() * 0.55 : 0.45 + pick.next() * 0.55)
    reeds.push(...silhouette(reed(pick), { x, y: crest(x) + 0.03, scale: pick.between(0.07, 0.17) }))
  }
  const layers: Layer[] = [
    {
      kind: 'shape',
      contours: [below(stage, crest), ...growth],
      paint: {
        kind: 'linear',
        from: [0, base - ground * 0.13],
        to: [0, frame.height],
        stops: [
          { at: 0, colour: blend(colour, stage.palette.glow, 0.06) },
          { at: 1, colour: blend(colour, stage.palette.near, 0.75) },
        ],
      },
      sheet: true,
    },
    { kind: 'shape', contours: reeds, paint: { kind: 'flat', colour: dark } },
  ]
  return { layers, depth: 1, person: 0.13, ground: (x) => crest(x) + 0.012 }
}
