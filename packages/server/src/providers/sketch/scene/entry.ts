import { adjust, blend, hex, type Rgb } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { clamp } from '../draw/maths.ts'
import type { Random } from '../draw/random.ts'
import { type Inks, inksFor } from '../figures/figure.ts'
import type { Subject } from '../words/reading.ts'
import { foliage } from './palettes.ts'
import { roleOf } from './roles.ts'
import type { Stage } from './stage.ts'

/** Layers that belong right after the plane of that number; −1: behind all land. */
export interface Entrance {
  readonly after: number
  readonly layers: readonly Layer[]
}

export interface Entry {
  readonly subject: Subject
  readonly pick: Random
  readonly x: number
}

function colourOf(stage: Stage, subject: Subject): Rgb | null {
  if (subject.colour !== null) return subject.colour
  const role = roleOf(subject.kind)
  return role.leafy ? (foliage[stage.season === 'winter' ? 'winter' : stage.season][1] ?? null) : role.own
}

/** A named colour is kept bright, whatever the hour: it was asked for. */
export function inksOf(stage: Stage, subject: Subject, depth: number): Inks {
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
export function spread(
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
