import { dress } from '../figures/figure.ts'
import { blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { clamp, mix } from '../draw/maths.ts'
import { ellipse, polygon } from '../draw/path.ts'
import { aloft } from './aloft.ts'
import { type Entrance, type Entry, inksOf, spread } from './entry.ts'
import { roleOf } from './roles.ts'
import type { Plane, Stage } from './stage.ts'

export function standing(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
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
    layers.push(...shadowUnder(stage, { x: spot.x, y, half: scale * role.girth * 0.8 }))
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
    layers.push(...shadowUnder(stage, { x, y, half: scale * role.girth * 0.4 }))
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

function shadowUnder(stage: Stage, at: { x: number; y: number; half: number }): Layer[] {
  const lean = clamp((at.x - stage.light.x) * 0.7, -0.6, 0.6) * at.half
  return [1, 0.82, 0.62].map((k) => ({
    kind: 'shape',
    contours: [ellipse(at.x + lean * 0.6, at.y + at.half * 0.02, [at.half * k, (at.half * 0.075 + 0.003) * k])],
    paint: { kind: 'flat', colour: stage.palette.near },
    alpha: 0.12,
  }))
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
