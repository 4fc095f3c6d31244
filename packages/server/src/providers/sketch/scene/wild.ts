import { blend, hex, type Rgb } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import type { Random } from '../draw/random.ts'
import { pine } from '../figures/conifers.ts'
import { dress, inksFor } from '../figures/figure.ts'
import { broadleaf } from '../figures/leafy-trees.ts'
import { below, rolling, turf } from './land.ts'
import { foliage } from './palettes.ts'
import { grass, hill, mistBank, treeline } from './parts.ts'
import { massif } from './peaks.ts'
import { aired, type Plane, type Stage } from './stage.ts'

/** Ranges behind ranges, wooded hills, a slope to stand on. */
export async function mountains(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, reading } = stage
  const ground = frame.height - horizon
  const tall = Math.min(horizon * 0.74, 0.62) * pick.between(0.85, 1.08)
  const snow = !reading.without.has('snow') && (stage.season === 'winter' || pick.chance(0.7))
  const mist = reading.weather === 'fog' ? 0.95 : 0.78
  const back = await massif(stage, pick, {
    base: horizon + ground * 0.14,
    height: tall,
    depth: 0.18,
    peaks: 1.1,
    snow,
    mist,
  })
  const middle = await massif(stage, pick, {
    base: horizon + ground * 0.3,
    height: tall * 0.42,
    depth: 0.38,
    peaks: 1.5,
    snow: stage.season === 'winter' && snow,
    mist,
  })
  return [
    { layers: back, depth: 0.16, person: 0.01 },
    {
      layers: [mistBank(stage, pick, { y: horizon + ground * 0.1, height: 0.26, alpha: 0.62 }), ...middle],
      depth: 0.36,
      person: 0.012,
    },
    ...(await woodedHills(stage, pick, mist)),
  ]
}

/** Three wooded hills and a grassy slope, from the horizon down to the viewer. */
export async function woodedHills(stage: Stage, pick: Random, mist: number): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  for (const [i, at] of [0.36, 0.56, 0.76].entries()) {
    await stage.breathe()
    const depth = 0.5 + i * 0.17
    const crest = rolling(pick, { base: horizon + ground * at, height: 0.12 - i * 0.012, waves: 1.1 + i * 0.25 })
    const growth = treeline(stage, pick, { crest, size: 0.034 + i * 0.03, cover: 0.74 - i * 0.05 })
    planes.push({
      layers: [
        mistBank(stage, pick, { y: horizon + ground * (at - 0.04), height: 0.2, alpha: 0.62 - i * 0.12 }),
        hill(stage, { crest, depth, foot: horizon + ground * (at + 0.24), mist: mist * 0.72, growth }),
      ],
      depth,
      person: 0.03 + i * 0.02,
      ground: crest,
    })
  }
  const front = slope(stage, pick, 0.93)
  return [...planes, { ...front, layers: [...sentinels(stage, pick, front), ...front.layers] }]
}

/** Big trees at one edge of the picture, which make what lies behind them far. */
export function sentinels(stage: Stage, pick: Random, plane: Plane): Layer[] {
  const { frame, season, light } = stage
  if (plane.ground === undefined || stage.reading.without.has('tree') || stage.reading.without.has('pine')) return []
  if (!pick.chance(0.8)) return []
  const right = light.x < frame.width / 2
  const layers: Layer[] = []
  const count = pick.whole(3, 5)
  const leafy = season !== 'winter' && pick.chance(season === 'autumn' ? 0.6 : 0.2)
  for (let i = 0; i < count; i++) {
    const t = i / count
    const away = mix(0.02, 0.26, t) + pick.between(-0.02, 0.03)
    const x = right ? frame.width - away * Math.min(1.2, frame.width) : away * Math.min(1.2, frame.width)
    const scale = Math.min(0.7, frame.height * 0.62) * mix(1, 0.34, t) * pick.between(0.85, 1.1)
    const own = leafy ? foliage[season][pick.whole(0, 2) === 0 ? 0 : 1] : hex('#2f5a4c')
    layers.push(
      ...dress(stage, leafy ? broadleaf(pick) : pine(pick, 0.19), {
        at: { x, y: plane.ground(x) + 0.03, scale, flip: right },
        inks: inksFor(stage, own, 0.97),
      }),
    )
  }
  return layers
}

/** The ground at the viewer's feet. */
export function slope(stage: Stage, pick: Random, at: number): Plane {
  const { horizon, frame } = stage
  const base = horizon + (frame.height - horizon) * at
  const crest = rolling(pick, { base, height: 0.06, waves: 0.8 })
  const colour = turf(stage, 1)
  const blades = stage.season === 'winter' ? [] : grass(stage, pick, { crest, height: 0.028, density: 110 })
  const ground: Layer = {
    kind: 'shape',
    contours: [below(stage, crest), ...blades],
    paint: {
      kind: 'linear',
      from: [0, base - 0.05],
      to: [0, frame.height],
      stops: [
        { at: 0, colour: blend(colour, stage.palette.glow, 0.07) },
        { at: 1, colour: blend(colour, stage.palette.near, 0.72) },
      ],
    },
    sheet: true,
  }
  return { layers: [ground], depth: 1, person: 0.13, ground: (x) => crest(x) + 0.012 }
}

/** Rock at a depth of the scene. */
export function stone(stage: Stage, depth: number): Rgb {
  return aired(stage, blend(stage.palette.near, hex('#6d6670'), 0.35), depth)
}

/** A tree of the season, as it stands in gardens. */
export function tree(stage: Stage, pick: Random, at: { x: number; y: number; size: number; depth: number }): Layer[] {
  const snow = stage.season === 'winter'
  const figure = snow || pick.chance(0.35) ? pine(pick) : broadleaf(pick)
  const leaves = foliage[stage.season]
  const own = snow ? hex('#4c6b66') : (leaves[pick.whole(0, 2)] ?? leaves[0])
  return dress(stage, figure, {
    at: { x: at.x, y: at.y, scale: at.size, flip: stage.light.x > at.x },
    inks: inksFor(stage, own, at.depth),
  })
}
