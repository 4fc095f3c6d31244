import type { Canvas } from './canvas.ts'

interface Preview {
  readonly rgba: Uint8Array
  readonly width: number
  readonly height: number
}

/** The state of the drawing, at most `longSide` pixels, from every n-th pixel with its right and lower neighbour. */
export function previewOf(canvas: Canvas, longSide: number): Preview {
  const k = Math.max(1, Math.max(canvas.width, canvas.height) / longSide)
  const width = Math.max(1, Math.floor(canvas.width / k))
  const height = Math.max(1, Math.floor(canvas.height / k))
  const rgba = new Uint8Array(width * height * 4)
  const half = Math.floor(k / 2)
  for (let y = 0; y < height; y++) {
    const sy = Math.floor(y * k)
    const ty = Math.min(canvas.height - 1, sy + half)
    for (let x = 0; x < width; x++) {
      const sx = Math.floor(x * k)
      const tx = Math.min(canvas.width - 1, sx + half)
      const a = (sy * canvas.width + sx) * 3
      const b = (ty * canvas.width + tx) * 3
      const out = (y * width + x) * 4
      for (let c = 0; c < 3; c++) rgba[out + c] = ((canvas.data[a + c] ?? 0) + (canvas.data[b + c] ?? 0)) / 514
      rgba[out + 3] = 255
    }
  }
  return { rgba, width, height }
}
