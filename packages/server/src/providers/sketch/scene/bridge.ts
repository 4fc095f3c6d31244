import { blend } from '../draw/colour.ts'
import { type Contour, limb, polygon } from '../draw/path.ts'
import type { Entrance } from './entry.ts'
import type { Plane, Stage } from './stage.ts'

/** A long bridge from side to side: a suspended deck over water, stone arches on land. */
export function bridge(stage: Stage, planes: readonly Plane[]): Entrance[] {
  const { frame, horizon, palette } = stage
  const at = planes.findIndex((plane) => plane.water !== undefined)
  const y = horizon - 0.055
  const contours: Contour[] = []
  const deck = (from: number, to: number): Contour =>
    polygon([
      [-0.1, from],
      [frame.width + 0.1, from],
      [frame.width + 0.1, to],
      [-0.1, to],
    ])
  contours.push(deck(y, y + 0.016))
  const span = Math.max(0.5, frame.width * 0.5)
  const start = frame.width * 0.5 - span * 0.5
  for (let i = -1; i <= Math.ceil(frame.width / span); i++) {
    const x = start + i * span
    contours.push(
      polygon([
        [x - 0.012, y - 0.24],
        [x + 0.012, y - 0.24],
        [x + 0.016, horizon + 0.03],
        [x - 0.016, horizon + 0.03],
      ]),
    )
    const cable: [number, number, number][] = []
    for (let k = 0; k <= 12; k++) {
      const s = k / 12
      const cy = y - 0.235 + 0.225 * 4 * s * (1 - s)
      cable.push([x + s * span, cy, 0.0026])
      contours.push(
        polygon([
          [x + s * span - 0.001, cy],
          [x + s * span + 0.001, cy],
          [x + s * span + 0.001, y],
          [x + s * span - 0.001, y],
        ]),
      )
    }
    contours.push(limb(cable, 2))
  }
  const colour = blend(palette.haze, blend(palette.near, palette.accent, 0.55), 0.8)
  return [
    {
      after: Math.max(-1, at - 1),
      layers: [
        {
          kind: 'shape',
          contours,
          paint: {
            kind: 'linear',
            from: [0, y - 0.24],
            to: [0, horizon + 0.03],
            stops: [
              { at: 0, colour },
              { at: 1, colour: blend(colour, palette.near, 0.4) },
            ],
          },
        },
      ],
    },
  ]
}
