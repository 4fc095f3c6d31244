/** How the picture lies on the stage: scale 1 is "fits", x and y move its middle, in pixels of the screen. */
export interface View {
  readonly scale: number
  readonly x: number
  readonly y: number
}

export interface Box {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export const fitted: View = { scale: 1, x: 0, y: 0 }
const MAX_SCALE = 12

/** The size of the picture when it just fits, never larger than its own pixels. */
export function fitSize(picture: Box, stage: Box): Box {
  const scale = Math.min(stage.width / picture.width, stage.height / picture.height, 1)
  return { width: picture.width * scale, height: picture.height * scale }
}

/** Keeps the picture from being pushed off the stage. */
export function held(view: View, fit: Box, stage: Box): View {
  const room = (size: number, space: number) => Math.max(0, (size * view.scale - space) / 2)
  const x = room(fit.width, stage.width)
  const y = room(fit.height, stage.height)
  // Adding 0 turns −0 into 0.
  return {
    scale: view.scale,
    x: Math.min(Math.max(view.x, -x), x) + 0,
    y: Math.min(Math.max(view.y, -y), y) + 0,
  }
}

/** Scales by the factor so that what lies under the point stays under it; the point is measured from the stage's middle. */
export function zoomAt(view: View, factor: number, point: Point): View {
  const scale = Math.min(Math.max(view.scale * factor, 1), MAX_SCALE)
  const real = scale / view.scale
  return { scale, x: point.x - (point.x - view.x) * real, y: point.y - (point.y - view.y) * real }
}

/** The scale that shows one pixel of the picture on one of the screen, or twice the fit where that is already so. */
export function fullScale(picture: Box, fit: Box): number {
  const full = picture.width / fit.width
  return full > 1.05 ? full : 2
}
