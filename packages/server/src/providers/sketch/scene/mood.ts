import { adjust, blend, hex, lightness, type Rgb, tinted, toLab } from '../draw/colour.ts'
import { mix } from '../draw/maths.ts'
import type { Random } from '../draw/random.ts'
import type { Reading, Time } from '../words/reading.ts'
import { type Palette, palettes } from './palettes.ts'

/** The palette for an hour and weather, coloured by what the words ask for. */
export function choosePalette(reading: Reading, time: Time, random: Random): Palette {
  const dim = time === 'night' || time === 'dusk'
  const grey =
    reading.weather === 'rain' ||
    reading.weather === 'fog' ||
    reading.weather === 'cloudy' ||
    reading.weather === 'snow'
  let palette = random.pick(palettes[time])
  if (reading.weather === 'storm' || reading.mood === 'gloomy') {
    const storm = random.pick(palettes.storm)
    palette = time === 'day' ? storm : merge(palette, storm, dim ? 0.45 : 0.55)
    if (time === 'night') palette = each(palette, (colour) => adjust(colour, { light: -0.05 }))
  } else if (grey && time === 'day') {
    palette = random.pick(palettes.overcast)
  } else if (grey) {
    palette = merge(palette, random.pick(palettes.overcast), dim ? 0.14 : 0.25)
  }
  return toned(coloured(palette, reading.colours), reading)
}

/** Named colours take over the air and the land; the first the most. */
function coloured(palette: Palette, colours: readonly Rgb[]): Palette {
  const [first, second] = colours
  if (first === undefined) return palette
  const [, a, b] = toLab(first)
  if (a * a + b * b < 0.0012) {
    const change = lightness(first) > 0.5 ? { light: 0.06, chroma: 0.35 } : { light: -0.06, chroma: 0.35 }
    return each(palette, (colour) => adjust(colour, change))
  }
  const shifted = each(palette, (colour) => tinted(colour, first, 0.62))
  return {
    ...shifted,
    light: palette.light,
    accent: second ?? adjust(first, { turn: 0.45, light: 0.12 }),
    glow: blend(palette.glow, second ?? first, 0.35),
  }
}

function toned(palette: Palette, reading: Reading): Palette {
  const tint = (colour: Rgb, amount: number) => each(palette, (own) => tinted(own, colour, amount))
  switch (reading.tone) {
    case 'warm':
      return tint(hex('#e08a4a'), 0.3)
    case 'cold':
      return tint(hex('#4a86c8'), 0.4)
    case 'pastel':
      return { ...each(palette, (own) => adjust(own, { light: mix(0.34, 0.03, lightness(own)), chroma: 0.72 })) }
    case 'neon':
      return neon()
    case 'mono':
      return each(palette, (own) => adjust(own, { chroma: 0.06 }))
    case 'vivid':
      return each(palette, (own) => adjust(own, { chroma: 1.3 }))
    case null:
      return reading.mood === 'dreamy'
        ? each(palette, (own) => adjust(own, { chroma: 1.08, turn: -0.02, light: 0.01 }))
        : palette
  }
}

function neon(): Palette {
  return {
    sky: ['#070417', '#180a3c', '#43107a', '#a3178f', '#ff4fa3'].map(hex),
    light: hex('#ffd9f2'),
    glow: hex('#ff3fae'),
    haze: hex('#8a1f98'),
    far: hex('#5a1a8c'),
    near: hex('#06030f'),
    cloudLit: hex('#ff6fc0'),
    cloudShade: hex('#3a1478'),
    deep: hex('#0d0628'),
    accent: hex('#2ff3e6'),
  }
}

function each(palette: Palette, change: (colour: Rgb) => Rgb): Palette {
  return {
    sky: palette.sky.map(change),
    light: change(palette.light),
    glow: change(palette.glow),
    haze: change(palette.haze),
    far: change(palette.far),
    near: change(palette.near),
    cloudLit: change(palette.cloudLit),
    cloudShade: change(palette.cloudShade),
    deep: change(palette.deep),
    accent: change(palette.accent),
  }
}

function merge(a: Palette, b: Palette, t: number): Palette {
  return {
    sky: a.sky.map((colour, i) => blend(colour, b.sky[i] ?? colour, t)),
    light: blend(a.light, b.light, t),
    glow: blend(a.glow, b.glow, t),
    haze: blend(a.haze, b.haze, t),
    far: blend(a.far, b.far, t),
    near: blend(a.near, b.near, t),
    cloudLit: blend(a.cloudLit, b.cloudLit, t),
    cloudShade: blend(a.cloudShade, b.cloudShade, t),
    deep: blend(a.deep, b.deep, t),
    accent: a.accent,
  }
}
