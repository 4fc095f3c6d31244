import { adjust, blend, hex, type Rgb } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { cos, mix, sin, TAU } from '../draw/maths.ts'
import { fractal1 } from '../draw/noise.ts'
import { type Contour, disc, ellipse } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { type Crest, rolling } from './land.ts'
import { hill } from './parts.ts'
import { landAt, type Plane, type Stage } from './stage.ts'

/** Nebulae and planets; nothing to stand on. */
export async function space(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { frame, palette } = stage
  const layers: Layer[] = []
  const inks = [palette.glow, palette.haze, palette.accent, palette.cloudLit]
  for (const [i, ink] of inks.entries()) {
    layers.push({
      kind: 'field',
      box: { x: 0, y: 0, width: frame.width, height: frame.height },
      colour: ink,
      alpha: 0.5 - i * 0.07,
      grain: [0.75, 0.6],
      window: [0, 0.55],
      profile: i % 2 === 0 ? [0.2, 0.7, 1, 0.8, 0.3] : [0.7, 1, 0.4, 0.8, 0.6],
      seed: pick.seed(),
      blend: 'screen',
    })
  }
  const planes: Plane[] = [{ layers, depth: 0.1, person: 0.05 }]
  const side = pick.chance(0.5)
  const big = Math.min(frame.width, frame.height) * pick.between(0.2, 0.3)
  planes.push({
    layers: planet(stage, pick, {
      x: frame.width * (side ? 0.68 : 0.32),
      y: frame.height * pick.between(0.38, 0.55),
      r: big,
      ringed: pick.chance(0.6) || stage.reading.signs.includes('planet'),
    }),
    depth: 0.5,
    person: 0.05,
  })
  planes.push({
    layers: planet(stage, pick, {
      x: frame.width * (side ? 0.2 : 0.82),
      y: frame.height * pick.between(0.14, 0.3),
      r: big * 0.26,
      ringed: false,
    }),
    depth: 0.4,
    person: 0.05,
  })
  return planes
}

/** A ball with bands of cloud, dark on the side that the light does not reach. */
function planet(stage: Stage, pick: Random, what: { x: number; y: number; r: number; ringed: boolean }): Layer[] {
  const { palette, light } = stage
  const { x, y, r } = what
  const own = pick.pick([palette.accent, palette.glow, palette.cloudLit, hex('#d98a5a'), hex('#5fa3b8')])
  const dark = blend(palette.near, own, 0.12)
  const length = Math.sqrt((light.x - x) * (light.x - x) + (light.y - y) * (light.y - y)) || 1
  const towards = [(light.x - x) / length, (light.y - y) / length] as const
  const bands: Contour[] = []
  const seed = pick.seed()
  for (let i = 0; i < 7; i++)
    bands.push(
      band(what, { at: mix(-0.85, 0.85, (i + pick.next() * 0.6) / 7), thick: pick.between(0.03, 0.1), seed: seed + i }),
    )
  const layers: Layer[] = [
    { kind: 'glow', x, y, radius: r * 1.5, colour: own, strength: 0.3 },
    ...(what.ringed ? rings(what, { ink: blend(own, palette.light, 0.5), front: false }) : []),
    { kind: 'shape', contours: [disc(x, y, r)], paint: { kind: 'flat', colour: own }, sheet: true },
    {
      kind: 'shape',
      contours: bands,
      paint: { kind: 'flat', colour: adjust(own, { light: -0.1, turn: 0.03 }) },
      alpha: 0.55,
    },
    {
      kind: 'shape',
      contours: [disc(x, y, r * 1.004)],
      paint: {
        kind: 'radial',
        centre: [x + towards[0] * r * 0.75, y + towards[1] * r * 0.75],
        radius: r * 1.75,
        stops: [
          { at: 0, colour: blend(own, palette.light, 0.6), alpha: 0.45 },
          { at: 0.35, colour: own, alpha: 0 },
          { at: 0.55, colour: dark, alpha: 0.3 },
          { at: 1, colour: dark, alpha: 0.96 },
        ],
      },
      stipple: 0.4,
    },
    ...(what.ringed ? rings(what, { ink: blend(own, palette.light, 0.5), front: true }) : []),
  ]
  return layers
}

function band(ball: { x: number; y: number; r: number }, what: { at: number; thick: number; seed: number }): Contour {
  const upper: number[] = []
  const lower: number[] = []
  const edge = (v: number) => Math.sqrt(Math.max(0, 1 - v * v))
  for (let i = 0; i <= 30; i++) {
    const s = i / 15 - 1
    const wave = 0.03 * fractal1(s * 3, 2, what.seed)
    const top = what.at - what.thick / 2 + wave
    const end = what.at + what.thick / 2 + wave * 0.5
    upper.push(ball.x + s * edge(top) * ball.r, ball.y + top * ball.r)
    lower.push(ball.y + end * ball.r, ball.x + s * edge(end) * ball.r)
  }
  return [...upper, ...lower.reverse()]
}

function rings(ball: { x: number; y: number; r: number }, what: { ink: Rgb; front: boolean }): Layer[] {
  const layers: Layer[] = []
  for (const [inner, outer, alpha] of [
    [1.35, 1.62, 0.75],
    [1.66, 1.95, 0.5],
    [2, 2.06, 0.4],
  ] as const) {
    const points: number[] = []
    const back: number[] = []
    for (let i = 0; i <= 60; i++) {
      const a = (i / 60) * (TAU / 2) + (what.front ? 0 : TAU / 2)
      const put = (k: number): [number, number] => {
        const px = cos(a) * k * ball.r
        const py = sin(a) * k * ball.r * 0.24
        return [ball.x + px * 0.96 - py * 0.28, ball.y + px * 0.28 + py * 0.96]
      }
      points.push(...put(outer))
      const [bx, by] = put(inner)
      back.push(by, bx)
    }
    layers.push({
      kind: 'shape',
      contours: [[...points, ...back.reverse()]],
      paint: { kind: 'flat', colour: what.ink },
      alpha,
    })
  }
  return layers
}

/** Grey hills with craters, the Earth in a black sky. */
export async function moonscape(stage: Stage, pick: Random): Promise<Plane[]> {
  await stage.breathe()
  const { frame, horizon, palette } = stage
  const ground = frame.height - horizon
  const planes: Plane[] = []
  const earth = {
    x: frame.width * (stage.light.x < frame.width / 2 ? 0.7 : 0.3),
    y: horizon * 0.38,
    r: Math.min(0.13, horizon * 0.24),
  }
  planes.push({ layers: planet(stage, pick, { ...earth, ringed: pick.chance(0.25) }), depth: 0.1, person: 0.05 })
  for (let i = 0; i < 4; i++) {
    await stage.breathe()
    const t = i / 3
    const crest = rolling(pick, {
      base: horizon + ground * mix(0.04, 0.62, t),
      height: mix(0.06, 0.1, t),
      waves: mix(2.2, 0.9, t),
    })
    const colour = blend(blend(palette.haze, hex('#b9b4c0'), 0.6), landAt(stage, 1), mix(0.25, 0.62, t))
    planes.push({
      layers: [
        hill(stage, {
          crest,
          depth: t,
          foot: frame.height * 1.1,
          mist: -0.1,
          colour: blend(colour, palette.glow, 0.12),
        }),
        ...craters(stage, pick, { crest, t, colour }),
      ],
      depth: mix(0.4, 1, t),
      person: mix(0.03, 0.15, t),
      ground: (x) => crest(x) + 0.02,
    })
  }
  return planes
}

function craters(stage: Stage, pick: Random, what: { crest: Crest; t: number; colour: Rgb }): Layer[] {
  const hollows: Contour[] = []
  const rims: Contour[] = []
  const count = Math.round(stage.frame.width * 7)
  for (let i = 0; i < count; i++) {
    const x = pick.next() * stage.frame.width
    const size = mix(0.012, 0.05, what.t) * pick.between(0.4, 1.4)
    const y = what.crest(x) + size * 0.6 + pick.between(0.005, 0.14) * mix(0.4, 1, what.t)
    rims.push(ellipse(x, y + size * 0.05, [size * 1.12, size * 0.33]))
    hollows.push(ellipse(x, y, [size, size * 0.26]))
  }
  return [
    {
      kind: 'shape',
      contours: rims,
      paint: { kind: 'flat', colour: adjust(what.colour, { light: 0.08 }) },
      alpha: 0.7,
    },
    {
      kind: 'shape',
      contours: hollows,
      paint: { kind: 'flat', colour: adjust(what.colour, { light: -0.1 }) },
      alpha: 0.85,
    },
  ]
}
