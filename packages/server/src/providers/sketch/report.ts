import type { RunContext } from '../spec/provider.ts'
import type { Canvas } from './draw/canvas.ts'
import { previewOf } from './draw/preview.ts'

interface Reporter {
  afterLayer(done: number, canvas: Canvas): Promise<void>
  /** The last sign: everything is done. */
  end(): void
}

const PREVIEW_SIDE = 256
/** Below this a picture is there before its preview would be. */
const PREVIEW_FROM_PIXELS = 200_000
const PREVIEWS = 4

/** Turns layers into steps and shows the drawing a few times on the way; the last step is the finished file. */
export function createReporter(context: RunContext, what: { steps: number; layers: number }): Reporter {
  const { steps, layers } = what
  let told = -1
  let shown = 0
  return {
    async afterLayer(done, canvas) {
      const completed = Math.min(steps - 1, Math.floor((done / layers) * steps))
      if (completed <= told) return
      told = completed
      const due = Math.floor((done / layers) * (PREVIEWS + 1))
      if (canvas.width * canvas.height < PREVIEW_FROM_PIXELS || due <= shown || shown >= PREVIEWS) {
        context.progress({ completed, total: steps })
        return
      }
      shown = due
      const { rgba, width, height } = previewOf(canvas, PREVIEW_SIDE)
      const preview = await context.pixels.encodePreview(rgba, width, height)
      context.progress({ completed, total: steps, preview })
    },
    end: () => context.progress({ completed: steps, total: steps }),
  }
}
