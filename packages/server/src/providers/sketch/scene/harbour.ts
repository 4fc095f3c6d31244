import { blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { box, type Contour, polygon } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { inksFor } from '../figures/figure.ts'
import type { Crest } from './land.ts'
import { hedge, hill } from './parts.ts'
import { surface } from './sea.ts'
import { landAt, type Plane, type Stage } from './stage.ts'

/** Houses along a quay, boats before it. */
export async function harbour(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { horizon, frame, palette } = stage
  const ground = frame.height - horizon
  const seed = pick.seed()
  const tall = Math.min(0.3, horizon * 0.55)
  const peakAt = frame.width * (stage.light.x < frame.width / 2 ? 0.72 : 0.28)
  const back: Crest = (x) => {
    const away = Math.min(1, Math.abs(x - peakAt) / Math.max(0.55, frame.width * 0.6))
    return horizon - tall * (0.12 + 0.88 * (1 - away * away)) * (1 + 0.25 * fractal1(x * 3.4, 3, seed))
  }
  const layers: Layer[] = [
    hill(stage, {
      crest: back,
      depth: 0.34,
      foot: horizon,
      mist: 0.55,
      growth: hedge(stage, pick, { crest: back, size: 0.03, cover: 0.5 }),
    }),
  ]
  const walls = ['#f0d9a8', '#d96f52', '#6fa3b8', '#f3ead8', '#e7a65a', '#b8564a', '#8fb08f', '#efc1a8'].map(hex)
  const dusk = stage.time !== 'day' && stage.time !== 'dawn'
  const rows = 4
  for (let row = 0; row < rows; row++) {
    await stage.breathe()
    const t = row / (rows - 1)
    let x = -0.03
    while (x < frame.width + 0.05) {
      const width = pick.between(0.042, 0.072) * mix(0.7, 1.1, t)
      const height = pick.between(0.06, 0.13) * mix(0.62, 1.15, t)
      const y = mix(back(x) * 0.55 + horizon * 0.45, horizon + 0.012, t)
      layers.push(
        ...townhouse(stage, pick, {
          x,
          y,
          width,
          height,
          wall: walls[pick.whole(0, walls.length - 1)] ?? palette.haze,
          depth: mix(0.5, 0.8, t),
          lit: dusk,
        }),
      )
      x += width * (row < rows - 1 ? pick.between(1, 2.3) : pick.between(1, 1.1))
    }
  }
  layers.push({
    kind: 'shape',
    contours: [box(-0.1, horizon + 0.008, [frame.width + 0.2, 0.022])],
    paint: { kind: 'flat', colour: blend(landAt(stage, 0.85), hex('#7b7068'), 0.3) },
  })
  return [
    { layers, depth: 0.7, person: 0.03 },
    {
      layers: surface(stage, pick, {
        top: horizon + 0.03,
        bottom: frame.height,
        ripple: 0.45,
        mirror: [0.85, 0.35],
        amount: 0.4,
      }),
      depth: 0.85,
      person: 0.05,
      water: { top: horizon + ground * 0.22, bottom: horizon + ground * 0.85 },
    },
  ]
}

function townhouse(
  stage: Stage,
  pick: Random,
  what: {
    x: number
    y: number
    width: number
    height: number
    wall: readonly [number, number, number]
    depth: number
    lit: boolean
  },
): Layer[] {
  const { x, y, width, height, depth } = what
  const inks = inksFor(stage, what.wall, depth)
  const roofInk = inksFor(stage, hex(pick.chance(0.5) ? '#9c4a38' : '#5d4a50'), depth).body
  const peak = pick.between(0.3, 0.6) * width
  const windows: Contour[] = []
  const dim: Contour[] = []
  for (let wy = y - height + 0.012; wy < y - 0.014; wy += 0.025) {
    for (let wx = x + width * 0.18; wx < x + width * 0.75; wx += width * 0.3)
      (pick.chance(what.lit ? 0.5 : 0.12) ? windows : dim).push(box(wx, wy, [width * 0.15, 0.0125]))
  }
  return [
    {
      kind: 'shape',
      contours: [box(x, y - height, [width * 0.98, height])],
      paint: {
        kind: 'linear',
        from: [x, 0],
        to: [x + width, 0],
        stops: [
          { at: 0, colour: inks.body },
          { at: 1, colour: blend(inks.body, inks.shade, 0.55) },
        ],
      },
    },
    {
      kind: 'shape',
      contours: [
        polygon([
          [x - width * 0.04, y - height],
          [x + width * 0.49, y - height - peak],
          [x + width * 1.02, y - height],
        ]),
      ],
      paint: { kind: 'flat', colour: roofInk },
    },
    { kind: 'shape', contours: dim, paint: { kind: 'flat', colour: blend(inks.shade, stage.palette.near, 0.45) } },
    {
      kind: 'shape',
      contours: windows,
      paint: { kind: 'flat', colour: blend(hex('#ffd27a'), stage.palette.accent, 0.3) },
    },
  ]
}
