import { adjust, blend, type Rgb } from '../draw/colour.ts'
import type { Layer, ShapeLayer } from '../draw/layer.ts'
import { type Contour, place, type Placement, polygon } from '../draw/path.ts'
import { aired, lit, type Stage } from '../scene/stage.ts'

/** What a part of a figure is painted with; the scene's light decides the colour. */
export type Tone = 'body' | 'shade' | 'light' | 'pale' | 'dark' | 'trunk' | 'accent' | 'glow'

export interface Part {
  readonly contours: readonly Contour[]
  readonly tone: Tone
  readonly alpha?: number
}

/** A thing in its own space: it stands on (0, 0), is about 1 high (y upwards is negative) and looks to the right. */
export type Figure = readonly Part[]

export type Inks = Readonly<Record<Tone, Rgb>>

export function part(tone: Tone, contours: readonly Contour[], alpha?: number): Part {
  return alpha === undefined ? { tone, contours } : { tone, contours, alpha }
}

/** Colours for a figure whose own colour is `own` (null: a silhouette), at a depth of the scene. */
export function inksFor(stage: Stage, own: Rgb | null, depth: number): Inks {
  const { palette } = stage
  const dark = aired(stage, palette.near, depth)
  const body = own === null ? dark : lit(stage, own, depth)
  return {
    body,
    shade: own === null ? adjust(dark, { light: -0.03 }) : blend(body, palette.near, 0.36),
    light: blend(body, palette.glow, own === null ? 0.3 : 0.34),
    pale: aired(
      stage,
      blend(body, blend(palette.light, [1, 1, 1], 0.4), own === null ? 0.2 : 0.72),
      Math.max(depth, 0.6),
    ),
    dark: aired(stage, adjust(palette.near, { light: -0.02 }), depth),
    trunk: aired(stage, blend(palette.near, [0.36, 0.24, 0.2], 0.35), depth),
    accent: blend(palette.haze, palette.accent, 0.35 + 0.65 * depth),
    glow: palette.accent,
  }
}

/** Layers of a figure that was put somewhere, with light along the side that looks to the sun or moon. */
export function dress(stage: Stage, figure: Figure, how: { at: Placement; inks: Inks; rim?: number }): Layer[] {
  const layers: Layer[] = []
  const rim = how.rim ?? 0
  if (rim > 0) {
    const dx = stage.light.x < how.at.x ? -1 : 1
    const edge = { ...how.at, x: how.at.x + dx * rim, y: how.at.y - rim * 0.6 }
    const solid = figure.filter((p) => p.tone !== 'glow').flatMap((p) => place(p.contours, edge))
    layers.push({
      kind: 'shape',
      contours: solid,
      paint: { kind: 'flat', colour: blend(how.inks.body, stage.palette.glow, 0.75) },
    })
  }
  for (const piece of figure) {
    const shape: ShapeLayer = {
      kind: 'shape',
      contours: place(piece.contours, how.at),
      paint: { kind: 'flat', colour: how.inks[piece.tone] },
      sheet: stage.style.wash !== null && piece.tone === 'body',
    }
    layers.push(piece.alpha === undefined ? shape : { ...shape, alpha: piece.alpha })
  }
  return layers
}

/** An upright box by its sides and the heights of its top and foot. */
export const quad = (left: number, right: number, range: readonly [number, number]): Contour =>
  polygon([
    [left, range[0]],
    [right, range[0]],
    [right, range[1]],
    [left, range[1]],
  ])

/** Only the outline of a figure, for crowds and distance. */
export function silhouette(figure: Figure, at: Placement): Contour[] {
  return figure.flatMap((piece) => place(piece.contours, at))
}
