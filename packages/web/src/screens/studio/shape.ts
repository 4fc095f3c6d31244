import type { SizeRule } from '@easel/contract'

/** One choosable form of a picture: a size in pixels, or a ratio where the engine decides the pixels. */
export interface Shape {
  /** What is sent: `1024x768` or `4:3`. */
  readonly value: string
  readonly kind: 'size' | 'ratio'
  /** Short words, such as `4:3` or `1024 × 768`. */
  readonly label: string
  /** Width divided by height. */
  readonly ratio: number
}

interface Wanted {
  readonly size: string | null
  readonly aspectRatio: string | null
}

type FreeRule = Extract<SizeRule, { kind: 'free' }>

const commonRatios = ['1:1', '4:3', '3:2', '16:9', '3:4', '2:3', '9:16'] as const

/** Two numbers from `1024x768` or `4:3`, or null. */
export function pairOf(text: string, separator: 'x' | ':'): { width: number; height: number } | null {
  const [width, height, ...rest] = text.split(separator).map(Number)
  if (!width || !height || rest.length > 0) return null
  return { width, height }
}

function ratioOf(text: string): number {
  const pair = pairOf(text, ':') ?? pairOf(text, 'x')
  return pair ? pair.width / pair.height : 1
}

/** The usual name of a size's ratio, or the size itself where it has none. */
function nameOf(size: string): string {
  const ratio = ratioOf(size)
  const near = commonRatios.find((name) => Math.abs(ratioOf(name) / ratio - 1) < 0.03)
  return near ?? size.replace('x', ' × ')
}

function sizeShape(size: string): Shape {
  return { value: size, kind: 'size', label: nameOf(size), ratio: ratioOf(size) }
}

/** The nearest width and height that the rule allows, in pixels. */
export function snapSize(rule: FreeRule, width: number, height: number): { width: number; height: number } {
  const ratio = Math.min(Math.max(width / height, 1 / (rule.maxRatio ?? 100)), rule.maxRatio ?? 100)
  const area = Math.min(Math.max(width * height, rule.minPixels ?? 1), rule.maxPixels ?? Number.POSITIVE_INFINITY)
  const snap = (value: number, round: (value: number) => number) => {
    const low = Math.ceil(rule.min / rule.multiple) * rule.multiple
    const high = Math.floor(rule.max / rule.multiple) * rule.multiple
    return Math.min(Math.max(round(value / rule.multiple) * rule.multiple, low), high)
  }
  const keep = width / height === ratio && width * height === area
  const exact = keep ? { width, height } : { width: Math.sqrt(area * ratio), height: Math.sqrt(area / ratio) }
  const near = { width: snap(exact.width, Math.round), height: snap(exact.height, Math.round) }
  if (near.width * near.height <= (rule.maxPixels ?? Number.POSITIVE_INFINITY)) return near
  return { width: snap(exact.width, Math.floor), height: snap(exact.height, Math.floor) }
}

function freeShape(rule: FreeRule, ratioName: string): Shape {
  const base = pairOf(rule.default, 'x') ?? { width: rule.max, height: rule.max }
  const area = base.width * base.height
  const ratio = ratioOf(ratioName)
  const { width, height } = snapSize(rule, Math.sqrt(area * ratio), Math.sqrt(area / ratio))
  return { value: `${width}x${height}`, kind: 'size', label: ratioName, ratio: width / height }
}

/** The shapes to choose from, the rule's own order. */
export function shapesOf(rule: SizeRule): Shape[] {
  switch (rule.kind) {
    case 'fixed':
      return rule.sizes.map(sizeShape)
    case 'ratio':
      return rule.ratios.map((value) => ({ value, kind: 'ratio' as const, label: value, ratio: ratioOf(value) }))
    case 'free': {
      const shapes = commonRatios.map((name) => freeShape(rule, name))
      return shapes.filter((shape, index) => shapes.findIndex((other) => other.value === shape.value) === index)
    }
  }
}

function nearest(shapes: readonly Shape[], ratio: number): Shape | undefined {
  const distance = (shape: Shape) => Math.abs(Math.log(shape.ratio / ratio))
  return shapes.toSorted((a, b) => distance(a) - distance(b))[0]
}

/** What the form's wish becomes under this model's rule; the model's default where there is no wish. */
export function chosenShape(rule: SizeRule, wanted: Wanted): Shape {
  const shapes = shapesOf(rule)
  const fallback: Shape =
    rule.kind === 'ratio'
      ? { value: rule.default, kind: 'ratio', label: rule.default, ratio: ratioOf(rule.default) }
      : sizeShape(rule.default)
  const asked = wanted.size ?? wanted.aspectRatio
  if (asked === null) return fallback
  const exact = shapes.find((shape) => shape.value === asked)
  if (exact) return exact
  if (rule.kind !== 'free') return nearest(shapes, ratioOf(asked)) ?? fallback
  const pixels = wanted.size === null ? null : pairOf(wanted.size, 'x')
  if (pixels === null) return freeShape(rule, asked)
  const { width, height } = snapSize(rule, pixels.width, pixels.height)
  return sizeShape(`${width}x${height}`)
}

/** The fields of the form that hold this shape. */
export function wishFor(shape: Shape): Wanted {
  return shape.kind === 'size' ? { size: shape.value, aspectRatio: null } : { size: null, aspectRatio: shape.value }
}
