import type { Adjustment, SizeRule } from '@easel/contract'

type Free = Extract<SizeRule, { kind: 'free' }>

export interface Shape {
  readonly width?: number
  readonly height?: number
  readonly aspectRatio?: string
}

interface Asked {
  readonly size?: string | undefined
  readonly aspectRatio?: string | undefined
}

const parse = (text: string): [number, number] => {
  const [first = 1, second = 1] = text.split(/[x:]/).map(Number)
  return [first, second]
}

const ratioOf = (text: string): number => {
  const [width, height] = parse(text)
  return width / height
}

/** How far two ratios are apart, the same for 2:1 against 1:1 as for 1:2. */
const distance = (a: number, b: number): number => Math.abs(Math.log(a / b))

const areaOf = (size: string): number => {
  const [width, height] = parse(size)
  return width * height
}

/** The nearest width and height that the rule allows, keeping the ratio as well as it can. */
function snap(rule: Free, width: number, height: number): [number, number] {
  const { min, max, multiple, maxPixels, minPixels, maxRatio } = rule
  let [w, h] = [width, height]
  if (maxRatio !== undefined && w / h > maxRatio) h = w / maxRatio
  if (maxRatio !== undefined && h / w > maxRatio) w = h / maxRatio
  const tooLarge = Math.max(w / max, h / max, maxPixels === undefined ? 0 : Math.sqrt((w * h) / maxPixels))
  if (tooLarge > 1) [w, h] = [w / tooLarge, h / tooLarge]
  const tooSmall = Math.max(min / w, min / h, minPixels === undefined ? 0 : Math.sqrt(minPixels / (w * h)))
  if (tooSmall > 1) [w, h] = [w * tooSmall, h * tooSmall]
  // Rounding up may leave the largest area again, so the area decides which way.
  const round = (value: number, to: 'round' | 'floor' | 'ceil') =>
    Math.min(
      Math.max(Math[to](value / multiple) * multiple, Math.ceil(min / multiple) * multiple),
      Math.floor(max / multiple) * multiple,
    )
  const nearest: [number, number] = [round(w, 'round'), round(h, 'round')]
  if (maxPixels !== undefined && nearest[0] * nearest[1] > maxPixels) return [round(w, 'floor'), round(h, 'floor')]
  if (minPixels !== undefined && nearest[0] * nearest[1] < minPixels) return [round(w, 'ceil'), round(h, 'ceil')]
  return nearest
}

function fitFree(rule: Free, asked: Asked): Shape {
  if (asked.size !== undefined) {
    const [width, height] = snap(rule, ...parse(asked.size))
    return { width, height }
  }
  if (asked.aspectRatio === undefined) {
    const [width, height] = parse(rule.default)
    return { width, height }
  }
  const ratio = ratioOf(asked.aspectRatio)
  const height = Math.sqrt(areaOf(rule.default) / ratio)
  const [width, fitted] = snap(rule, height * ratio, height)
  return { width, height: fitted }
}

function fitFixed(sizes: readonly string[], fallback: string, asked: Asked): Shape {
  const wanted = asked.size ?? asked.aspectRatio
  let best = fallback
  if (wanted !== undefined) {
    const ratio = ratioOf(wanted)
    const area = asked.size === undefined ? areaOf(fallback) : areaOf(asked.size)
    const cost = (size: string) => distance(ratioOf(size), ratio) * 10 + distance(areaOf(size), area)
    best = sizes.reduce((least, size) => (cost(size) < cost(least) ? size : least), best)
  }
  const [width, height] = parse(best)
  return { width, height }
}

function fitRatio(ratios: readonly string[], fallback: string, asked: Asked): Shape {
  const wanted = asked.size ?? asked.aspectRatio
  if (wanted === undefined) return { aspectRatio: fallback }
  const ratio = ratioOf(wanted)
  const cost = (candidate: string) => distance(ratioOf(candidate), ratio)
  return {
    aspectRatio: ratios.reduce((least, candidate) => (cost(candidate) < cost(least) ? candidate : least), fallback),
  }
}

const words = ({ width, height, aspectRatio }: Shape): string => aspectRatio ?? `${width}x${height}`

/**
 * The nearest shape that a model takes to the size or ratio asked for. A ratio within two per cent of the asked one counts as
 * it: sizes come in multiples.
 */
export function fitSize(rule: SizeRule, asked: Asked): { shape: Shape; adjustments: Adjustment[] } {
  const shape =
    rule.kind === 'free'
      ? fitFree(rule, asked)
      : rule.kind === 'fixed'
        ? fitFixed(rule.sizes, rule.default, asked)
        : fitRatio(rule.ratios, rule.default, asked)
  const used = words(shape)
  const field = asked.size === undefined ? 'aspectRatio' : 'size'
  const wanted = asked.size ?? asked.aspectRatio
  const same =
    wanted === undefined ||
    (asked.size !== undefined && rule.kind !== 'ratio'
      ? used === asked.size
      : distance(ratioOf(used), ratioOf(wanted)) < 0.02)
  const reason = 'This model does not draw that shape; this is the nearest it has.'
  return { shape, adjustments: same ? [] : [{ field, asked: wanted, used, reason }] }
}
