import { clamp, cos, mix, power, sin, TAU } from './maths.ts'

/** Red, green and blue of sRGB, each 0 … 1. */
export type Rgb = readonly [number, number, number]

/** OKLab (Björn Ottosson, 2020): equal steps look equal, so mixtures stay clean. */
type Lab = readonly [number, number, number]

export function hex(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16)
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
}

function toLinear(c: number): number {
  return c <= 0.04045 ? c / 12.92 : power((c + 0.055) / 1.055, 2.4)
}

function toGamma(c: number): number {
  return clamp(c <= 0.0031308 ? c * 12.92 : 1.055 * power(c, 1 / 2.4) - 0.055)
}

export function toLab(colour: Rgb): Lab {
  const r = toLinear(colour[0])
  const g = toLinear(colour[1])
  const b = toLinear(colour[2])
  const l = power(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b, 1 / 3)
  const m = power(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b, 1 / 3)
  const s = power(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b, 1 / 3)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

export function fromLab(lab: Lab): Rgb {
  const l = lab[0] + 0.3963377774 * lab[1] + 0.2158037573 * lab[2]
  const m = lab[0] - 0.1055613458 * lab[1] - 0.0638541728 * lab[2]
  const s = lab[0] - 0.0894841775 * lab[1] - 1.291485548 * lab[2]
  const l3 = l * l * l
  const m3 = m * m * m
  const s3 = s * s * s
  return [
    toGamma(4.0767416621 * l3 - 3.3077115913 * m3 + 0.2309699292 * s3),
    toGamma(-1.2684380046 * l3 + 2.6097574011 * m3 - 0.3413193965 * s3),
    toGamma(-0.0041960863 * l3 - 0.7034186147 * m3 + 1.707614701 * s3),
  ]
}

export function blend(from: Rgb, to: Rgb, t: number): Rgb {
  const a = toLab(from)
  const b = toLab(to)
  const k = clamp(t)
  return fromLab([mix(a[0], b[0], k), mix(a[1], b[1], k), mix(a[2], b[2], k)])
}

/** Lightness as the eye sees it, 0 … 1. */
export function lightness(colour: Rgb): number {
  return toLab(colour)[0]
}

/** Adds to lightness, multiplies colourfulness, turns the hue (in turns, 0 … 1). */
export function adjust(colour: Rgb, change: { light?: number; chroma?: number; turn?: number }): Rgb {
  const [l, a, b] = toLab(colour)
  const angle = (change.turn ?? 0) * TAU
  const k = change.chroma ?? 1
  const c = cos(angle)
  const s = sin(angle)
  return fromLab([clamp(l + (change.light ?? 0)), (a * c - b * s) * k, (a * s + b * c) * k])
}

/** `colour` in a light that is gone to the share `t`: as dark as `dark`, yet still of its own hue. */
export function dimmed(dark: Rgb, colour: Rgb, t: number): Rgb {
  const a = toLab(dark)
  const b = toLab(colour)
  const hue = Math.sqrt(t) * 0.9 + t * 0.1
  return fromLab([mix(a[0], b[0], t), mix(a[1], b[1], hue), mix(a[2], b[2], hue)])
}

/** `colour` with its lightness kept and its hue drawn towards that of `tint`. */
export function tinted(colour: Rgb, tint: Rgb, amount: number): Rgb {
  const own = toLab(colour)
  const other = toLab(tint)
  return fromLab([own[0], mix(own[1], other[1], amount), mix(own[2], other[2], amount)])
}
