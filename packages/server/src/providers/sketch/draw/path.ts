import { clamp, cos, distance, sin, TAU } from './maths.ts'
import { fractal1 } from './noise.ts'

/** A closed outline: x0, y0, x1, y1, … in units. */
export type Contour = readonly number[]

export type Point = readonly [number, number]

/** x, y and half the thickness there. */
export type Joint = readonly [number, number, number]

/** `x y, x y, …`: drawings are easier to read so than as nested lists. */
export function points(text: string): Point[] {
  return text.split(',').map((group) => {
    const [x = 0, y = 0] = group.trim().split(' ').map(Number)
    return [x, y]
  })
}

/** `x y r, x y r, …` */
export function joints(text: string): Joint[] {
  return text.split(',').map((group) => {
    const [x = 0, y = 0, r = 0] = group.trim().split(' ').map(Number)
    return [x, y, r]
  })
}

export interface Placement {
  readonly x: number
  readonly y: number
  readonly scale: number
  readonly flip?: boolean
  /** Radians, clockwise. */
  readonly turn?: number
}

export function ellipse(x: number, y: number, radii: readonly [number, number]): Contour {
  const [rx, ry] = radii
  const count = Math.round(clamp(8 + (rx + ry) * 130, 8, 140))
  const result: number[] = []
  for (let i = 0; i < count; i++) {
    const angle = (i / count) * TAU
    result.push(x + rx * cos(angle), y + ry * sin(angle))
  }
  return result
}

export function disc(x: number, y: number, r: number): Contour {
  return ellipse(x, y, [r, r])
}

/** A rough ball, `rough` 0 … 1. */
export function ring(x: number, y: number, shape: { r: number; rough: number; seed: number }): Contour {
  const points: Point[] = []
  for (let i = 0; i < 14; i++) {
    const angle = (i / 14) * TAU
    const r = shape.r * (1 + shape.rough * fractal1(i * 1.7, 2, shape.seed))
    points.push([x + r * cos(angle), y + r * sin(angle)])
  }
  return blob(points, 4)
}

export function box(left: number, top: number, size: readonly [number, number]): Contour {
  const [width, height] = size
  return [left, top, left + width, top, left + width, top + height, left, top + height]
}

export function polygon(points: readonly Point[]): Contour {
  return points.flat()
}

/** A curve through all the points (Catmull-Rom, centripetal enough for drawings), closed. */
export function blob(points: readonly Point[], steps = 6): Contour {
  const n = points.length
  const result: number[] = []
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < steps; k++) {
      const [x, y] = spline([at(points, i - 1), at(points, i), at(points, i + 1), at(points, i + 2)], k / steps)
      result.push(x, y)
    }
  }
  return result
}

function at(points: readonly Point[], index: number): Point {
  const n = points.length
  return points[((index % n) + n) % n] ?? [0, 0]
}

function spline(p: readonly [Point, Point, Point, Point], t: number): Point {
  return [curve(p[0][0], [p[1][0], p[2][0], p[3][0]], t), curve(p[0][1], [p[1][1], p[2][1], p[3][1]], t)]
}

function curve(a: number, rest: readonly [number, number, number], t: number): number {
  const [b, c, d] = rest
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
}

/** A smooth stroke whose thickness changes from joint to joint, with round ends: limbs, trunks, tails. */
export function limb(joints: readonly Joint[], steps = 5): Contour {
  const spine: Joint[] = []
  const last = joints.length - 1
  for (let i = 0; i < last; i++) {
    const j = [i - 1, i, i + 1, i + 2].map((k) => joints[clamp(k, 0, last)] ?? ([0, 0, 0] as const))
    const [a = joint0, b = joint0, c = joint0, d = joint0] = j
    for (let k = 0; k < (i === last - 1 ? steps + 1 : steps); k++) {
      const t = k / steps
      const part = (n: 0 | 1 | 2) => curve(a[n], [b[n], c[n], d[n]], t)
      spine.push([part(0), part(1), Math.max(0, part(2))])
    }
  }
  return outline(spine)
}

const joint0: Joint = [0, 0, 0]

function outline(spine: readonly Joint[]): Contour {
  const left: number[] = []
  const right: number[] = []
  const n = spine.length
  for (let i = 0; i < n; i++) {
    const [x, y, r] = spine[i] ?? joint0
    const [ax, ay] = spine[Math.max(0, i - 1)] ?? joint0
    const [bx, by] = spine[Math.min(n - 1, i + 1)] ?? joint0
    const length = distance(bx - ax, by - ay) || 1
    const nx = -(by - ay) / length
    const ny = (bx - ax) / length
    if (i === 0) cap(left, [x, y, r], [-nx, -ny])
    left.push(x + nx * r, y + ny * r)
    right.push(y - ny * r, x - nx * r)
    if (i === n - 1) cap(left, [x, y, r], [nx, ny])
  }
  return [...left, ...right.reverse()]
}

/** Half a circle from the end of `normal` to the other side. */
function cap(into: number[], joint: Joint, normal: Point): void {
  const [x, y, r] = joint
  const count = r > 0.02 ? 8 : 4
  for (let i = 1; i < count; i++) {
    const angle = (i / count) * (-TAU / 2)
    const c = cos(angle)
    const s = sin(angle)
    into.push(x + r * (normal[0] * c - normal[1] * s), y + r * (normal[0] * s + normal[1] * c))
  }
}

export function place(contours: readonly Contour[], where: Placement): Contour[] {
  const c = cos(where.turn ?? 0) * where.scale
  const s = sin(where.turn ?? 0) * where.scale
  const side = where.flip === true ? -1 : 1
  return contours.map((contour) => {
    const result: number[] = []
    for (let i = 0; i < contour.length; i += 2) {
      const x = (contour[i] ?? 0) * side
      const y = contour[i + 1] ?? 0
      result.push(where.x + x * c - y * s, where.y + x * s + y * c)
    }
    return result
  })
}

export interface Bounds {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

export function bounds(contours: readonly Contour[]): Bounds {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const contour of contours) {
    for (let i = 0; i < contour.length; i += 2) {
      const x = contour[i] ?? 0
      const y = contour[i + 1] ?? 0
      if (x < left) left = x
      if (x > right) right = x
      if (y < top) top = y
      if (y > bottom) bottom = y
    }
  }
  return { left, top, right, bottom }
}
