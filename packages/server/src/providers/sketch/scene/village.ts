import { blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import type { Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { inksFor, dress } from '../figures/figure.ts'
import { church, house } from '../figures/houses.ts'
import { type Crest, rolling, turf } from './land.ts'
import { SNOW } from './palettes.ts'
import { hill, mistBank, treeline } from './parts.ts'
import { massif } from './peaks.ts'
import { landAt, type Plane, type Stage } from './stage.ts'
import { slope, tree } from './wild.ts'

/** Houses that huddle around a church on a slope under hills. */
export async function village(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const snow = stage.season === 'winter'
  const back = await massif(stage, pick, {
    base: horizon + ground * 0.05,
    height: Math.min(0.36, horizon * 0.5),
    depth: 0.2,
    peaks: 1.4,
    snow: snow || pick.chance(0.5),
    mist: 0.7,
  })
  const wooded = rolling(pick, { base: horizon + ground * 0.14, height: 0.1, waves: 1.2 })
  const planes: Plane[] = [
    { layers: back, depth: 0.2, person: 0.01 },
    {
      layers: [
        mistBank(stage, pick, { y: horizon, height: 0.22, alpha: 0.55 }),
        hill(stage, {
          crest: wooded,
          depth: 0.48,
          foot: horizon + ground * 0.4,
          mist: 0.5,
          growth: treeline(stage, pick, { crest: wooded, size: 0.05, cover: 0.72 }),
        }),
      ],
      depth: 0.48,
      person: 0.02,
    },
  ]
  for (let i = 0; i < 3; i++) {
    await stage.breathe()
    const t = i / 2
    const crest = rolling(pick, { base: horizon + ground * mix(0.3, 0.72, t), height: 0.07, waves: 1 })
    const depth = mix(0.62, 0.92, t)
    const colour = snow
      ? blend(
          landAt(stage, 0.45),
          blend(SNOW, palette.sky[1] ?? palette.haze, stage.time === 'night' ? 0.5 : 0.25),
          mix(0.5, 0.78, t),
        )
      : turf(stage, depth)
    const layers: Layer[] = [
      hill(stage, { crest, depth, foot: horizon + ground * mix(0.6, 1.15, t), mist: 0.22, colour }),
    ]
    layers.push(...homes(stage, pick, { crest, depth, t, snow, holy: i === 1 }))
    planes.push({ layers, depth, person: mix(0.035, 0.075, t), ground: (x) => crest(x) + 0.006 })
  }
  const front = slope(stage, pick, 0.96)
  planes.push(snow ? { ...front, layers: [snowyFront(stage, pick)] } : front)
  return planes
}

function snowyFront(stage: Stage, pick: Random): Layer {
  const { horizon, frame, palette } = stage
  const crest = rolling(pick, { base: horizon + (frame.height - horizon) * 0.95, height: 0.05, waves: 0.9 })
  const colour = blend(
    landAt(stage, 0.5),
    blend(SNOW, palette.sky[1] ?? palette.haze, stage.time === 'night' ? 0.45 : 0.2),
    0.8,
  )
  return hill(stage, { crest, depth: 1, foot: frame.height, mist: 0.1, colour })
}

function homes(
  stage: Stage,
  pick: Random,
  what: { crest: Crest; depth: number; t: number; snow: boolean; holy: boolean },
): Layer[] {
  const { frame, palette } = stage
  const layers: Layer[] = []
  const size = mix(0.065, 0.15, what.t)
  const walls = ['#e8dcc6', '#d9b48c', '#c98a6a', '#e3c9a0', '#b7a6a0'].map(hex)
  const dusk = stage.time === 'night' || stage.time === 'dusk' || stage.time === 'sunset'
  const middle = frame.width * pick.between(0.35, 0.65)
  const count = Math.max(3, Math.round(frame.width * mix(7, 3.4, what.t)))
  const glows: Layer[] = []
  for (let i = 0; i < count; i++) {
    const x = middle + ((i + 0.5) / count - 0.5) * frame.width * 1.05 + pick.bell() * 0.05
    const y = what.crest(x) + size * pick.between(0.04, 0.34)
    if (pick.chance(0.4))
      layers.push(
        ...tree(stage, pick, {
          x: x - size * 0.75,
          y: y + 0.004,
          size: size * pick.between(0.9, 1.6),
          depth: what.depth,
        }),
      )
    const holy = what.holy && i === Math.floor(count / 2)
    const scale = holy ? size * 2.3 : size * pick.between(0.85, 1.15)
    const figure = holy ? church(what.snow) : house(pick, what.snow)
    const wall = walls[pick.whole(0, walls.length - 1)] ?? walls[0] ?? palette.haze
    const inks = {
      ...inksFor(stage, wall, what.depth),
      dark: blend(inksFor(stage, hex('#6b3f38'), what.depth).body, palette.near, 0.3),
      accent: inksFor(stage, hex(pick.chance(0.5) ? '#a4503f' : '#7d4a44'), what.depth).body,
      glow:
        dusk || stage.reading.weather === 'storm'
          ? blend(hex('#ffcf70'), palette.accent, 0.35)
          : blend(palette.near, palette.haze, 0.3),
    }
    layers.push(...dress(stage, figure, { at: { x, y, scale, flip: pick.chance(0.4) }, inks }))
    if (dusk)
      glows.push({ kind: 'glow', x, y: y - scale * 0.25, radius: scale * 0.9, colour: hex('#ff9a3c'), strength: 0.24 })
    if (stage.season === 'winter' && pick.chance(0.35))
      layers.push(smoke(stage, pick, { x: x + scale * 0.3, y: y - scale * 0.95, size: scale }))
  }
  return [...layers, ...glows]
}

function smoke(stage: Stage, pick: Random, at: { x: number; y: number; size: number }): Layer {
  const puffs: Contour[] = []
  const seed = pick.seed()
  const left: number[] = []
  const right: number[] = []
  for (let i = 0; i <= 14; i++) {
    const t = i / 14
    const x = at.x + fractal1(t * 2.4, 2, seed) * at.size * 0.7 * t + t * at.size * 0.25
    const half = at.size * mix(0.02, 0.13, t)
    left.push(x - half, at.y - t * at.size * 1.5)
    right.push(at.y - t * at.size * 1.5, x + half)
  }
  puffs.push([...left, ...right.reverse()])
  const colour = blend(stage.palette.haze, stage.palette.light, 0.35)
  return {
    kind: 'shape',
    contours: puffs,
    paint: {
      kind: 'linear',
      from: [0, at.y],
      to: [0, at.y - at.size * 1.5],
      stops: [
        { at: 0, colour, alpha: 0.6 },
        { at: 1, colour, alpha: 0 },
      ],
    },
  }
}
