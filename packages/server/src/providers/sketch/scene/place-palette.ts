import { adjust, blend, hex } from '../draw/colour.ts'
import type { Style } from '../draw/style.ts'
import type { Place } from '../words/reading.ts'
import type { Palette } from './palettes.ts'

export function forPlace(palette: Palette, place: Place, style: Style): Palette {
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
