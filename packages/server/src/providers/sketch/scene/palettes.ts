import { hex, type Rgb } from '../draw/colour.ts'
import type { Season, Time } from '../words/reading.ts'

/** Colours of one light, chosen by eye. */
export interface Palette {
  /** From the top of the sky down to the horizon. */
  readonly sky: readonly Rgb[]
  /** The sun's or moon's face. */
  readonly light: Rgb
  /** What it sheds on the air around it. */
  readonly glow: Rgb
  /** What distance turns everything into. */
  readonly haze: Rgb
  /** Land far off and close by. */
  readonly far: Rgb
  readonly near: Rgb
  readonly cloudLit: Rgb
  readonly cloudShade: Rgb
  /** Water at the viewer's feet. */
  readonly deep: Rgb
  /** Lit windows, flowers, a scarf: the one colour that jumps out. */
  readonly accent: Rgb
}

type Row = readonly [
  sky: string,
  light: string,
  glow: string,
  haze: string,
  land: string,
  clouds: string,
  deep: string,
  accent: string,
]

function row(cells: Row): Palette {
  const list = (text: string) => text.split(' ').map(hex)
  const one = (text: string, index = 0): Rgb => list(text)[index] ?? [0, 0, 0]
  return {
    sky: list(cells[0]),
    light: one(cells[1]),
    glow: one(cells[2]),
    haze: one(cells[3]),
    far: one(cells[4]),
    near: one(cells[4], 1),
    cloudLit: one(cells[5]),
    cloudShade: one(cells[5], 1),
    deep: one(cells[6]),
    accent: one(cells[7]),
  }
}

export const palettes: Readonly<Record<Time | 'storm' | 'overcast', readonly [Palette, ...Palette[]]>> = {
  dawn: [
    row([
      '#5a7fae #a3b6d2 #eccdc6 #fbdcb4 #fff0d2',
      '#fffaf0',
      '#ffdca8',
      '#f6ddc8',
      '#a9a9c9 #27385c',
      '#fff3e2 #d7b7c0',
      '#3f5c86',
      '#e8745a',
    ]),
    row([
      '#3a4c80 #8479ad #dc9aa6 #fbc49c #ffe8c0',
      '#fff6e0',
      '#ffc78c',
      '#f3c2ae',
      '#9a86b0 #201d40',
      '#ffdcc0 #a878a0',
      '#35346a',
      '#ffb347',
    ]),
    row([
      '#7fb2c4 #bcd8d6 #f5e6cb #fbd5ac #fdc79a',
      '#fffdf2',
      '#ffe2b0',
      '#f2e0c4',
      '#a3bdb8 #1f4148',
      '#fffaf0 #cdd3c8',
      '#2f6470',
      '#e86a4a',
    ]),
    row([
      '#6d6fa8 #b79fc4 #f0b7bd #fdd3b0 #fff1cf',
      '#fffbea',
      '#ffd0a0',
      '#f4cfc4',
      '#b39cbd #3a2c56',
      '#ffeede #c99cb4',
      '#4b4580',
      '#f2677a',
    ]),
  ],
  day: [
    row([
      '#2878bd #62abdd #aed7ee #e6f3f1 #f8f6e6',
      '#fffdf0',
      '#fff3cc',
      '#d3e6ea',
      '#94bccb #23554a',
      '#ffffff #b9d2e4',
      '#12558a',
      '#e9573f',
    ]),
    row([
      '#4a9ea4 #86c3bb #c8e2cf #f1efd4 #faf3dc',
      '#fffbe6',
      '#fff0bf',
      '#dfe9d2',
      '#9cc0b2 #274a3b',
      '#fffbee #b5d3c6',
      '#1d6670',
      '#e2673c',
    ]),
    row([
      '#3a6bb3 #7fadde #c4def1 #f6efe2 #fff0d6',
      '#fffdf4',
      '#ffeec8',
      '#dbe5ec',
      '#98b4d4 #2b4a57',
      '#ffffff #bccbe6',
      '#235a92',
      '#f0a03a',
    ]),
    row([
      '#1f8fa8 #5fbcc4 #a9dcd3 #dff0dd #f7f3d9',
      '#fffdea',
      '#fff3c4',
      '#cfe9dd',
      '#84bdb6 #17504c',
      '#ffffff #a8d4d4',
      '#0e6580',
      '#ff7a59',
    ]),
  ],
  sunset: [
    row([
      '#2b2d6e #77408f #dc5d7c #ff9b6b #ffd79e',
      '#fff3cf',
      '#ff9f5a',
      '#f5a07c',
      '#a8567f #1a1536',
      '#ffc08a #8a4585',
      '#3a2560',
      '#ffd166',
    ]),
    row([
      '#274366 #5e6f90 #d5836d #f6b56d #fce6a4',
      '#fff8da',
      '#ffb861',
      '#efb888',
      '#a8717a #221f38',
      '#ffd9a0 #8f6b80',
      '#3a4464',
      '#f4623a',
    ]),
    row([
      '#1f1249 #5b1f77 #b4358b #f56d7b #ffbb8a',
      '#ffeec2',
      '#ff7b6b',
      '#f08a86',
      '#86357f #130b2c',
      '#ff9d8c #6c2a80',
      '#2d1458',
      '#ffe27a',
    ]),
    row([
      '#7aa3c7 #b6bfd6 #f1c5bd #fbd3a3 #ffeecb',
      '#fffbe8',
      '#ffc98f',
      '#f1d2bd',
      '#b893a3 #372f50',
      '#fff0dc #c2a0b4',
      '#5f7fa6',
      '#e5604d',
    ]),
    row([
      '#16324f #2f6f7e #8fb08f #f2c063 #f9843c',
      '#fff4c4',
      '#ff9a3d',
      '#f0a860',
      '#8a6a5c #14202c',
      '#ffcf8a #6d7d78',
      '#123a4a',
      '#f25f3a',
    ]),
    row([
      '#521b3e #9c2f4a #e0533f #f88f3e #fdca66',
      '#fff2bd',
      '#ffa63f',
      '#f08a4e',
      '#93334a #1c0a1e',
      '#ffb56a #8a2c4c',
      '#4a1638',
      '#ffe08a',
    ]),
  ],
  dusk: [
    row([
      '#141b44 #2f3b7c #6d5aa6 #c47ba8 #f5b59d',
      '#fff0dc',
      '#f7a79a',
      '#b98ab0',
      '#665a9c #0d1030',
      '#e6a0b4 #54488c',
      '#1d2358',
      '#ffd27a',
    ]),
    row([
      '#0f2a44 #215c76 #5e94a1 #d6ab90 #f4cf9d',
      '#fff5dc',
      '#f6c58f',
      '#9fae9f',
      '#4f7d8c #08182a',
      '#e9c3a0 #3f7083',
      '#0d3047',
      '#ffb454',
    ]),
    row([
      '#1b1f4d #433f80 #8d5a98 #df8389 #ffc39a',
      '#fff0d8',
      '#f0918a',
      '#b5738f',
      '#6b4a88 #0f0d2c',
      '#f0a39a #5b427f',
      '#241f55',
      '#7fe0d8',
    ]),
    row([
      '#0d1b33 #1f3a5f #4d6c94 #a99bb8 #e6bfb4',
      '#fff3e6',
      '#e8b8b0',
      '#8f97b4',
      '#4c6288 #081022',
      '#c9b4c4 #3d5480',
      '#13294a',
      '#ff9f5c',
    ]),
  ],
  night: [
    row([
      '#060a20 #0e1840 #1d2e64 #385086 #6078a4',
      '#fdf5d8',
      '#a8bdf0',
      '#3d5488',
      '#2a3f74 #050818',
      '#5f78ac #1d2c5c',
      '#0a1434',
      '#ffc861',
    ]),
    row([
      '#03121d #08283a #124658 #2c6c74 #5c9690',
      '#fbf8dc',
      '#9fe0d0',
      '#2b6570',
      '#1c4f5c #020c14',
      '#5a9a98 #123f50',
      '#04202e',
      '#ffb84d',
    ]),
    row([
      '#110926 #281552 #48297c #7a4c9c #b27cb0',
      '#fff2dc',
      '#d0a8f0',
      '#64448c',
      '#452c78 #0a0518',
      '#9a70b4 #38226a',
      '#180c3a',
      '#ffd166',
    ]),
    row([
      '#0a0f26 #192350 #2d3f7e #6669ac #a88cb4',
      '#fff6e2',
      '#c0b4f0',
      '#565c9c',
      '#363f7c #060818',
      '#8a86c0 #26306a',
      '#101844',
      '#ff8f6b',
    ]),
  ],
  storm: [
    row([
      '#151c26 #2a3845 #4c5e69 #86959a #b9beb4',
      '#f4efd2',
      '#cfd3c0',
      '#7d8b8e',
      '#566670 #0c131b',
      '#9aa7a8 #27333e',
      '#14212c',
      '#f0a63c',
    ]),
    row([
      '#14152a #2c2c4c #54506e #8a8094 #c4aea6',
      '#f6ead0',
      '#d8c2b4',
      '#84788e',
      '#57506e #0b0a1a',
      '#a39aac #2a2844',
      '#17172e',
      '#ffb648',
    ]),
    row([
      '#0c1f24 #1d3c42 #436469 #83988f #c2c0a0',
      '#f6f0cc',
      '#d4d4a8',
      '#748a82',
      '#4a6a6a #06131a',
      '#93a79c #1c363c',
      '#0a262c',
      '#ff8a4a',
    ]),
  ],
  overcast: [
    row([
      '#7f919e #a3b2ba #c4cfd2 #dde2df #eceae0',
      '#fffdf2',
      '#f4efdf',
      '#cdd6d6',
      '#9fb0b6 #26363f',
      '#eff0ea #a9b6bd',
      '#4c6472',
      '#d9593f',
    ]),
    row([
      '#8c8ea4 #b0afc0 #cfcbd4 #e5dfdf #f1eae0',
      '#fffaf0',
      '#f2e8dc',
      '#d6d0d6',
      '#a9a6b8 #302f42',
      '#f4efec #b3afc0',
      '#5a5e7a',
      '#c9524f',
    ]),
    row([
      '#7a948c #a1b5aa #c5d1c3 #dfe4d4 #eeecdc',
      '#fffdee',
      '#f2f0d8',
      '#cdd8ca',
      '#9db3a6 #1f3a36',
      '#f2f2e6 #a8bab0',
      '#45665f',
      '#dd6b3d',
    ]),
  ],
}

/** Leaves, by season: light to dark. */
export const foliage: Readonly<Record<Season, readonly [Rgb, Rgb, Rgb, Rgb]>> = {
  spring: [hex('#b9d67a'), hex('#8fc07a'), hex('#5fa06a'), hex('#f4b8c8')],
  summer: [hex('#8fb85a'), hex('#5f9a50'), hex('#3f7d48'), hex('#2c6242')],
  autumn: [hex('#f2b33c'), hex('#e8822e'), hex('#cf4f2a'), hex('#a03a2c')],
  winter: [hex('#dfe8ee'), hex('#b9cad6'), hex('#8ba3b5'), hex('#64809a')],
}

export const SNOW = hex('#f3f6fb')
