import type { Frame } from '../draw/layer.ts'
import { clamp } from '../draw/maths.ts'
import type { Random } from '../draw/random.ts'
import type { Place, Reading, Season, Time } from '../words/reading.ts'
import type { Palette } from './palettes.ts'
import { roleOf } from './roles.ts'

/** What a picture to start from gives: its colours and where its masses lie, as shares of the frame. */
export interface Likeness {
  readonly palette: Palette
  readonly horizon: number
  readonly light: readonly [number, number]
  readonly time: Time
}

export function placeOf(reading: Reading, pick: Random): Place {
  const [first, second] = reading.places
  if (first !== undefined) return specific(first, second)
  if (reading.signs.includes('planet') || reading.signs.includes('milkyway')) return pick.pick(['space', 'mountains'])
  // The first subject with a home of its own decides, animals and boats before trees.
  const homes = reading.subjects
    .map((subject) => roleOf(subject.kind))
    .sort((a, b) => Number(a.zone === 'tree') - Number(b.zone === 'tree'))
  const [lead] = homes
  if (lead !== undefined) return pick.pick(lead.home)
  const any = [
    'mountains',
    'lake',
    'sea',
    'forest',
    'desert',
    'meadow',
    'city',
    'island',
    'canyon',
    'village',
    'river',
    'beach',
    'harbour',
  ] as const
  const free = any.filter((name) => !reading.without.has(name))
  return free[pick.whole(0, free.length - 1)] ?? 'mountains'
}

/** `village by the lake`: the built place wins over land, water over mountains and woods. */
function specific(first: Place, second: Place | undefined): Place {
  const rank = (place: Place) =>
    [
      'mountains',
      'forest',
      'meadow',
      'sea',
      'river',
      'lake',
      'beach',
      'desert',
      'canyon',
      'island',
      'village',
      'city',
      'harbour',
      'underwater',
      'moon',
      'space',
    ].indexOf(place)
  if (second === undefined) return first
  if ((first === 'village' || first === 'city') && (second === 'sea' || second === 'beach'))
    return first === 'village' ? 'harbour' : 'city'
  return rank(second) > rank(first) ? second : first
}

export function timeOf(reading: Reading, place: Place, pick: Random): Time {
  if (place === 'space' || place === 'moon') return 'night'
  if (place === 'underwater') return 'day'
  if (reading.tone === 'neon') return 'night'
  if (reading.weather === 'storm') return pick.pick(['dusk', 'day', 'night'])
  if (reading.signs.includes('rainbow') || reading.mood === 'cheerful') return 'day'
  if (
    reading.subjects.some(
      (subject) =>
        subject.kind === 'owl' || subject.kind === 'bat' || subject.kind === 'lantern' || subject.kind === 'campfire',
    )
  )
    return pick.pick(['night', 'dusk'])
  const list: readonly [Time, ...Time[]] = ['sunset', 'sunset', 'dawn', 'dusk', 'night', 'day', 'day', 'dawn']
  const free = list.filter((time) => !reading.without.has(time))
  return free[pick.whole(0, free.length - 1)] ?? 'day'
}

export function seasonOf(reading: Reading, pick: Random): Season {
  if (reading.subjects.some((subject) => subject.kind === 'cherry')) return 'spring'
  if (reading.subjects.some((subject) => subject.kind === 'penguin')) return 'winter'
  return pick.pick(['summer', 'summer', 'spring', 'autumn', 'summer'])
}

export function horizonOf(place: Place, frame: Frame, what: { random: Random; likeness: Likeness | null }): number {
  const share: Readonly<Record<Place, number>> = {
    mountains: 0.56,
    sea: 0.58,
    beach: 0.48,
    lake: 0.56,
    river: 0.46,
    desert: 0.54,
    forest: 0.66,
    city: 0.7,
    village: 0.46,
    harbour: 0.56,
    meadow: 0.5,
    canyon: 0.56,
    island: 0.6,
    space: 1,
    moon: 0.62,
    underwater: 1,
  }
  if (share[place] === 1) return frame.height
  if (what.likeness !== null) return frame.height * clamp(what.likeness.horizon, 0.3, 0.8)
  return frame.height * (share[place] + what.random.between(-0.06, 0.06))
}
