import type { Progress } from '@easel/client'

/** How far a generation is, on a terminal in one line that is written over, else in a line for each step of ten in a hundred. */
export interface DrawingBar {
  show(progress: Progress): void
  /** Takes the line away, so that what follows has a line of its own. */
  end(): void
}

const cells = 24

/** What stands on the terminal. */
export function drawingLine({ state, place, completed, total }: Progress, elapsedMs: number): string {
  const seconds = `${Math.floor(elapsedMs / 1000)} s`
  if (state === 'queued') return place === null ? `waiting, ${seconds}` : `waiting at place ${place}, ${seconds}`
  if (total === null || total === 0) return `drawing, ${seconds}`
  // Engines have been seen to do more steps than they announced.
  const share = Math.min(1, completed / total)
  const full = Math.round(share * cells)
  return `[${'#'.repeat(full)}${'.'.repeat(cells - full)}] ${Math.round(100 * share)} %, ${seconds}`
}

export function openDrawingBar(out: NodeJS.WriteStream = process.stderr): DrawingBar {
  const started = Date.now()
  let width = 0
  let last = ''
  /** Words that change no more than eleven times, for logs. */
  const step = ({ state, place, completed, total }: Progress): string => {
    if (state === 'queued') return place === null ? 'waiting' : `waiting at place ${place}`
    return total === null || total === 0 ? 'drawing' : `${Math.floor((10 * completed) / total) * 10} %`
  }
  return {
    show(progress) {
      if (out.isTTY) {
        const line = drawingLine(progress, Date.now() - started)
        out.write(`\r${line.padEnd(width)}`)
        width = line.length
        return
      }
      const line = step(progress)
      if (line !== last) out.write(`${line}\n`)
      last = line
    },
    end() {
      if (width > 0) out.write(`\r${' '.repeat(width)}\r`)
      width = 0
    },
  }
}
