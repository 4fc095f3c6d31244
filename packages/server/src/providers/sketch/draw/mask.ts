import type { Canvas } from './canvas.ts'
import { createScanner, edgesOf } from './coverage.ts'
import { clamp } from './maths.ts'
import type { Contour } from './path.ts'

/** A shape's cover, small and blurred: enough for soft shadows and for how far inside a place is. */
export interface Mask {
  readonly width: number
  readonly height: number
  readonly values: Float32Array
  /** Cells in a pixel. */
  readonly k: number
}

const LONG_SIDE = 288

/** `blur` in units. */
export function softMask(canvas: Canvas, contours: readonly Contour[], blur: number): Mask {
  const k = Math.min(1, LONG_SIDE / Math.max(canvas.width, canvas.height))
  const width = Math.max(1, Math.ceil(canvas.width * k))
  const height = Math.max(1, Math.ceil(canvas.height * k))
  const values = new Float32Array(width * height)
  const edges = edgesOf(contours, canvas.scale * k, height)
  const scanner = createScanner(width)
  for (let y0 = edges.top; y0 < edges.bottom; y0 += scanner.rows) {
    scanner.band(edges, { y0, y1: Math.min(y0 + scanner.rows, edges.bottom) }, (y, cover, span) => {
      values.set(cover.subarray(span.from, span.to), y * width + span.from)
    })
  }
  const radius = Math.round(clamp(blur * canvas.scale * k, 0, 40))
  if (radius > 0) {
    for (let pass = 0; pass < 2; pass++) {
      blurLines(values, { lines: height, length: width, line: width, step: 1 }, radius)
      blurLines(values, { lines: width, length: height, line: 1, step: width }, radius)
    }
  }
  return { width, height, values, k }
}

function blurLines(
  values: Float32Array,
  shape: { lines: number; length: number; line: number; step: number },
  radius: number,
): void {
  const { length, step } = shape
  const copy = new Float32Array(length)
  const weight = 1 / (radius * 2 + 1)
  for (let l = 0; l < shape.lines; l++) {
    const base = l * shape.line
    for (let i = 0; i < length; i++) copy[i] = values[base + i * step] ?? 0
    let sum = 0
    for (let i = -radius; i <= radius; i++) sum += copy[clamp(i, 0, length - 1)] ?? 0
    for (let i = 0; i < length; i++) {
      values[base + i * step] = sum * weight
      sum += (copy[clamp(i + radius + 1, 0, length - 1)] ?? 0) - (copy[clamp(i - radius, 0, length - 1)] ?? 0)
    }
  }
}

/** The mask at a pixel, smoothly. */
export function sampleMask(mask: Mask, x: number, y: number): number {
  const u = clamp((x + 0.5) * mask.k - 0.5, 0, mask.width - 1.001)
  const v = clamp((y + 0.5) * mask.k - 0.5, 0, mask.height - 1.001)
  const i = u | 0
  const j = v | 0
  const fu = u - i
  const fv = v - j
  const { values, width } = mask
  const at = j * width + i
  const below = at + (j + 1 < mask.height ? width : 0)
  const side = i + 1 < width ? 1 : 0
  const top = (values[at] ?? 0) * (1 - fu) + (values[at + side] ?? 0) * fu
  const bottom = (values[below] ?? 0) * (1 - fu) + (values[below + side] ?? 0) * fu
  return top * (1 - fv) + bottom * fv
}
