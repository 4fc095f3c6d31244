import { blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { noise1 } from '../draw/noise.ts'
import { type Contour, place as put } from '../draw/path.ts'
import { bough } from '../figures/bough.ts'
import { inksFor } from '../figures/figure.ts'
import { foliage } from './palettes.ts'
import { scatter } from './parts.ts'
import type { Stage } from './stage.ts'

/** Bare paper around the picture. */
export function margin(stage: Stage): Layer[] {
  const { frame, style } = stage
  if (style.margin === null) return []
  const { width, rough } = style.margin
  const strip = (long: number, flip: boolean, far: number): Contour => {
    const inner: number[] = []
    for (let at = -0.1; at <= long + 0.1; at += 0.012) {
      const depth = width + rough * (noise1(at * 9 + far * 3.1, 61) + 0.6 * noise1(at * 41 + far, 62))
      const edge = far === 0 ? depth : far - depth
      inner.push(...(flip ? [edge, at] : [at, edge]))
    }
    const outer = far === 0 ? -0.2 : far + 0.2
    return flip ? [...inner, outer, long + 0.1, outer, -0.1] : [...inner, long + 0.1, outer, -0.1, outer]
  }
  const contours = [
    strip(frame.width, false, 0),
    strip(frame.width, false, frame.height),
    strip(frame.height, true, 0),
    strip(frame.height, true, frame.width),
  ]
  return [{ kind: 'shape', contours, paint: { kind: 'flat', colour: style.ground } }]
}

/** A bough from a corner, and what it lets fall. */
export function framing(stage: Stage): Layer[] {
  const { frame, reading, season, random, palette } = stage
  const pick = random.fork('framing')
  const cherry = reading.subjects.some((subject) => subject.kind === 'cherry')
  const open = ['lake', 'river', 'meadow'].includes(stage.place) && season !== 'winter'
  if (!cherry && (!open || reading.weather === 'storm' || reading.without.has('tree') || !pick.chance(0.22))) return []
  const scale = Math.min(0.85, frame.width * 0.7, frame.height * 0.8)
  const left = stage.light.x > frame.width / 2
  const pink = cherry || season === 'spring'
  const leaves = pink ? hex('#f3a6be') : foliage[season][1]
  const inks = inksFor(stage, leaves, 1)
  const at = { x: left ? 0 : frame.width, y: frame.height * 0.06, scale, flip: !left }
  const layers: Layer[] = bough(pick, cherry || season === 'spring').map((piece): Layer => ({
    kind: 'shape',
    contours: put(piece.contours, at),
    paint: {
      kind: 'flat',
      colour:
        pink && piece.tone === 'body'
          ? blend(inks.body, hex('#f3a6be'), 0.5)
          : pink && piece.tone === 'light'
            ? blend(inks.light, hex('#ffe3ec'), 0.7)
            : inks[piece.tone],
    },
  }))
  if (cherry)
    layers.push({
      kind: 'dots',
      dots: scatter(pick, {
        x: 0,
        y: 0,
        width: frame.width,
        height: frame.height,
        count: Math.round(frame.width * frame.height * 90),
        size: [0.002, 0.0055],
      }),
      colour: blend(hex('#ffd3e0'), palette.light, 0.2),
    })
  return layers
}
