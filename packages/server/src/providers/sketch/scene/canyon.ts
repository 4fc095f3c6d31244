import { adjust, blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix, ramp } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import type { Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { misty, rolling } from './land.ts'
import { grass, hill, mistBank } from './parts.ts'
import { landAt, lit, type Plane, type Stage } from './stage.ts'

interface Mesa {
  readonly x: number
  readonly half: number
  readonly height: number
  readonly seed: number
}

/** Buttes and mesas with level strata, a dry floor with scrub. */
export async function canyon(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  for (let i = 0; i < 4; i++) {
    await stage.breathe()
    const t = i / 3
    const depth = mix(0.24, 0.92, t)
    const base = horizon + ground * mix(0.06, 0.5, t)
    const layers: Layer[] = []
    for (const mesa of mesasOf(stage, pick, { t, order: i })) layers.push(...butte(stage, mesa, { base, depth }))
    const plain = rolling(pick, { base: base + 0.005, height: 0.02, waves: 1.4 })
    const soil = blend(lit(stage, hex('#c9764a'), depth), landAt(stage, depth), 0.2)
    layers.push(
      hill(stage, {
        crest: plain,
        depth,
        foot: base + 0.2,
        mist: mix(0.5, 0.1, t),
        colour: blend(soil, palette.glow, 0.1),
      }),
    )
    if (i < 3) layers.push(mistBank(stage, pick, { y: base + 0.03, height: 0.16, alpha: 0.42 }))
    planes.push({ layers, depth, person: mix(0.015, 0.05, t), ground: plain })
  }
  const crest = rolling(pick, { base: horizon + ground * 0.84, height: 0.06, waves: 0.9 })
  const floor = blend(lit(stage, hex('#a9552f'), 1), palette.near, 0.25)
  const scrub = grass(stage, pick, { crest, height: 0.03, density: 30 })
  planes.push({
    layers: [hill(stage, { crest, depth: 1, foot: frame.height * 1.3, mist: 0.1, colour: floor, growth: scrub })],
    depth: 1,
    person: 0.12,
    ground: (x) => crest(x) + 0.01,
  })
  return planes
}

function mesasOf(stage: Stage, pick: Random, what: { t: number; order: number }): Mesa[] {
  const { width } = stage.frame
  const count = Math.max(2, Math.round(width * mix(3.2, 1.7, what.t)))
  const mesas: Mesa[] = []
  for (let i = 0; i < count; i++) {
    const slim = pick.chance(0.45)
    const x = width * ((i + 0.5) / count) + pick.bell() * (0.3 / count) + (what.order % 2) * 0.14
    // The middle stays open for the sky.
    if (what.t > 0.6 && Math.abs(x - width / 2) < 0.2) continue
    mesas.push({
      x,
      half: mix(0.05, 0.15, what.t) * (slim ? 0.42 : pick.between(0.8, 1.5)),
      height: mix(0.13, 0.4, what.t) * Math.min(1, stage.horizon / 0.5) * pick.between(0.6, 1.05),
      seed: pick.seed(),
    })
  }
  return mesas.sort((a, b) => b.height - a.height)
}

/** Half the width of a butte at a share of its height, 0 at the foot: a skirt of rubble, then cliffs in steps. */
function halfAt(mesa: Mesa, up: number, side: number): number {
  const skirt = 1 - ramp(0, 0.42, up)
  const steps = 0.1 * (Math.floor(up * 4) / 4)
  return mesa.half * (1 + skirt * 0.95 - steps + fractal1(up * 6 + side * 20, 3, mesa.seed) * 0.13)
}

function butte(stage: Stage, mesa: Mesa, what: { base: number; depth: number }): Layer[] {
  const { base, depth } = what
  const rock = lit(stage, hex('#c65a34'), depth)
  const colour = blend(rock, landAt(stage, depth), 0.15)
  const edge = (side: number): number[] => {
    const points: number[] = []
    for (let i = 0; i <= 26; i++) {
      const up = i / 26
      points.push(mesa.x + side * halfAt(mesa, up, side), base + 0.02 - (mesa.height + 0.02) * up)
    }
    return points
  }
  const left = edge(-1)
  const right: number[] = []
  const flat = edge(1)
  for (let i = flat.length - 2; i >= 0; i -= 2) right.push(flat[i] ?? 0, flat[i + 1] ?? 0)
  const body = [...left, ...right]
  const side = stage.light.x < mesa.x ? 1 : -1
  const shaded: number[] = []
  for (let i = 0; i <= 26; i++) {
    const up = i / 26
    shaded.push(
      mesa.x + side * mesa.half * (0.12 + 0.16 * fractal1(up * 5, 3, mesa.seed + 7) + (i % 3 === 0 ? 0.05 : 0)),
      base + 0.02 - (mesa.height + 0.02) * up,
    )
  }
  const outer = side > 0 ? right : pairsReversed(left)
  const strata: Contour[] = []
  for (let k = 1; k < 9; k++) {
    const up = 0.36 + k * 0.068 + 0.02 * fractal1(k * 3.3, 2, mesa.seed + 1)
    const y = base - mesa.height * up
    strata.push([
      mesa.x - halfAt(mesa, up, -1),
      y,
      mesa.x + halfAt(mesa, up, 1),
      y,
      mesa.x + halfAt(mesa, up, 1),
      y + mesa.height * (k % 3 === 0 ? 0.028 : 0.012),
      mesa.x - halfAt(mesa, up, -1),
      y + mesa.height * (k % 3 === 0 ? 0.02 : 0.012),
    ])
  }
  const top = base - mesa.height
  const shade = blend(adjust(colour, { light: -0.1 }), stage.palette.near, 0.4)
  return [
    {
      kind: 'shape',
      contours: [body],
      paint: misty(stage, blend(colour, stage.palette.glow, 0.14), {
        top,
        foot: base + 0.02,
        mist: mix(0.55, 0.2, depth),
      }),
      sheet: true,
    },
    { kind: 'shape', contours: strata, paint: { kind: 'flat', colour: shade }, alpha: 0.3 },
    {
      kind: 'shape',
      contours: [[...shaded, ...outer]],
      paint: {
        kind: 'linear',
        from: [0, top],
        to: [0, base + 0.02],
        stops: [
          { at: 0, colour: shade, alpha: 0.66 },
          { at: 0.7, colour: shade, alpha: 0.5 },
          { at: 1, colour: shade, alpha: 0.12 },
        ],
      },
      stipple: 0.15,
    },
  ]
}

function pairsReversed(flat: readonly number[]): number[] {
  const result: number[] = []
  for (let i = flat.length - 2; i >= 0; i -= 2) result.push(flat[i] ?? 0, flat[i + 1] ?? 0)
  return result
}
