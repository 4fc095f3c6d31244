/** A whole number from 0 to 2³²−1 that looks random in each of its arguments (finaliser of MurmurHash3). */
export function hash(x: number, y: number, seed: number): number {
  let h = (Math.imul(x, 0x27d4eb2d) ^ Math.imul(y, 0x165667b1) ^ seed) | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

const UNIT = 1 / 4294967296

/** Smooth value noise along a line, −1 … 1, one bump a unit. */
export function noise1(x: number, seed: number): number {
  const i = Math.floor(x)
  const f = x - i
  const s = f * f * f * (f * (f * 6 - 15) + 10)
  const a = hash(i, 7, seed) * UNIT
  const b = hash(i + 1, 7, seed) * UNIT
  return (a + (b - a) * s) * 2 - 1
}

/** Smooth value noise on the plane, −1 … 1, one bump a unit. */
export function noise2(x: number, y: number, seed: number): number {
  const i = Math.floor(x)
  const j = Math.floor(y)
  const fx = x - i
  const fy = y - j
  const sx = fx * fx * (3 - 2 * fx)
  const sy = fy * fy * (3 - 2 * fy)
  const a = hash(i, j, seed)
  const b = hash(i + 1, j, seed)
  const c = hash(i, j + 1, seed)
  const d = hash(i + 1, j + 1, seed)
  const top = a + (b - a) * sx
  const bottom = c + (d - c) * sx
  return (top + (bottom - top) * sy) * UNIT * 2 - 1
}

/** Octaves of {@link noise1}: each twice as fine and half as strong. About −1 … 1. */
export function fractal1(x: number, octaves: number, seed: number): number {
  let sum = 0
  let weight = 0.5
  let at = x
  for (let i = 0; i < octaves; i++) {
    sum += noise1(at, seed + i * 101) * weight
    at = at * 2.03 + 17.3
    weight *= 0.5
  }
  return sum
}

/** Octaves of {@link noise2}. About −1 … 1. */
export function fractal2(at: { x: number; y: number }, octaves: number, seed: number): number {
  let sum = 0
  let weight = 0.5
  let { x, y } = at
  for (let i = 0; i < octaves; i++) {
    sum += noise2(x, y, seed + i * 101) * weight
    // Turned a little from octave to octave, so that the lattice does not show.
    const turned = x * 1.62 - y * 1.21 + 11.7
    y = x * 1.21 + y * 1.62 + 5.3
    x = turned
    weight *= 0.5
  }
  return sum
}
