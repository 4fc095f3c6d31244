import { blend, dimmed, type Rgb } from '../draw/colour.ts'
import type { Frame, Layer } from '../draw/layer.ts'
import type { Random } from '../draw/random.ts'
import type { Style } from '../draw/style.ts'
import type { Place, Reading, Season, Time } from '../words/reading.ts'
import type { Palette } from './palettes.ts'

/** What every part of a scene is composed from. */
export interface Stage {
  readonly frame: Frame
  readonly reading: Reading
  readonly palette: Palette
  readonly time: Time
  readonly season: Season
  readonly place: Place
  readonly style: Style
  /** Where sky and far ground meet. */
  readonly horizon: number
  readonly light: Light
  readonly random: Random
  /** Lets others run when it is time; composing a long panorama takes a while. */
  readonly breathe: () => Promise<void>
}

export interface Light {
  readonly kind: 'sun' | 'moon'
  readonly x: number
  readonly y: number
  readonly radius: number
  /** False when clouds or walls hide its face. */
  readonly seen: boolean
}

/** A slice of the scene, far to near: what is drawn for it, and where things may be put on it. */
export interface Plane {
  readonly layers: readonly Layer[]
  /** 0 far … 1 near: how much air lies before it. */
  readonly depth: number
  /** Height on the picture of the ground at `x`; absent: nothing stands here. */
  readonly ground?: (x: number) => number
  /** Strip of open water. */
  readonly water?: { readonly top: number; readonly bottom: number }
  /** Height of a grown person standing here, in units. */
  readonly person: number
  /** Part of the width where there is room, 0 … 1. */
  readonly room?: readonly [number, number]
}

/** The colour of something at a distance: its own, drowned in air. */
export function aired(stage: Stage, own: Rgb, depth: number): Rgb {
  return blend(stage.palette.haze, own, 0.12 + 0.88 * depth)
}

/** Land at a distance: from the far colour to the near one, the last step being the darkest. */
export function landAt(stage: Stage, depth: number): Rgb {
  const { far, near, haze } = stage.palette
  return depth < 0.5 ? blend(blend(haze, far, 0.35), far, depth * 2) : blend(far, near, (depth - 0.5) * 2)
}

/** How much of its own colour a thing shows: in daylight all, at night nearly none. */
export function daylight(stage: Stage): number {
  const by: Readonly<Record<Time, number>> = { dawn: 0.6, day: 1, sunset: 0.54, dusk: 0.34, night: 0.2 }
  return by[stage.time] * (stage.reading.weather === 'storm' ? 0.7 : 1)
}

/** A thing's own colour in the light of the hour. */
export function lit(stage: Stage, own: Rgb, depth: number): Rgb {
  const dark = dimmed(stage.palette.near, own, 0.28 + 0.72 * daylight(stage))
  return aired(stage, dark, depth)
}
