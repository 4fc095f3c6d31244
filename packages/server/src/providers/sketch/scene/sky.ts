import { adjust, blend, type Rgb } from '../draw/colour.ts'
import type { DotsLayer, Layer, Paint, Stop } from '../draw/layer.ts'
import { clamp, cos, distance, mix, sin, TAU } from '../draw/maths.ts'
import { box, type Contour, disc, ring } from '../draw/path.ts'
import type { Stage } from './stage.ts'

/** The air itself, with the light in it: all that lies behind the farthest land. */
export function sky(stage: Stage): Layer[] {
  const { frame } = stage
  const whole = [box(-0.1, -0.1, [frame.width + 0.2, frame.height + 0.2])]
  return [{ kind: 'shape', contours: whole, paint: air(stage) }, ...stars(stage), ...glows(stage), ...face(stage)]
}

function air(stage: Stage): Paint {
  const { palette, horizon, style, light, frame } = stage
  const stops = palette.sky.map((colour, i): Stop => ({ at: i / (palette.sky.length - 1), colour }))
  if (style.name === 'poster' || style.name === 'papercut') {
    const reach = distance(Math.max(light.x, frame.width - light.x), Math.max(light.y, horizon - light.y)) * 0.92
    return {
      kind: 'radial',
      centre: [light.x, light.y],
      radius: reach,
      stops: steps([...palette.sky].reverse(), style.name === 'poster' ? 9 : 6),
    }
  }
  return { kind: 'linear', from: [0, 0], to: [0, horizon * 1.02], stops }
}

/** Flat bands instead of a gradient. */
function steps(colours: readonly Rgb[], count: number): Stop[] {
  const result: Stop[] = []
  for (let i = 0; i < count; i++) {
    const at = (i / (count - 1)) * (colours.length - 1)
    const j = Math.min(Math.floor(at), colours.length - 2)
    const a = colours[j]
    const b = colours[j + 1]
    if (a === undefined || b === undefined) continue
    const colour = blend(a, b, at - j)
    const from = i / count
    result.push({ at: from * from * 0.35 + from * 0.65, colour })
    const to = (i + 1) / count
    result.push({ at: to * to * 0.35 + to * 0.65 - 0.002, colour })
  }
  return result
}

function glows(stage: Stage): Layer[] {
  const { light, palette, style } = stage
  if (style.name === 'ink') return []
  const flat = style.name === 'poster' || style.name === 'papercut' ? 0.35 : 1
  const sun = light.kind === 'sun'
  const size = Math.max(light.radius * 14, 0.5)
  return [
    {
      kind: 'glow',
      x: light.x,
      y: light.y,
      radius: size * 1.5,
      stretch: 1.5,
      colour: palette.glow,
      strength: (sun ? 0.42 : 0.24) * flat,
    },
    {
      kind: 'glow',
      x: light.x,
      y: light.y,
      radius: size * 0.55,
      colour: palette.glow,
      strength: (sun ? 0.5 : 0.3) * flat,
    },
    {
      kind: 'glow',
      x: light.x,
      y: light.y,
      radius: light.radius * 3.2,
      colour: palette.light,
      strength: (light.seen ? 0.5 : 0.25) * flat,
    },
  ]
}

function face(stage: Stage): Layer[] {
  const { light, palette, random, reading } = stage
  if (!light.seen) return []
  const { x, y, radius } = light
  const pick = random.fork('moon')
  if (light.kind === 'sun' || stage.style.name === 'ink') {
    const colour = stage.style.name === 'ink' && light.kind === 'sun' ? palette.accent : palette.light
    return [
      {
        kind: 'shape',
        contours: [disc(x, y, radius)],
        paint: { kind: 'flat', colour },
        alpha: 0.97,
        sheet: stage.style.name === 'ink',
      },
    ]
  }
  if (pick.chance(0.3) && reading.mood !== 'dramatic' && radius < 0.08) {
    return [{ kind: 'shape', contours: [crescent(x, y, radius)], paint: { kind: 'flat', colour: palette.light } }]
  }
  const shade = blend(palette.light, palette.sky[1] ?? palette.haze, 0.32)
  const seas: Contour[] = []
  for (let i = 0; i < 6; i++) {
    const angle = TAU * (0.5 + 0.42 * pick.bell())
    const far = Math.sqrt(pick.next()) * 0.55
    const r = radius * pick.between(0.12, 0.34) * (1 - far * 0.5)
    seas.push(ring(x + cos(angle) * far * radius, y + sin(angle) * far * radius, { r, rough: 0.7, seed: pick.seed() }))
  }
  const lit: Paint = {
    kind: 'radial',
    centre: [x - radius * 0.3, y - radius * 0.3],
    radius: radius * 1.5,
    stops: [
      { at: 0, colour: adjust(palette.light, { light: 0.03 }) },
      { at: 1, colour: blend(palette.light, shade, 0.45) },
    ],
  }
  return [
    { kind: 'shape', contours: [disc(x, y, radius)], paint: lit, sheet: true },
    { kind: 'shape', contours: seas, paint: { kind: 'flat', colour: shade }, alpha: 0.4 },
  ]
}

function crescent(x: number, y: number, radius: number): Contour {
  const points: number[] = []
  const tilt = -0.5
  for (let i = 0; i <= 40; i++) {
    const a = tilt - TAU / 4 + (i / 40) * (TAU / 2)
    points.push(x + radius * cos(a), y + radius * sin(a))
  }
  for (let i = 40; i >= 0; i--) {
    const a = -TAU / 4 + (i / 40) * (TAU / 2)
    const px = radius * 0.52 * cos(a)
    const py = radius * sin(a)
    points.push(x + px * cos(tilt) - py * sin(tilt), y + px * sin(tilt) + py * cos(tilt))
  }
  return points
}

function stars(stage: Stage): Layer[] {
  const { time, frame, horizon, palette, reading, random } = stage
  if (reading.without.has('stars') || stage.style.name === 'ink') return []
  const asked = reading.signs.includes('stars') || reading.signs.includes('milkyway')
  const space = stage.place === 'space' || stage.place === 'moon'
  const covered = ['storm', 'rain', 'fog', 'cloudy', 'snow'].includes(reading.weather ?? '')
  if (!asked && !space && (time !== 'night' || covered)) return []
  const pick = random.fork('stars')
  const count = Math.round(frame.width * horizon * (asked || space ? 520 : 300))
  const dots: DotsLayer['dots'][number][] = []
  const bright: Layer[] = []
  for (let i = 0; i < count; i++) {
    const size = pick.next() * pick.next()
    const y = pick.next() * horizon
    const fade = clamp(1.15 - y / horizon)
    const dot = {
      x: pick.next() * frame.width,
      y,
      r: 0.0007 + size * size * 0.0026,
      alpha: mix(0.25, 1, size) * (space ? 1 : fade),
    }
    dots.push(dot)
    if (size > 0.74) {
      bright.push({ kind: 'glow', x: dot.x, y, radius: 0.016, colour: palette.light, strength: 0.5 * fade })
    }
  }
  const colour = blend(palette.light, [1, 1, 1], 0.5)
  return [...milkyWay(stage), { kind: 'dots', dots, colour }, ...bright]
}

/** A slanting band of star dust: thousands of faint points, denser to its middle, over soft light. */
function milkyWay(stage: Stage): Layer[] {
  const { frame, horizon, palette, reading, random } = stage
  const pick = random.fork('milky way')
  const asked = reading.signs.includes('milkyway')
  if (!asked && stage.place !== 'space' && !pick.chance(0.35)) return []
  const lean = pick.between(0.35, 0.9) * (pick.chance(0.5) ? 1 : -1)
  const middle = frame.width * pick.between(0.3, 0.7)
  const dust: DotsLayer['dots'][number][] = []
  const clouds: Layer[] = []
  const count = Math.round(horizon * 2600)
  for (let i = 0; i < count; i++) {
    const t = pick.next()
    const off = (pick.bell() + pick.bell()) * 0.09
    dust.push({
      x: middle + (t - 0.5) * horizon * 1.2 * lean + off,
      y: t * horizon + off * lean * 0.6,
      r: 0.0005 + pick.next() * 0.0009,
      alpha: pick.between(0.15, 0.65) * (1 - t * 0.5),
    })
  }
  for (let i = 0; i < 16; i++) {
    const t = (i + pick.next()) / 16
    clouds.push({
      kind: 'glow',
      x: middle + (t - 0.5) * horizon * 1.2 * lean + pick.bell() * 0.05,
      y: t * horizon,
      radius: pick.between(0.07, 0.17),
      colour: blend(palette.haze, pick.chance(0.4) ? palette.glow : palette.light, pick.between(0.3, 0.7)),
      strength: pick.between(0.1, 0.24) * (1.1 - t * 0.6),
    })
  }
  return [...clouds, { kind: 'dots', dots: dust, colour: palette.light }]
}
