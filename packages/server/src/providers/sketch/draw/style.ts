import { hex, type Rgb } from './colour.ts'
import type { Finish } from './finish.ts'

export type StyleName = 'print' | 'poster' | 'watercolour' | 'ink' | 'papercut' | 'woodcut' | 'riso'

/** How a technique lays down the layers of a scene. */
export interface Style {
  readonly name: StyleName
  readonly finish: Finish
  /** Shadow that every sheet casts on what is behind it, or none. */
  readonly shadow: { readonly blur: number; readonly drop: number; readonly strength: number } | null
  /** Uneven pigment and darker rims, or none. */
  readonly wash: { readonly mottle: number; readonly rim: number; readonly blur: number } | null
  /** Units by which outlines of sheets are shaken. */
  readonly wobble: number
  /** How much of its gradient a sheet keeps: 1 all, 0 flat. */
  readonly shading: number
  /** Paper left bare around the picture, in units, and how unevenly it ends. */
  readonly margin: { readonly width: number; readonly rough: number } | null
  /** What the picture is made on. */
  readonly ground: Rgb
}

const CREAM = hex('#f6efe0')
const plain: Finish = { grain: 0.022, paper: 0.012, vignette: 0.35, lines: null, slip: 0, mono: null }
const base = { shadow: null, wash: null, wobble: 0, shading: 1, margin: null, ground: CREAM }

export const styles: Readonly<Record<StyleName, Style>> = {
  print: { ...base, name: 'print', finish: plain },
  poster: { ...base, name: 'poster', shading: 0.6, finish: { ...plain, grain: 0.03, vignette: 0.15 } },
  watercolour: {
    ...base,
    name: 'watercolour',
    margin: { width: 0.035, rough: 0.011 },
    finish: { grain: 0.012, paper: 0.05, vignette: 0, lines: null, slip: 0, mono: null },
    wash: { mottle: 0.2, rim: 0.24, blur: 0.012 },
    wobble: 0.006,
  },
  ink: {
    ...base,
    name: 'ink',
    finish: { grain: 0.014, paper: 0.05, vignette: 0, lines: null, slip: 0, mono: [1, 0.972, 0.918] },
    wash: { mottle: 0.26, rim: 0.16, blur: 0.01 },
    wobble: 0.004,
  },
  papercut: {
    ...base,
    name: 'papercut',
    shading: 0.3,
    finish: { grain: 0.014, paper: 0.035, vignette: 0.2, lines: null, slip: 0, mono: null },
    shadow: { blur: 0.02, drop: 0.012, strength: 0.4 },
    wobble: 0.002,
  },
  woodcut: {
    ...base,
    name: 'woodcut',
    margin: { width: 0.03, rough: 0.0015 },
    finish: {
      grain: 0.02,
      paper: 0,
      vignette: 0,
      lines: { ink: hex('#1a1723'), paper: CREAM },
      slip: 0,
      mono: null,
    },
  },
  riso: {
    ...base,
    name: 'riso',
    finish: { grain: 0.085, paper: 0.05, vignette: 0, lines: null, slip: 0.0022, mono: null },
  },
}
