import type { Frame } from '../draw/layer.ts'
import type { Random } from '../draw/random.ts'
import type { Place, Reading, SubjectKind, Time } from '../words/reading.ts'
import type { Likeness } from './setting.ts'
import type { Light } from './stage.ts'

interface LightHints {
  readonly frame: Frame
  readonly horizon: number
  /** Where the main figure stands. */
  readonly heroX: number
  readonly random: Random
  readonly place: Place
  readonly likeness: Likeness | null
  /** Ink pictures hang their sun high, as a seal. */
  readonly ink: boolean
}

/** Figures whose outline looks well before a large sun or moon. */
const POSERS: ReadonlySet<SubjectKind> = new Set<SubjectKind>([
  'cat',
  'wolf',
  'deer',
  'owl',
  'fox',
  'horse',
  'unicorn',
  'rabbit',
  'bear',
  'dog',
  'elephant',
  'dragon',
  'robot',
  'whale',
  'sailboat',
  'ship',
])

const COVERED = ['storm', 'rain', 'snow', 'cloudy', 'fog']

/** Where the light comes from: behind the main figure, or in the other third. */
export function lightOf(reading: Reading, time: Time, hints: LightHints): Light {
  const { frame, horizon, heroX, random, place } = hints
  const kind = kindOf(reading, time, random)
  const asked = reading.signs.includes(kind)
  const shown = !reading.without.has(kind) && (asked || !COVERED.includes(reading.weather ?? ''))
  const hero = reading.subjects[0]
  const posed = hero !== undefined && hero.count === 1 && POSERS.has(hero.kind)
  const open = time !== 'day' && place !== 'forest' && place !== 'space'
  const backdrop = posed && open && hints.likeness === null && random.chance(asked ? 0.75 : 0.55)
  if (backdrop) {
    const radius = Math.min(frame.width, frame.height, 1) * random.between(0.16, 0.22)
    const high = hero.kind === 'whale' || hero.kind === 'dragon' ? 0.5 : 0.66
    return { kind, x: heroX + radius * 0.35 * random.bell(), y: horizon * high, radius, seen: shown }
  }
  const day = time === 'day'
  const seen = shown && (!day || asked || random.chance(0.55)) && !(place === 'forest' && day)
  const radius = radiusOf(reading, { kind, time, hints })
  if (place === 'underwater') return { kind, x: frame.width * random.between(0.4, 0.6), y: -0.05, radius, seen: false }
  if (place === 'space') return { kind, x: frame.width - heroX, y: -0.2, radius, seen: false }
  if (hints.likeness !== null) {
    const [x, y] = hints.likeness.light
    return { kind, x: frame.width * x, y: frame.height * y, radius, seen }
  }
  const [low, high] = heightsOf(kind, time, hints.ink)
  const across = frame.width - heroX + frame.width * 0.08 * random.bell()
  const x = place === 'forest' ? frame.width * random.between(0.4, 0.6) : across
  return { kind, x, y: horizon * random.between(low, high), radius, seen }
}

function kindOf(reading: Reading, time: Time, random: Random): Light['kind'] {
  if (time === 'night') return 'moon'
  if (time !== 'dusk' || reading.signs.includes('sun')) return 'sun'
  return reading.signs.includes('moon') || random.chance(0.4) ? 'moon' : 'sun'
}

function radiusOf(reading: Reading, what: { kind: Light['kind']; time: Time; hints: LightHints }): number {
  const { frame, random } = what.hints
  const low = what.time === 'dawn' || what.time === 'sunset'
  const side = Math.min(frame.width, frame.height, 1)
  const grand = reading.signs.includes(what.kind) || reading.mood === 'dreamy' || reading.mood === 'dramatic'
  const big = grand && (low || what.kind === 'moon') ? 1.5 : 1
  if (what.kind === 'moon') return side * big * random.between(0.04, 0.06)
  return side * big * (low ? random.between(0.055, 0.085) : random.between(0.035, 0.05))
}

/** Between which shares of the sky's height, from the top. */
function heightsOf(kind: Light['kind'], time: Time, ink: boolean): readonly [number, number] {
  if (ink) return [0.26, 0.46]
  if (time === 'dawn' || time === 'sunset') return [0.78, 0.93]
  if (time === 'dusk' && kind === 'sun') return [1, 1.06]
  return time === 'day' ? [0.16, 0.34] : [0.2, 0.42]
}
