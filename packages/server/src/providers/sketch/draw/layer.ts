import type { Rgb } from './colour.ts'
import type { Contour } from './path.ts'

// A picture is a list of layers, back to front, in units that know nothing of pixels: x to the right, y down, the frame from
// (0, 0) to (frame.width, frame.height). One unit is about the shorter side, so the same list draws at any resolution.

export interface Frame {
  readonly width: number
  readonly height: number
}

export interface Stop {
  /** 0 … 1 along the gradient, ascending. */
  readonly at: number
  readonly colour: Rgb
  readonly alpha?: number
}

export type Paint =
  | { readonly kind: 'flat'; readonly colour: Rgb }
  /** From (x0, y0) to (x1, y1). */
  | {
      readonly kind: 'linear'
      readonly from: readonly [number, number]
      readonly to: readonly [number, number]
      readonly stops: readonly Stop[]
    }
  /** From the centre outwards to `radius`. */
  | {
      readonly kind: 'radial'
      readonly centre: readonly [number, number]
      readonly radius: number
      readonly stops: readonly Stop[]
    }

export type Blend = 'normal' | 'multiply' | 'screen'

export interface ShapeLayer {
  readonly kind: 'shape'
  /** Filled as one: where contours overlap they count once. */
  readonly contours: readonly Contour[]
  readonly paint: Paint
  readonly blend?: Blend
  readonly alpha?: number
  /** 0 … 1: how much of the transparency is sprayed in grains instead of being even. */
  readonly stipple?: number
  /** A sheet of its own: styles may give it a shadow, an uneven edge or a dark rim. */
  readonly sheet?: boolean
}

/** Light that fades outwards, screened over what is there. */
export interface GlowLayer {
  readonly kind: 'glow'
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly colour: Rgb
  readonly strength: number
  /** Width over height; 1 when absent. */
  readonly stretch?: number
}

/** Many small discs: stars, snow, petals, bubbles. */
export interface DotsLayer {
  readonly kind: 'dots'
  readonly dots: readonly { readonly x: number; readonly y: number; readonly r: number; readonly alpha: number }[]
  readonly colour: Rgb
  /** True for a soft edge, as of something out of focus. */
  readonly soft?: boolean
}

/** Soft clouds, mist, a nebula: fractal noise turned into transparency. */
export interface FieldLayer {
  readonly kind: 'field'
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
  readonly colour: Rgb
  readonly alpha: number
  /** Size of the largest billows in units. */
  readonly grain: readonly [number, number]
  /** Noise below the first is clear, above the second full. */
  readonly window: readonly [number, number]
  /** Transparency from the top of the box to its bottom, evenly spaced. */
  readonly profile: readonly number[]
  readonly seed: number
  readonly blend?: Blend
}

/** A level surface that mirrors what was drawn above `top`. */
export interface WaterLayer {
  readonly kind: 'water'
  readonly top: number
  readonly bottom: number
  readonly far: Rgb
  readonly near: Rgb
  /** 0 … 1 at the far and near edge: how much mirror is seen. */
  readonly mirror: readonly [number, number]
  /** 0 still … 1 choppy. */
  readonly ripple: number
  readonly seed: number
}

export type Layer = ShapeLayer | GlowLayer | DotsLayer | FieldLayer | WaterLayer
