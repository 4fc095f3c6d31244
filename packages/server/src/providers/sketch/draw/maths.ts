// Math.sin, cos, exp, pow and hypot may differ in the last bit between processors and engine versions, and a last bit can
// decide a pixel. Everything here uses only + − × ÷, floor and sqrt, which IEEE 754 fixes exactly.

export const TAU = 6.283185307179586
const HALF_PI = TAU / 4
const LN2 = 0.6931471805599453

export function clamp(value: number, low = 0, high = 1): number {
  return value < low ? low : value > high ? high : value
}

export function mix(from: number, to: number, t: number): number {
  return from + (to - from) * t
}

/** 0 up to `low`, 1 from `high`, an S between them; also with `low` above `high`. */
export function ramp(low: number, high: number, value: number): number {
  const t = clamp((value - low) / (high - low))
  return t * t * (3 - 2 * t)
}

/** Sine of an angle in radians, to 1e-7: odd Taylor polynomial after folding into a quarter turn. */
export function sin(angle: number): number {
  let x = angle - Math.floor(angle / TAU + 0.5) * TAU
  if (x > HALF_PI) x = TAU / 2 - x
  if (x < -HALF_PI) x = -TAU / 2 - x
  const s = x * x
  return x * (1 + s * (-1 / 6 + s * (1 / 120 + s * (-1 / 5040 + s * (1 / 362880 - s / 39916800)))))
}

export function cos(angle: number): number {
  return sin(angle + HALF_PI)
}

export function distance(dx: number, dy: number): number {
  return Math.sqrt(dx * dx + dy * dy)
}

/** Natural logarithm of a positive number: halved into 0.7 … 1.4, then the series of artanh. */
function ln(value: number): number {
  let mantissa = value
  let power = 0
  while (mantissa > 1.4142135623730951) {
    mantissa /= 2
    power += 1
  }
  while (mantissa < 0.7071067811865476) {
    mantissa *= 2
    power -= 1
  }
  const z = (mantissa - 1) / (mantissa + 1)
  const s = z * z
  return power * LN2 + 2 * z * (1 + s * (1 / 3 + s * (1 / 5 + s * (1 / 7 + s * (1 / 9 + s / 11)))))
}

/** `base` to the power `exponent`, for a base of 0 or more. */
export function power(base: number, exponent: number): number {
  if (base <= 0) return 0
  const x = (ln(base) * exponent) / LN2
  const whole = Math.floor(x)
  const f = (x - whole) * LN2
  let result = 1 + f * (1 + (f / 2) * (1 + (f / 3) * (1 + (f / 4) * (1 + (f / 5) * (1 + (f / 6) * (1 + f / 7))))))
  for (let i = 0; i < whole; i++) result *= 2
  for (let i = 0; i > whole; i--) result /= 2
  return result
}
