import { type Canvas, clear, createCanvas, createTile, type Tile } from './canvas.ts'
import { createScanner, type Scanner } from './coverage.ts'
import { paintField } from './field.ts'
import { finish } from './finish.ts'
import type { Layer, ShapeLayer } from './layer.ts'
import { castShadow, paintDots, paintGlow } from './light.ts'
import { softMask } from './mask.ts'
import { noise2 } from './noise.ts'
import type { Pace } from './pace.ts'
import { bounds, type Contour } from './path.ts'
import { fillShape } from './shape.ts'
import type { Style } from './style.ts'
import { paintWater } from './water.ts'

interface RenderJob {
  readonly width: number
  readonly height: number
  /** Pixels in a unit. */
  readonly scale: number
  readonly layers: readonly Layer[]
  readonly style: Style
  readonly pace: Pace
  /** Called after each layer with the picture so far. */
  readonly afterLayer?: (done: number, canvas: Canvas) => Promise<void>
  /** Called on the finished drawing, before it is printed. */
  readonly retouch?: (canvas: Canvas) => Promise<void>
}

interface Studio {
  readonly canvas: Canvas
  readonly scanner: Scanner
  readonly pace: Pace
  readonly tile: Tile
  readonly style: Style
}

/**
 * Draws layers back to front and gives RGBA, the same bytes for the same job everywhere.
 * @throws ProviderError `interrupted` when the picture is no longer wanted.
 */
export async function render(job: RenderJob): Promise<Uint8Array<ArrayBuffer>> {
  const { pace } = job
  await pace.rest()
  const canvas = createCanvas(job.width, job.height, job.scale)
  clear(canvas, job.style.ground)
  const studio = { canvas, scanner: createScanner(job.width), pace, tile: createTile(9), style: job.style }
  for (const [index, layer] of job.layers.entries()) {
    await paint(studio, layer)
    if (pace.due()) await pace.rest()
    await job.afterLayer?.(index + 1, canvas)
  }
  await job.retouch?.(canvas)
  await pace.rest()
  return finish(studio, job.style.finish)
}

async function paint(studio: Studio, layer: Layer): Promise<void> {
  const { canvas, pace } = studio
  if (layer.kind === 'shape') return layer.sheet === true ? paintSheet(studio, layer) : fillShape(studio, layer, null)
  if (layer.kind === 'glow') return paintGlow(canvas, layer, pace)
  if (layer.kind === 'dots') return paintDots(canvas, layer, pace)
  if (layer.kind === 'field') return paintField(canvas, layer, pace)
  return paintWater(studio, layer)
}

async function paintSheet(studio: Studio, layer: ShapeLayer): Promise<void> {
  const { canvas, style, pace, tile } = studio
  const contours = style.wobble > 0 ? layer.contours.map((contour) => shaken(contour, style.wobble)) : layer.contours
  const sheet = { ...layer, contours }
  if (style.shadow !== null) {
    const mask = softMask(canvas, contours, style.shadow.blur)
    if (pace.due()) await pace.rest()
    const drop = style.shadow.drop * canvas.scale
    const edge = (style.shadow.blur * 3 + style.shadow.drop) * canvas.scale + 4
    const box = bounds(contours)
    const within = {
      left: box.left * canvas.scale - edge,
      top: box.top * canvas.scale - edge,
      right: box.right * canvas.scale + edge,
      bottom: box.bottom * canvas.scale + edge,
    }
    await castShadow(studio, mask, { dx: drop * 0.4, dy: -drop * 0.35, strength: style.shadow.strength, within })
  }
  if (style.wash === null) return fillShape(studio, sheet, null)
  const { mottle, rim, blur } = style.wash
  return fillShape(studio, sheet, { tile, mottle, rim, mask: softMask(canvas, contours, blur) })
}

/** The outline as an unsteady hand would cut it: long sides get points of their own first. */
function shaken(contour: Contour, amount: number): Contour {
  const result: number[] = []
  const n = contour.length
  for (let i = 0; i < n; i += 2) {
    const x0 = contour[i] ?? 0
    const y0 = contour[i + 1] ?? 0
    const x1 = contour[(i + 2) % n] ?? 0
    const y1 = contour[(i + 3) % n] ?? 0
    const pieces = Math.min(60, Math.max(1, Math.floor((Math.abs(x1 - x0) + Math.abs(y1 - y0)) / 0.025)))
    for (let k = 0; k < pieces; k++) {
      const x = x0 + ((x1 - x0) * k) / pieces
      const y = y0 + ((y1 - y0) * k) / pieces
      result.push(x + noise2(x * 38, y * 38, 5) * amount, y + noise2(x * 38, y * 38, 6) * amount)
    }
  }
  return result
}
