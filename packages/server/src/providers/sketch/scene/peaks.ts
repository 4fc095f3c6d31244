import { adjust, blend, type Rgb } from '../draw/colour.ts'
import type { Layer, Paint } from '../draw/layer.ts'
import { clamp, mix } from '../draw/maths.ts'
import { fractal1, noise1 } from '../draw/noise.ts'
import type { Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { misty } from './land.ts'
import { SNOW } from './palettes.ts'
import { daylight, landAt, type Stage } from './stage.ts'

interface Massif {
  /** Where its foot is. */
  readonly base: number
  /** Of the highest summit. */
  readonly height: number
  readonly depth: number
  /** Summits in a unit. */
  readonly peaks: number
  readonly snow: boolean
  /** 0 … 1: how far its foot dissolves. */
  readonly mist: number
}

interface Peak {
  readonly x: number
  readonly height: number
  /** Run of each flank for its height. */
  readonly left: number
  readonly right: number
  readonly seed: number
}

/** A range: each summit a sheet with a lit face, a shaded face and snow; lower ones stand before higher ones. */
export async function massif(stage: Stage, pick: Random, what: Massif): Promise<Layer[]> {
  const layers: Layer[] = []
  for (const peak of summits(stage, pick, what).sort((a, b) => b.height - a.height)) {
    await stage.breathe()
    layers.push(...mountain(stage, peak, what))
  }
  return layers
}

function summits(stage: Stage, pick: Random, what: Massif): Peak[] {
  const { width } = stage.frame
  const focus = width * (stage.light.x < width / 2 ? pick.between(0.58, 0.72) : pick.between(0.28, 0.42))
  // In a long format a high summit comes again and again.
  const period = 1.9
  const awayFrom = (x: number) => Math.abs(x - focus - period * Math.round((x - focus) / period))
  const peaks: Peak[] = []
  const add = (x: number, height: number, low: number) =>
    peaks.push({ x, height, left: pick.between(low, 1.2), right: pick.between(low, 1.2), seed: pick.seed() })
  add(focus, what.height, 0.72)
  for (let x = focus - period; x > -0.2; x -= period) add(x, what.height * pick.between(0.75, 0.97), 0.72)
  for (let x = focus + period; x < width + 0.2; x += period) add(x, what.height * pick.between(0.75, 0.97), 0.72)
  const count = Math.max(4, Math.round((width + 0.5) * what.peaks * 2.4))
  for (let i = 0; i < count; i++) {
    const x = mix(-0.2, width + 0.2, (i + pick.between(0.1, 0.9)) / count)
    add(x, what.height * mix(0.78, 0.42, clamp(awayFrom(x) / 0.9)) * pick.between(0.55, 1.12), 0.7)
  }
  return peaks
}

/** Height of a peak's outline at a share of its flank, 0 at the summit and 1 at the foot: steep above, running out below. */
function outline(peak: Peak, t: number, side: number): readonly [number, number] {
  const run = side < 0 ? peak.left : peak.right
  const rough = fractal1(t * 9 + side * 40, 4, peak.seed) * 0.085 * Math.min(1, t * 7) * (1.2 - t)
  const fall = t * (1.16 - 0.16 * t)
  return [peak.x + side * run * peak.height * t * (0.82 + 0.18 * t), peak.height * (1 - fall + rough)]
}

function flank(peak: Peak, base: number, side: number): number[] {
  const points: number[] = []
  const count = Math.round(clamp(peak.height * 220, 16, 70))
  for (let i = 0; i <= count; i++) {
    const [x, up] = outline(peak, i / count, side)
    points.push(x, base - up)
  }
  return points
}

function mountain(stage: Stage, peak: Peak, what: Massif): Layer[] {
  const { base } = what
  const top = base - peak.height
  const left = pairs(flank(peak, base, -1))
  const right = pairs(flank(peak, base, 1))
  const skirt = base + 0.06
  const first = left.at(-1) ?? [peak.x, base]
  const last = right.at(-1) ?? [peak.x, base]
  const body: Contour = [first[0], skirt, ...left.reverse().flat(), ...right.slice(1).flat(), last[0], skirt]
  const colour = landAt(stage, what.depth)
  const layers: Layer[] = [
    { kind: 'shape', contours: [body], paint: misty(stage, colour, { top, foot: base, mist: what.mist }), sheet: true },
  ]
  if (stage.style.name === 'ink' || peak.height < 0.035) return layers
  const side = stage.light.x < peak.x ? 1 : -1
  if (what.snow && peak.height > what.height * 0.4) layers.push(snowCap(stage, peak, { ...what, colour }))
  return [...layers, ...faces(stage, peak, { base, side, colour })]
}

function pairs(flat: readonly number[]): [number, number][] {
  const result: [number, number][] = []
  for (let i = 0; i < flat.length; i += 2) result.push([flat[i] ?? 0, flat[i + 1] ?? 0])
  return result
}

/** Snow from the summit down to a ragged line that reaches farther in the gullies. */
function snowCap(stage: Stage, peak: Peak, what: Massif & { colour: Rgb }): Layer {
  const reach = clamp(0.3 + (peak.height / what.height) * 0.3, 0.2, 0.56)
  const top = what.base - peak.height
  const points: number[] = []
  const down: [number, number][] = []
  for (const side of [-1, 1]) {
    const edge: [number, number][] = []
    for (let i = 0; i <= 24; i++) {
      const [x, up] = outline(peak, (i / 24) * reach, side)
      edge.push([x, what.base - up])
    }
    down.push(...(side < 0 ? edge.reverse() : edge.slice(1)))
  }
  points.push(...down.flat())
  const from = down.at(-1) ?? [peak.x, top]
  const to = down[0] ?? [peak.x, top]
  const teeth = Math.round(clamp(peak.height * 60, 7, 22))
  for (let i = 1; i < teeth; i++) {
    const t = i / teeth
    const tall = peak.height * (i % 2 === 0 ? -0.13 : 0.1) * (0.45 + Math.abs(noise1(i * 3.7, peak.seed + 3)))
    points.push(mix(from[0], to[0], t) + noise1(i * 5.1, peak.seed) * 0.006, mix(from[1], to[1], t) + tall)
  }
  const white = blend(blend(stage.palette.haze, SNOW, 0.35 + 0.6 * daylight(stage)), stage.palette.light, 0.22)
  const colour = blend(what.colour, white, 0.62 + 0.3 * what.depth)
  return {
    kind: 'shape',
    contours: [points],
    paint: misty(stage, colour, { top, foot: top + peak.height * 0.75, mist: 0.35 }),
  }
}

/** The face in shade, from the summit down a jagged rib; ribs of shade on the lit face; a gleam along it. */
function faces(stage: Stage, peak: Peak, what: { base: number; side: number; colour: Rgb }): Layer[] {
  const { base, side, colour } = what
  const top = base - peak.height
  const shade = blend(adjust(colour, { light: -0.12 }), stage.palette.near, 0.32)
  const rib = ribOf(peak, { base, drift: -side * 0.16, from: 0 })
  const shaded: Contour = [...flank(peak, base, side), ...pairs(rib).reverse().flat()]
  const slivers: Contour[] = []
  for (let i = 0; i < 4; i++) {
    const t = 0.1 + i * 0.17 + 0.06 * noise1(i * 7, peak.seed)
    const [x, up] = outline(peak, t, -side)
    const long = peak.height * (0.5 - 0.07 * i)
    const lean = side * peak.height * (0.1 + 0.05 * noise1(i * 3.3, peak.seed + 2))
    const y = base - up
    slivers.push([
      x + side * 0.002,
      y + 0.002,
      x + side * 0.02 * (1 + peak.height * 2) + lean * 0.25,
      y + long * 0.32,
      x + lean * 0.6,
      y + long * 0.55,
      x + lean * 1.1,
      y + long,
      x + lean * 0.3,
      y + long * 0.5,
      x + lean * 0.12,
      y + long * 0.3,
    ])
  }
  const fade = (ink: Rgb, strength: number): Paint => ({
    kind: 'linear',
    from: [0, top],
    to: [0, base],
    stops: [
      { at: 0, colour: ink, alpha: strength },
      { at: 0.4, colour: ink, alpha: strength * 0.7 },
      { at: 0.92, colour: ink, alpha: 0 },
      { at: 1, colour: ink, alpha: 0 },
    ],
  })
  const gleam = blend(colour, stage.palette.glow, 0.7)
  const sunny: Contour = [...flank(peak, base, -side), ...pairs(rib).reverse().flat()]
  return [
    { kind: 'shape', contours: [sunny], paint: fade(gleam, 0.26) },
    { kind: 'shape', contours: slivers, paint: fade(shade, 0.42) },
    { kind: 'shape', contours: [shaded], paint: fade(shade, 0.7), stipple: 0.16 },
  ]
}

function ribOf(peak: Peak, what: { base: number; drift: number; from: number }): number[] {
  const points: number[] = [peak.x, what.base - peak.height]
  const knees = 11
  for (let i = 1; i <= knees; i++) {
    const t = i / knees
    const zig = (i % 2 === 0 ? 1 : -1) * 0.035 + noise1(i * 1.7, peak.seed + 21) * 0.1
    points.push(peak.x + peak.height * (zig * (0.4 + t) + what.drift * t), what.base - peak.height * (1 - t))
  }
  return points
}
