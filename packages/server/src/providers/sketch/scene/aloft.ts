import { dress } from '../figures/figure.ts'
import { adjust, hex } from '../draw/colour.ts'
import type { Layer } from '../draw/layer.ts'
import { clamp, mix } from '../draw/maths.ts'
import { type Entrance, type Entry, inksOf } from './entry.ts'
import { roleOf } from './roles.ts'
import type { Plane, Stage } from './stage.ts'

export function aloft(stage: Stage, planes: readonly Plane[], entry: Entry): Entrance[] {
  const { subject, pick } = entry
  const { frame } = stage
  const role = roleOf(subject.kind)
  const side = Math.min(frame.width, frame.height, 1)
  const deep = stage.place === 'underwater' || stage.place === 'space'
  const top = deep ? frame.height * 0.24 : stage.horizon * 0.16
  const bottom = deep ? frame.height * 0.74 : stage.horizon * (role.size > 0.2 ? 0.66 : 0.82)
  const single = subject.count === 1
  const size = role.size * side * (single ? 1 : 0.75) * (subject.kind === 'whale' ? 1.05 : 1)
  const layers: Layer[] = []
  const count = subject.kind === 'bird' && subject.count > 1 ? subject.count + 4 : subject.count
  for (let i = 0; i < count; i++) {
    const t = single ? 0.5 : (i * 0.618 + 0.2) % 1
    const x = single ? entry.x : frame.width * clamp(0.12 + 0.76 * ((i * 0.755 + pick.next() * 0.18 + 0.3) % 1))
    const y = mix(top, bottom, single ? pick.between(0.35, 0.6) : t) + size * 0.5
    const k = single ? 1 : mix(0.55, 1.1, t) * pick.between(0.85, 1.1)
    const depth = single ? 0.92 : mix(0.55, 0.95, k - 0.3)
    const inks = inksOf(stage, subject, depth)
    const painted =
      subject.kind === 'balloon' && i > 0 ? { ...inks, accent: adjust(inks.accent, { turn: (i * 0.17) % 1 }) } : inks
    const turn =
      subject.kind === 'rocket'
        ? 0.5
        : subject.kind === 'astronaut'
          ? -0.25
          : subject.kind === 'butterfly'
            ? pick.bell() * 0.8
            : 0
    if (subject.kind === 'lantern')
      layers.push({
        kind: 'glow',
        x,
        y: y - size * k * 0.5,
        radius: size * k * 2.4,
        colour: hex('#ff9a3c'),
        strength: 0.5,
      })
    const flip = stage.light.x < x ? role.girth > 0.5 && pick.chance(0.75) : pick.chance(0.25)
    layers.push(
      ...dress(stage, role.draw(pick, false), {
        at: { x, y, scale: size * k, flip, turn },
        inks: painted,
        rim: size > 0.15 ? size * k * 0.01 : 0,
      }),
    )
  }
  return [{ after: planes.length - (deep ? 2 : Math.max(1, planes.length - skyDepth(planes))), layers }]
}

/** Flyers are behind near trees but before far mountains. */
function skyDepth(planes: readonly Plane[]): number {
  const first = planes.findIndex((plane) => plane.depth > 0.4)
  return first < 0 ? planes.length - 1 : Math.max(0, first - 1)
}
