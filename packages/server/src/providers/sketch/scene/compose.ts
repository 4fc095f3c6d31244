import { sky } from './sky.ts'
import { signsInSky } from './sky-signs.ts'
import { framing, margin } from './framing.ts'
import { clouds } from './clouds.ts'
import { airBefore } from './weather.ts'
import type { Frame, Layer } from '../draw/layer.ts'
import type { Random } from '../draw/random.ts'
import type { Style } from '../draw/style.ts'
import type { Place, Reading } from '../words/reading.ts'
import { canyon } from './canyon.ts'
import { cast } from './cast.ts'
import { city } from './city.ts'
import { beach, headland } from './coast.ts'
import { desert } from './desert.ts'
import { withExtras } from './extras.ts'
import { forest } from './forest.ts'
import { harbour } from './harbour.ts'
import { bank, lake } from './lake.ts'
import { flowers, meadow } from './meadow.ts'
import { choosePalette } from './mood.ts'
import { forPlace } from './place-palette.ts'
import { river } from './river.ts'
import { roleOf } from './roles.ts'
import { island, sea } from './sea.ts'
import { lightOf } from './light-source.ts'
import { horizonOf, type Likeness, placeOf, seasonOf, timeOf } from './setting.ts'
import { moonscape, space } from './space.ts'
import type { Plane, Stage } from './stage.ts'
import { underwater } from './underwater.ts'
import { village } from './village.ts'
import { mountains } from './wild.ts'

export interface Scene {
  readonly layers: readonly Layer[]
  readonly stage: Stage
}

/** Decides everything that the words leave open, then lists the layers of the picture. */
export async function compose(
  read: Reading,
  random: Random,
  what: {
    frame: Frame
    style: Style
    night: boolean
    likeness: Likeness | null
    breathe: () => Promise<void>
  },
): Promise<Scene> {
  const { frame, style, likeness, breathe } = what
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
  const stage: Stage = { frame, reading, palette, time, season, place, style, horizon, light, random, breathe }
  const planes = await planesOf(stage)
  await breathe()
  const entrances = cast(stage, planes, heroX)
  await breathe()
  const layers: Layer[] = [...sky(stage), ...signsInSky(stage), ...clouds(stage)]
  for (const entrance of entrances) if (entrance.after < 0) layers.push(...entrance.layers)
  for (const [i, plane] of planes.entries()) {
    layers.push(...plane.layers)
    for (const entrance of entrances) if (entrance.after === i) layers.push(...entrance.layers)
  }
  layers.push(...framing(stage), ...airBefore(stage), ...margin(stage))
  return { layers, stage }
}

async function planesOf(stage: Stage): Promise<Plane[]> {
  const pick = stage.random.fork('planes')
  const makers: Readonly<Record<Place, (stage: Stage, pick: Random) => Promise<Plane[]>>> = {
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
  const planes = await makers[stage.place](stage, pick)
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
