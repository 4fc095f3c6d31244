import { adjust, blend, hex, type Rgb } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { clamp, mix, TAU } from '../draw/maths.ts'
import { ellipse, limb, polygon, type Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import { dress, inksFor, type Figure, type Inks } from '../figures/figure.ts'
import type { Subject } from '../words/reading.ts'
import { foliage } from './palettes.ts'
import { roleOf } from './roles.ts'
import type { Plane, Stage } from './stage.ts'

/** Layers that belong right after the plane of that number; −1: behind all land. */
export interface Entrance {
  readonly after: number
  readonly layers: readonly Layer[]
}

/** Puts each subject where it belongs: on the ground, on the water, in the air. */
export function cast(stage: Stage, planes: readonly Plane[], heroX: number): Entrance[] {
  const result: Entrance[] = []
  const grounded = stage.reading.subjects.filter((subject) =>
    ['near', 'mid', 'tree'].includes(roleOf(subject.kind).zone),
  )
  for (const [index, subject] of stage.reading.subjects.entries()) {
    const pick = stage.random.fork(`subject ${index} ${subject.kind}`)
    const first = grounded[0] === undefined || grounded[0] === subject
    // The second subject goes to the other third, the next ones between.
    const x = first ? heroX : stage.frame.width - heroX + stage.frame.width * 0.13 * ((index % 3) - 1)
    result.push(...enter(stage, planes, { subject, pick, x }))
  }
  return result
}

interface Entry {
  readonly subject: Subject
  readonly pick: Random
  readonly x: number
}

function enter(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { kind } = entry.subject
  const role = roleOf(kind)
  const floating = stage.place === 'space' || stage.place === 'underwater'
  if (kind === 'bridge') return bridge(stage, planes)
  if (kind === 'flower' || kind === 'reed') return []
  if ((kind === 'pine' || kind === 'tree' || kind === 'birch') && stage.place === 'forest') return []
  if (kind === 'palm' && stage.place === 'island') return []
  if (
    role.zone === 'sky' ||
    role.zone === 'deep' ||
    floating ||
    (kind === 'whale' && !planes.some((plane) => plane.water))
  )
    return aloft(stage, planes, entry)
  if (role.zone === 'water') return afloat(stage, planes, entry)
  return standing(stage, planes, entry)
}

function colourOf(stage: Stage, subject: Subject): Rgb | null {
  if (subject.colour !== null) return subject.colour
  const role = roleOf(subject.kind)
  return role.leafy ? (foliage[stage.season === 'winter' ? 'winter' : stage.season][1] ?? null) : role.own
}

/** A named colour is kept bright, whatever the hour: it was asked for. */
function inksOf(stage: Stage, subject: Subject, depth: number): Inks {
  const own = colourOf(stage, subject)
  const inks = inksFor(stage, own, depth)
  const windows =
    stage.time === 'day' && stage.reading.weather !== 'storm'
      ? blend(stage.palette.near, stage.palette.haze, 0.35)
      : blend(hex('#ffcf70'), stage.palette.accent, 0.35)
  const alive = ['near', 'sky', 'deep'].includes(roleOf(subject.kind).zone)
  const roof =
    subject.kind === 'house' || subject.kind === 'cabin' || subject.kind === 'barn'
      ? { accent: inksFor(stage, hex('#7d4a44'), depth).body }
      : {}
  if (subject.colour === null) return { ...inks, ...roof, glow: alive ? inks.glow : windows }
  const body = blend(inks.body, subject.colour, 0.62)
  const accented = own !== null && roleOf(subject.kind).own === null ? { accent: subject.colour } : {}
  return {
    ...inks,
    ...accented,
    body,
    shade: blend(body, stage.palette.near, 0.4),
    light: adjust(body, { light: 0.1 }),
    pale: adjust(body, { light: 0.2, chroma: 0.6 }),
    glow: alive ? inks.glow : windows,
  }
}

/** Places `count` things around `x` so that they do not stand in one another. */
function spread(
  pick: Random,
  what: { count: number; x: number; gap: number; width: number },
): { x: number; k: number }[] {
  const result: { x: number; k: number }[] = []
  for (let i = 0; i < what.count; i++) {
    const side = i % 2 === 1 ? 1 : -1
    const rank = Math.ceil(i / 2)
    const away = side * rank * what.gap * pick.between(0.9, 1.25)
    result.push({
      x: clamp(what.x + away, what.width * 0.04, what.width * 0.96),
      k: pick.between(0.84, 1) * (i === 0 ? 1.06 : 1),
    })
  }
  return result
}

function standing(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { subject, pick } = entry
  const { frame } = stage
  const role = roleOf(subject.kind)
  if (role.zone === 'tree') return planted(stage, planes, entry)
  const at = role.zone === 'mid' ? middlePlane(planes) : nearestAny(planes)
  const plane = planes[at]
  if (plane?.ground === undefined) return aloft(stage, planes, entry)
  const side = Math.min(frame.width, frame.height, 1)
  const crowd = 1 / (1 + 0.1 * (subject.count - 1))
  const size = role.size * side * crowd * (role.zone === 'mid' && plane.depth < 0.75 ? 0.8 : 1)
  const room = plane.room ?? ([0.06, 0.94] as const)
  const middle = clamp(entry.x, frame.width * room[0], frame.width * room[1])
  const layers: Layer[] = []
  const snow = stage.season === 'winter'
  for (const spot of spread(pick, {
    count: subject.count,
    x: middle,
    gap: size * role.girth * 2.1,
    width: frame.width,
  })) {
    const scale = size * spot.k
    const y = plane.ground(spot.x) + (role.zone === 'near' ? size * 0.04 * pick.next() : 0)
    const flip = role.zone === 'near' ? middle > frame.width * 0.55 !== pick.chance(0.12) : spot.x > stage.light.x
    layers.push(shadowUnder(stage, { x: spot.x, y, half: scale * role.girth * 0.8 }))
    layers.push(
      ...dress(stage, role.draw(pick, snow), {
        at: { x: spot.x, y, scale, flip },
        inks: inksOf(stage, subject, Math.max(plane.depth, role.zone === 'mid' ? 0.72 : 0.95)),
        rim: role.zone === 'near' && !snow ? size * 0.012 : 0,
      }),
    )
    if (subject.kind === 'lighthouse') layers.push(...beam(stage, { x: spot.x, y: y - scale * 0.843, size: scale }))
    if (subject.kind === 'campfire')
      layers.push({
        kind: 'glow',
        x: spot.x,
        y: y - scale * 0.5,
        radius: scale * 4.5,
        colour: hex('#ff8a2c'),
        strength: 0.5,
      })
  }
  return [{ after: at, layers }]
}

function middlePlane(planes: readonly Plane[]): number {
  let best = -1
  let score = Infinity
  for (const [i, plane] of planes.entries()) {
    if (plane.ground === undefined) continue
    const off = Math.abs(plane.depth - 0.78) - (plane.room === undefined ? 0 : 0.2)
    if (off < score) {
      score = off
      best = i
    }
  }
  return best
}

/** A tree alone stands as a figure does; several stand along the sides, the farther the smaller, and leave the view open. */
function planted(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { subject, pick } = entry
  const { frame } = stage
  const role = roleOf(subject.kind)
  const at = nearestAny(planes)
  const ground = planes[at]?.ground
  if (ground === undefined) return []
  const side = Math.min(frame.width, frame.height, 1)
  const single = subject.count === 1
  const size = role.size * side * (single ? 1.2 : 1.1)
  const left = entry.x < frame.width / 2
  const layers: Layer[] = []
  const snow = stage.season === 'winter'
  const count = single ? 1 : Math.min(6, subject.count)
  for (let i = 0; i < count; i++) {
    const near = count - i
    const edge = (near % 2 === 1) === left
    const away = frame.width * (0.08 + 0.055 * (count - near)) + pick.bell() * 0.03
    const x = single ? entry.x : edge ? away : frame.width - away
    const scale = size * (single ? 1 : mix(0.55, 1.05, near / count)) * pick.between(0.92, 1.08)
    const y = ground(x) + (single ? 0.004 : 0.02 * (near / count))
    layers.push(shadowUnder(stage, { x, y, half: scale * role.girth * 0.4 }))
    layers.push(
      ...dress(stage, role.draw(pick, snow), {
        at: { x, y, scale, flip: stage.light.x > x },
        inks: inksOf(stage, subject, 0.97),
      }),
    )
  }
  return [{ after: at, layers }]
}

function nearestAny(planes: readonly Plane[]): number {
  return planes.findLastIndex((plane) => plane.ground !== undefined)
}

function shadowUnder(stage: Stage, at: { x: number; y: number; half: number }): Layer {
  const lean = clamp((at.x - stage.light.x) * 0.7, -0.6, 0.6) * at.half
  return {
    kind: 'shape',
    contours: [ellipse(at.x + lean, at.y + at.half * 0.02, [at.half * 1.05, at.half * 0.09 + 0.003])],
    paint: { kind: 'flat', colour: stage.palette.near },
    alpha: 0.26,
  }
}

/** The lamp's light: bright at the lamp, gone at the edge of the picture. */
function beam(stage: Stage, at: { x: number; y: number; size: number }): Layer[] {
  const { frame } = stage
  const warm = blend(hex('#fff1b8'), stage.palette.light, 0.4)
  const layers: Layer[] = [{ kind: 'glow', x: at.x, y: at.y, radius: at.size * 0.5, colour: warm, strength: 0.85 }]
  if (stage.time === 'day' && stage.reading.weather !== 'storm' && stage.reading.weather !== 'fog') return layers
  const long = Math.max(frame.width, 1) * 0.85
  for (const [side, reach, strength] of [
    [at.x > frame.width / 2 ? -1 : 1, long, 0.62],
    [at.x > frame.width / 2 ? 1 : -1, long * 0.6, 0.4],
  ] as const) {
    const end = at.x + side * reach
    layers.push({
      kind: 'shape',
      contours: [
        polygon([
          [at.x, at.y - at.size * 0.012],
          [end, at.y - reach * 0.17],
          [end, at.y + reach * 0.05],
          [at.x, at.y + at.size * 0.012],
        ]),
      ],
      paint: {
        kind: 'linear',
        from: [at.x, at.y],
        to: [end, at.y],
        stops: [
          { at: 0, colour: warm, alpha: strength },
          { at: 0.4, colour: warm, alpha: strength * 0.42 },
          { at: 1, colour: warm, alpha: 0 },
        ],
      },
      blend: 'screen',
    })
  }
  return layers
}

function afloat(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { subject, pick } = entry
  const { frame } = stage
  const waters = planes.flatMap((plane, i) => (plane.water === undefined ? [] : [i]))
  const at = waters[Math.floor((waters.length - 1) / 2)] ?? -1
  const strip = planes[at]?.water
  if (strip === undefined) return standing(stage, planes, entry)
  const role = roleOf(subject.kind)
  const side = Math.min(frame.width, frame.height, 1)
  const size = (role.size * side) / (1 + 0.09 * (subject.count - 1))
  const layers: Layer[] = []
  const spots = spread(pick, {
    count: subject.count,
    x: entry.x,
    gap: Math.max(size * role.girth * 2.2, 0.12),
    width: frame.width,
  })
  const placed = spots.map((spot, i) => {
    const t = subject.count === 1 ? (role.size > 0.15 ? 0.35 : 0.5) : clamp((i * 0.618) % 1)
    return {
      ...spot,
      y: mix(strip.top, strip.bottom, t),
      scale: size * spot.k * mix(subject.count === 1 ? 1 : 0.6, 1.15, t),
    }
  })
  for (const spot of placed.sort((a, b) => a.y - b.y)) {
    const inks = inksOf(stage, subject, 0.92)
    const flip = pick.chance(0.5)
    if (subject.kind === 'whale')
      layers.push(...breach(stage, pick, { ...spot, inks, figure: role.draw(pick, false), flip }))
    else
      layers.push(
        ...floating(stage, {
          ...spot,
          inks,
          figure: role.draw(pick, false),
          flip,
          girth: role.girth,
          rock: stage.reading.weather === 'storm' ? pick.bell() * 0.3 : 0,
        }),
      )
  }
  return [{ after: at, layers }]
}

interface Float {
  readonly x: number
  readonly y: number
  readonly scale: number
  readonly inks: Inks
  readonly figure: Figure
  readonly flip: boolean
}

function floating(stage: Stage, what: Float & { girth: number; rock: number }): Layer[] {
  const { x, y, scale, flip } = what
  const mirror = dress(stage, what.figure, {
    at: { x, y: y + scale * 0.02, scale: scale * 0.9, flip: !flip, turn: TAU / 2 + what.rock },
    inks: what.inks,
  })
  const wake = [
    ellipse(x, y + scale * 0.03, [scale * what.girth * 0.95, scale * 0.012 + 0.001]),
    ellipse(x + scale * 0.2, y + scale * 0.085, [scale * what.girth * 0.55, scale * 0.008 + 0.0008]),
  ]
  return [
    ...mirror.map((layer) =>
      layer.kind === 'shape' ? { ...layer, alpha: 0.3 * (layer.alpha ?? 1), sheet: false } : layer,
    ),
    ...dress(stage, what.figure, { at: { x, y, scale, flip, turn: what.rock }, inks: what.inks }),
    {
      kind: 'shape',
      contours: wake,
      paint: { kind: 'flat', colour: blend(stage.palette.haze, stage.palette.light, 0.5) },
      alpha: 0.6,
    },
  ]
}

/** A whale half out of the water, with spray where it breaks the surface. */
function breach(stage: Stage, pick: Random, what: Float): Layer[] {
  const { x, y, scale, flip } = what
  const turn = flip ? 0.72 : -0.72
  const layers = dress(stage, what.figure, {
    at: { x, y: y + scale * 0.16, scale: scale * 1.2, flip, turn },
    inks: what.inks,
    rim: scale * 0.014,
  })
  const cut = layers.map((layer) =>
    layer.kind === 'shape' ? { ...layer, contours: layer.contours.map((contour) => sunk(contour, y)) } : layer,
  )
  const foam: Contour[] = []
  const drops: { x: number; y: number; r: number; alpha: number }[] = []
  for (let i = 0; i < 46; i++) {
    const off = pick.bell() * scale * 0.75
    foam.push(
      ellipse(x + off, y + Math.abs(pick.bell()) * scale * 0.05, [
        scale * pick.between(0.03, 0.12),
        scale * pick.between(0.008, 0.024),
      ]),
    )
    drops.push({
      x: x + pick.bell() * scale * 0.9,
      y: y - Math.abs(pick.bell()) * scale * 0.5,
      r: scale * pick.between(0.004, 0.018),
      alpha: pick.between(0.4, 0.9),
    })
  }
  const white = blend(stage.palette.haze, stage.palette.light, 0.75)
  return [
    ...cut,
    { kind: 'shape', contours: foam, paint: { kind: 'flat', colour: white }, alpha: 0.85 },
    { kind: 'dots', dots: drops, colour: white },
  ]
}

function sunk(contour: Contour, waterline: number): Contour {
  return contour.map((value, i) => (i % 2 === 1 && value > waterline ? waterline : value))
}

function aloft(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { subject, pick } = entry
  const { frame } = stage
  const role = roleOf(subject.kind)
  const side = Math.min(frame.width, frame.height, 1)
  const deep = stage.place === 'underwater' || stage.place === 'space'
  const top = deep ? frame.height * 0.24 : stage.horizon * 0.16
  const bottom = deep ? frame.height * 0.74 : stage.horizon * (role.size > 0.2 ? 0.66 : 0.82)
  const single = subject.count === 1
  const size = role.size * side * (single ? 1 : 0.75) * (subject.kind === 'whale' ? 1.05 : 1)
  const layers: Layer[] = []
  const count = subject.kind === 'bird' && subject.count > 1 ? subject.count + 4 : subject.count
  for (let i = 0; i < count; i++) {
    const t = single ? 0.5 : (i * 0.618 + 0.2) % 1
    const x = single ? entry.x : frame.width * clamp(0.12 + 0.76 * ((i * 0.755 + pick.next() * 0.18 + 0.3) % 1))
    const y = mix(top, bottom, single ? pick.between(0.35, 0.6) : t) + size * 0.5
    const k = single ? 1 : mix(0.55, 1.1, t) * pick.between(0.85, 1.1)
    const depth = single ? 0.92 : mix(0.55, 0.95, k - 0.3)
    const inks = inksOf(stage, subject, depth)
    const painted =
      subject.kind === 'balloon' && i > 0 ? { ...inks, accent: adjust(inks.accent, { turn: (i * 0.17) % 1 }) } : inks
    const turn =
      subject.kind === 'rocket'
        ? 0.5
        : subject.kind === 'astronaut'
          ? -0.25
          : subject.kind === 'butterfly'
            ? pick.bell() * 0.8
            : 0
    if (subject.kind === 'lantern')
      layers.push({
        kind: 'glow',
        x,
        y: y - size * k * 0.5,
        radius: size * k * 2.4,
        colour: hex('#ff9a3c'),
        strength: 0.5,
      })
    const flip = stage.light.x < x ? role.girth > 0.5 && pick.chance(0.75) : pick.chance(0.25)
    layers.push(
      ...dress(stage, role.draw(pick, false), {
        at: { x, y, scale: size * k, flip, turn },
        inks: painted,
        rim: size > 0.15 ? size * k * 0.01 : 0,
      }),
    )
  }
  return [{ after: planes.length - (deep ? 2 : Math.max(1, planes.length - skyDepth(planes))), layers }]
}

/** Flyers are behind near trees but before far mountains. */
function skyDepth(planes: readonly Plane[]): number {
  const first = planes.findIndex((plane) => plane.depth > 0.4)
  return first < 0 ? planes.length - 1 : Math.max(0, first - 1)
}

/** A long bridge from side to side: a suspended deck over water, stone arches on land. */
function bridge(stage: Stage, planes: readonly Plane[]): Entrance[] {
  const { frame, horizon, palette } = stage
  const at = planes.findIndex((plane) => plane.water !== undefined)
  const y = horizon - 0.055
  const contours: Contour[] = []
  const deck = (from: number, to: number): Contour =>
    polygon([
      [-0.1, from],
      [frame.width + 0.1, from],
      [frame.width + 0.1, to],
      [-0.1, to],
    ])
  contours.push(deck(y, y + 0.016))
  const span = Math.max(0.5, frame.width * 0.5)
  const start = frame.width * 0.5 - span * 0.5
  for (let i = -1; i <= Math.ceil(frame.width / span); i++) {
    const x = start + i * span
    contours.push(
      polygon([
        [x - 0.012, y - 0.24],
        [x + 0.012, y - 0.24],
        [x + 0.016, horizon + 0.03],
        [x - 0.016, horizon + 0.03],
      ]),
    )
    const cable: [number, number, number][] = []
    for (let k = 0; k <= 12; k++) {
      const s = k / 12
      const cy = y - 0.235 + 0.225 * 4 * s * (1 - s)
      cable.push([x + s * span, cy, 0.0026])
      contours.push(
        polygon([
          [x + s * span - 0.001, cy],
          [x + s * span + 0.001, cy],
          [x + s * span + 0.001, y],
          [x + s * span - 0.001, y],
        ]),
      )
    }
    contours.push(limb(cable, 2))
  }
  const colour = blend(palette.haze, blend(palette.near, palette.accent, 0.55), 0.8)
  return [
    {
      after: Math.max(-1, at - 1),
      layers: [
        {
          kind: 'shape',
          contours,
          paint: {
            kind: 'linear',
            from: [0, y - 0.24],
            to: [0, horizon + 0.03],
            stops: [
              { at: 0, colour },
              { at: 1, colour: blend(colour, palette.near, 0.4) },
            ],
          },
        },
      ],
    },
  ]
}
