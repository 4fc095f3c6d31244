import { blend, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { mix } from '../draw/maths.ts'
import type { Contour } from '../draw/path.ts'
import { mistBank, scatter } from './parts.ts'
import type { Stage } from './stage.ts'

/** What falls or drifts before everything. */
export function airBefore(stage: Stage): Layer[] {
  const { reading, frame, palette, random } = stage
  const pick = random.fork('air')
  const layers: Layer[] = []
  const indoorsOfNature = stage.place === 'underwater' || stage.place === 'space' || stage.place === 'moon'
  if (indoorsOfNature) return layers
  if (reading.weather === 'rain' || (reading.weather === 'storm' && !reading.without.has('rain')))
    layers.push(...rain(stage))
  if (
    reading.weather === 'snow' ||
    (stage.season === 'winter' && reading.weather === null && !reading.without.has('snow') && pick.chance(0.6))
  ) {
    const whole = { x: -0.02, y: -0.02, width: frame.width + 0.04, height: frame.height + 0.04 }
    const area = frame.width * frame.height
    const colour = blend(hex('#ffffff'), palette.light, 0.2)
    layers.push({
      kind: 'dots',
      dots: scatter(pick, { ...whole, count: Math.round(area * 420), size: [0.0008, 0.0026] }),
      colour,
    })
    layers.push({
      kind: 'dots',
      dots: scatter(pick, { ...whole, count: Math.round(area * 110), size: [0.002, 0.0052] }),
      colour,
    })
    layers.push({
      kind: 'dots',
      dots: scatter(pick, { ...whole, count: Math.round(area * 12), size: [0.006, 0.016] }).map((dot) => ({
        ...dot,
        alpha: dot.alpha * 0.45,
      })),
      colour,
      soft: true,
    })
  }
  if (reading.weather === 'fog') {
    for (let i = 0; i < 3; i++)
      layers.push(
        mistBank(stage, pick, { y: mix(stage.horizon, frame.height, 0.15 + i * 0.3), height: 0.34, alpha: 0.34 }),
      )
  }
  return layers
}

function rain(stage: Stage): Layer[] {
  const { frame, palette, random } = stage
  const pick = random.fork('rain')
  const layers: Layer[] = []
  const lean = pick.between(0.08, 0.24) * (pick.chance(0.5) ? 1 : -1)
  for (const [count, length, thick, alpha] of [
    [260, 0.045, 0.0011, 0.3],
    [90, 0.085, 0.0017, 0.36],
  ] as const) {
    const drops: Contour[] = []
    for (let i = 0; i < count * frame.width * frame.height; i++) {
      const x = pick.between(-0.1, frame.width + 0.1)
      const y = pick.between(-0.1, frame.height)
      const l = length * pick.between(0.6, 1.4)
      drops.push([x, y, x + thick, y, x + lean * l + thick, y + l, x + lean * l, y + l])
    }
    layers.push({
      kind: 'shape',
      contours: drops,
      paint: { kind: 'flat', colour: blend(palette.haze, palette.light, 0.5) },
      alpha,
    })
  }
  return layers
}
