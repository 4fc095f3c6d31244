import { blend, hex } from '../draw/colour.ts'
import type { Layer, Paint, Stop } from '../draw/layer.ts'
import { cos, mix, sin, TAU } from '../draw/maths.ts'
import { fractal1, noise1 } from '../draw/noise.ts'
import { box, type Contour, type Joint, limb } from '../draw/path.ts'
import type { Stage } from './stage.ts'

/** What hangs in the sky besides clouds, behind all land. */
export function signsInSky(stage: Stage): Layer[] {
  const { signs } = stage.reading
  const layers: Layer[] = []
  if (signs.includes('aurora')) layers.push(...aurora(stage))
  if (signs.includes('rainbow')) layers.push(rainbow(stage))
  if (signs.includes('comet')) layers.push(...comets(stage))
  if (signs.includes('fireworks')) layers.push(...fireworks(stage))
  if (signs.includes('lightning') || (stage.reading.weather === 'storm' && stage.reading.mood === 'dramatic'))
    layers.push(...lightning(stage))
  return layers
}

/** Curtains of light: rays that stand on a winding line, green below and violet above. */
function aurora(stage: Stage): Layer[] {
  const { frame, horizon, random } = stage
  const pick = random.fork('aurora')
  const layers: Layer[] = []
  const inks = [
    ['#46f5a2', '#3ad0b0', '#7a5cf0'],
    ['#7dffb0', '#46c8d8', '#c05cf0'],
  ] as const
  for (let c = 0; c < 3; c++) {
    const seed = pick.seed()
    const [low, middle, high] = (inks[c % 2] ?? inks[0]).map(hex)
    if (low === undefined || middle === undefined || high === undefined) continue
    const base = horizon * pick.between(0.48, 0.78)
    const step = 0.0075
    for (let x = -0.1; x < frame.width + 0.1; x += step) {
      const foot = base + fractal1(x * 1.3, 2, seed) * horizon * 0.34
      const tall = horizon * (0.3 + 0.2 * noise1(x * 4, seed + 1) + 0.09 * noise1(x * 40, seed + 2))
      const strength = 0.42 * (0.55 + 0.45 * noise1(x * 2.3, seed + 4)) * (0.8 + 0.2 * noise1(x * 60, seed + 5))
      const paint: Paint = {
        kind: 'linear',
        from: [0, foot + 0.015],
        to: [0, foot - tall],
        stops: [
          { at: 0, colour: low, alpha: 0 },
          { at: 0.07, colour: low, alpha: strength },
          { at: 0.4, colour: middle, alpha: strength * 0.55 },
          { at: 1, colour: high, alpha: 0 },
        ],
      }
      layers.push({
        kind: 'shape',
        contours: [[x, foot + 0.02, x + step, foot + 0.02, x + step, foot - tall, x, foot - tall]],
        paint,
        blend: 'screen',
      })
    }
    layers.push({
      kind: 'glow',
      x: frame.width / 2,
      y: base - horizon * 0.1,
      radius: horizon * 0.45,
      stretch: Math.max(1, frame.width * 1.6),
      colour: middle,
      strength: 0.22,
    })
  }
  return layers
}

function rainbow(stage: Stage): Layer {
  const { frame, horizon } = stage
  const radius = Math.max(0.5, Math.min(frame.width * 0.62, horizon * 1.1))
  const inks = ['#e0503c', '#f0923c', '#f6d24a', '#5fb56a', '#3f8fd0', '#6a58b8'].map(hex)
  const first = inks[0] ?? ([1, 0, 0] as const)
  const last = inks[5] ?? first
  const stops: Stop[] = [
    { at: 0, colour: last, alpha: 0 },
    { at: 0.86, colour: last, alpha: 0 },
  ]
  for (const [i, colour] of [...inks].reverse().entries()) stops.push({ at: 0.88 + i * 0.02, colour, alpha: 0.42 })
  stops.push({ at: 1, colour: first, alpha: 0 })
  return {
    kind: 'shape',
    contours: [box(-0.1, -0.1, [frame.width + 0.2, horizon + 0.4])],
    paint: {
      kind: 'radial',
      centre: [frame.width * (stage.light.x < frame.width / 2 ? 0.62 : 0.38), horizon + 0.1],
      radius,
      stops,
    },
  }
}

function comets(stage: Stage): Layer[] {
  const { frame, horizon, palette, random } = stage
  const pick = random.fork('comet')
  const layers: Layer[] = []
  for (let i = 0; i < 3; i++) {
    const x = frame.width * pick.between(0.15, 0.85)
    const y = horizon * pick.between(0.1, 0.5)
    const length = pick.between(0.12, 0.34) * (i === 0 ? 1.2 : 0.6)
    const [tx, ty] = [x + length * 0.8, y - length * 0.5]
    layers.push({
      kind: 'shape',
      contours: [
        limb([
          [x, y, i === 0 ? 0.006 : 0.003],
          [tx, ty, 0.0004],
        ]),
      ],
      paint: {
        kind: 'linear',
        from: [x, y],
        to: [tx, ty],
        stops: [
          { at: 0, colour: palette.light, alpha: 1 },
          { at: 1, colour: palette.glow, alpha: 0 },
        ],
      },
    })
    layers.push({ kind: 'glow', x, y, radius: i === 0 ? 0.06 : 0.025, colour: palette.light, strength: 0.8 })
  }
  return layers
}

function fireworks(stage: Stage): Layer[] {
  const { frame, horizon, palette, random } = stage
  const pick = random.fork('fireworks')
  const inks = [palette.accent, hex('#ff5c8a'), hex('#6ae0ff'), hex('#ffe27a'), hex('#b08cff')]
  const layers: Layer[] = []
  for (let i = 0; i < Math.max(4, Math.round(frame.width * 5)); i++) {
    const ink = inks[i % inks.length] ?? palette.accent
    const x = frame.width * pick.between(0.08, 0.92)
    const y = horizon * pick.between(0.12, 0.6)
    const r = pick.between(0.07, 0.17)
    const rays: Contour[] = []
    const sparks: { x: number; y: number; r: number; alpha: number }[] = []
    for (let k = 0; k < 34; k++) {
      const a = (k / 34) * TAU + pick.bell() * 0.06
      const reach = r * pick.between(0.75, 1.05)
      const fall = 0.16 * r
      rays.push(
        limb(
          [
            [x + cos(a) * reach * 0.22, y + sin(a) * reach * 0.22, 0.0006],
            [x + cos(a) * reach * 0.65, y + sin(a) * reach * 0.65 + fall * 0.3, 0.0013],
            [x + cos(a) * reach, y + sin(a) * reach + fall, 0.0004],
          ],
          4,
        ),
      )
      sparks.push({ x: x + cos(a) * reach, y: y + sin(a) * reach + fall, r: 0.0028, alpha: 0.95 })
    }
    layers.push(
      { kind: 'glow', x, y, radius: r * 1.3, colour: ink, strength: 0.4 },
      { kind: 'shape', contours: rays, paint: { kind: 'flat', colour: blend(ink, [1, 1, 1], 0.3) }, alpha: 0.85 },
      { kind: 'dots', dots: sparks, colour: blend(ink, [1, 1, 1], 0.6) },
    )
  }
  return layers
}

function lightning(stage: Stage): Layer[] {
  const { frame, horizon, palette, random } = stage
  const pick = random.fork('lightning')
  const bolts: Contour[] = []
  let x = frame.width * (stage.light.x < frame.width / 2 ? pick.between(0.6, 0.8) : pick.between(0.2, 0.4))
  const start = x
  const joints: Joint[] = []
  for (let i = 0; i <= 11; i++) {
    const t = i / 11
    joints.push([x, horizon * mix(0.08, 0.99, t), mix(0.0045, 0.0012, t)])
    if (i === 4 || i === 7) {
      const side = pick.chance(0.5) ? 1 : -1
      const y = horizon * mix(0.08, 0.99, t)
      bolts.push(
        limb(
          [
            [x, y, 0.0022],
            [x + side * 0.05, y + 0.04, 0.0016],
            [x + side * 0.06, y + 0.09, 0.0012],
            [x + side * 0.11, y + 0.14, 0.0004],
          ],
          1,
        ),
      )
    }
    x += pick.between(0.012, 0.045) * (i % 2 === 0 ? 1 : -1) * (pick.chance(0.8) ? 1 : -1)
  }
  bolts.push(limb(joints, 1))
  const white = blend(palette.light, [1, 1, 1], 0.6)
  return [
    {
      kind: 'glow',
      x: start,
      y: horizon * 0.2,
      radius: horizon * 0.8,
      colour: blend(palette.glow, hex('#b8c8ff'), 0.6),
      strength: 0.5,
    },
    { kind: 'glow', x: start, y: horizon * 0.6, radius: horizon * 0.4, stretch: 0.4, colour: white, strength: 0.35 },
    { kind: 'shape', contours: bolts, paint: { kind: 'flat', colour: white } },
  ]
}
