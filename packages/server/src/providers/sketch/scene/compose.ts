import { adjust, blend, hex } from '../draw/colour.ts'
import type { Frame, Layer } from '../draw/layer.ts'
import { clamp } from '../draw/maths.ts'
import { noise1 } from '../draw/noise.ts'
import { place as put, type Contour } from '../draw/path.ts'
import type { Random } from '../draw/random.ts'
import type { Style } from '../draw/style.ts'
import { bough } from '../figures/trees.ts'
import { inksFor } from '../figures/figure.ts'
import type { Place, Reading, Season, Time } from '../words/reading.ts'
import { cast } from './cast.ts'
import { clouds } from './clouds.ts'
import { withExtras } from './extras.ts'
import { choosePalette } from './mood.ts'
import { foliage, type Palette } from './palettes.ts'
import { moonscape, space, underwater } from './beyond.ts'
import { scatter } from './parts.ts'
import { roleOf } from './roles.ts'
import { sky } from './sky.ts'
import type { Light, Plane, Stage } from './stage.ts'
import { city, harbour, village } from './towns.ts'
import { beach, headland, island, lake, river, sea, bank } from './waters.ts'
import { airBefore, signsInSky } from './weather.ts'
import { canyon, desert } from './drylands.ts'
import { mountains } from './wild.ts'
import { flowers, forest, meadow } from './woods.ts'

/** What a picture to start from gives: its colours and where its masses lie, as shares of the frame. */
export interface Likeness {
  readonly palette: Palette
  readonly horizon: number
  readonly light: readonly [number, number]
  readonly time: Time
}

export interface Scene {
  readonly layers: readonly Layer[]
  readonly stage: Stage
}

/** Decides everything that the words leave open, then lists the layers of the picture. */
export function compose(
  read: Reading,
  random: Random,
  what: { frame: Frame; style: Style; night: boolean; likeness: Likeness | null },
): Scene {
  const { frame, style, likeness } = what
  const place = placeOf(read, random.fork('place'))
  const reading = withExtras(read, place, random.fork('extras'))
  const time = what.night ? 'night' : (reading.time ?? likeness?.time ?? timeOf(reading, place, random.fork('time')))
  const season = reading.season ?? seasonOf(reading, random.fork('season'))
  const palette = likeness?.palette ?? forPlace(choosePalette(reading, time, random.fork('palette')), place, style)
  const heroX = frame.width * (random.fork('hero').chance(0.5) ? 0.35 : 0.65)
  const horizon = horizonOf(place, frame, { random: random.fork('horizon'), likeness })
  const light = lightOf(reading, time, {
    ink: style.name === 'ink',
    frame,
    horizon,
    heroX,
    random: random.fork('light'),
    place,
    likeness,
  })
  const stage: Stage = { frame, reading, palette, time, season, place, style, horizon, light, random }
  const planes = planesOf(stage)
  const entrances = cast(stage, planes, heroX)
  const layers: Layer[] = [...sky(stage), ...signsInSky(stage), ...clouds(stage)]
  for (const entrance of entrances) if (entrance.after < 0) layers.push(...entrance.layers)
  for (const [i, plane] of planes.entries()) {
    layers.push(...plane.layers)
    for (const entrance of entrances) if (entrance.after === i) layers.push(...entrance.layers)
  }
  layers.push(...framing(stage), ...airBefore(stage), ...margin(stage))
  return { layers, stage }
}

function placeOf(reading: Reading, pick: Random): Place {
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

function timeOf(reading: Reading, place: Place, pick: Random): Time {
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

function seasonOf(reading: Reading, pick: Random): Season {
  if (reading.subjects.some((subject) => subject.kind === 'cherry')) return 'spring'
  if (reading.subjects.some((subject) => subject.kind === 'penguin')) return 'winter'
  return pick.pick(['summer', 'summer', 'spring', 'autumn', 'summer'])
}

function horizonOf(place: Place, frame: Frame, what: { random: Random; likeness: Likeness | null }): number {
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
  return frame.height * (share[place] + what.random.between(-0.03, 0.04))
}

interface LightHints {
  readonly ink: boolean
  readonly frame: Frame
  readonly horizon: number
  readonly heroX: number
  readonly random: Random
  readonly place: Place
  readonly likeness: Likeness | null
}

function lightOf(reading: Reading, time: Time, hints: LightHints): Light {
  const { frame, horizon, heroX, random, place } = hints
  const kind =
    (time === 'night' || (time === 'dusk' && random.chance(0.4)) || reading.signs.includes('moon')) &&
    !(reading.signs.includes('sun') && time !== 'night') &&
    time !== 'dawn' &&
    time !== 'sunset' &&
    time !== 'day'
      ? 'moon'
      : 'sun'
  const asked = reading.signs.includes(kind)
  const refused = reading.without.has(kind)
  const covered = ['storm', 'rain', 'snow', 'cloudy', 'fog'].includes(reading.weather ?? '') && !asked
  const side = Math.min(frame.width, frame.height, 1)
  const hero = reading.subjects[0]
  const posed =
    hero !== undefined &&
    hero.count === 1 &&
    [
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
    ].includes(hero.kind)
  const backdrop =
    posed && time !== 'day' && place !== 'forest' && place !== 'space' && random.chance(asked ? 0.75 : 0.55)
  const across = frame.width - heroX + frame.width * 0.08 * random.bell()
  const big = asked || reading.mood === 'dreamy' || reading.mood === 'dramatic' ? 1.5 : 1
  if (backdrop) {
    const radius = side * random.between(0.16, 0.22)
    return {
      kind,
      x: heroX + radius * 0.35 * random.bell(),
      y: horizon * (hero.kind === 'whale' || hero.kind === 'dragon' ? 0.5 : 0.66),
      radius,
      seen: !refused && !covered,
    }
  }
  const low = time === 'dawn' || time === 'sunset'
  const heights = hints.ink
    ? [0.26, 0.46]
    : low
      ? [0.78, 0.93]
      : time === 'dusk' && kind === 'sun'
        ? [1, 1.06]
        : time === 'day'
          ? [0.16, 0.34]
          : [0.2, 0.42]
  const radius =
    side *
    (kind === 'sun' ? (low ? random.between(0.055, 0.085) : random.between(0.035, 0.05)) : random.between(0.04, 0.06)) *
    (kind === 'moon' || low ? big : 1)
  const seen = !refused && !covered && (time !== 'day' || asked || random.chance(0.55)) && place !== 'underwater'
  const x =
    hints.likeness === null
      ? place === 'underwater' || place === 'forest'
        ? frame.width * random.between(0.4, 0.6)
        : across
      : frame.width * hints.likeness.light[0]
  const y =
    hints.likeness === null
      ? horizon * random.between(heights[0] ?? 0.3, heights[1] ?? 0.4)
      : frame.height * hints.likeness.light[1]
  return {
    kind,
    x,
    y: place === 'underwater' ? -0.05 : place === 'space' ? -0.2 : y,
    radius,
    seen: seen && place !== 'space' && !(place === 'forest' && time === 'day'),
  }
}

function planesOf(stage: Stage): Plane[] {
  const pick = stage.random.fork('planes')
  const makers: Readonly<Record<Place, (stage: Stage, pick: Random) => Plane[]>> = {
    mountains,
    sea,
    beach,
    lake,
    river,
    desert,
    forest,
    city,
    village,
    harbour,
    meadow,
    canyon,
    island,
    space,
    moon: moonscape,
    underwater,
  }
  const planes = makers[stage.place](stage, pick)
  const kinds = stage.reading.subjects.map((subject) => roleOf(subject.kind).zone)
  if (stage.place === 'sea') {
    const first = planes.findIndex((plane) => plane.water !== undefined)
    if (kinds.includes('mid'))
      planes.splice(first + 1, 0, headland(stage, pick, { right: stage.light.x < stage.frame.width / 2, high: 0.17 }))
    if (kinds.includes('near') || kinds.includes('tree')) planes.push(bank(stage, pick))
  }
  if (stage.place === 'harbour' && (kinds.includes('near') || kinds.includes('tree'))) planes.push(bank(stage, pick))
  if (
    stage.reading.subjects.some((subject) => subject.kind === 'flower') &&
    !['space', 'underwater', 'moon', 'city'].includes(stage.place)
  )
    planes.push(flowers(stage, pick))
  return planes
}

function forPlace(palette: Palette, place: Place, style: Style): Palette {
  const placed =
    place === 'underwater'
      ? {
          ...palette,
          sky: ['#8fe3df', '#3fb3c4', '#1a7fa3', '#0d4f7c', '#08284f'].map(hex),
          light: hex('#eafff6'),
          glow: hex('#9ff0e0'),
          haze: hex('#2b93ad'),
          deep: hex('#0a3a63'),
          near: hex('#041a33'),
          far: hex('#1c6f92'),
        }
      : place === 'space' || place === 'moon'
        ? {
            ...palette,
            sky: palette.sky.map((colour, i) => adjust(colour, { light: -0.04 * i - (place === 'moon' ? 0.06 : 0) })),
          }
        : palette
  return style.name === 'ink' ? inked(placed) : placed
}

/** Ink on paper: greys, mist left bare, one red. */
function inked(palette: Palette): Palette {
  const paper = hex('#f1e9d8')
  const grey = (share: number) => blend(hex('#17171b'), paper, share)
  const hint = (colour: Palette['haze'], share: number) => blend(grey(share), adjust(colour, { chroma: 0.5 }), 0.14)
  return {
    sky: palette.sky.map((colour, i) => hint(colour, 0.84 + i * 0.035)),
    light: hex('#fbf5e6'),
    glow: hex('#f6ead0'),
    haze: hex('#eee5d2'),
    far: hint(palette.far, 0.5),
    near: grey(0),
    cloudLit: grey(0.96),
    cloudShade: grey(0.72),
    deep: hint(palette.deep, 0.55),
    accent: hex('#c8362c'),
  }
}

/** Bare paper around the picture. */
function margin(stage: Stage): Layer[] {
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
function framing(stage: Stage): Layer[] {
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
