/** What stands on a terminal while it goes on. */
export interface ProgressBar {
  show(done: number): void
  /** Takes the line to its end, so that what follows has a line of its own. */
  end(): void
}

const cells = 24

/** One line: a bar, how many, and about how long it will take. */
export function progressLine({ done, total, elapsedMs }: { done: number; total: number; elapsedMs: number }): string {
  const share = total === 0 ? 1 : done / total
  const full = Math.round(share * cells)
  const left = done === 0 || done >= total ? '' : `, ${wait((elapsedMs / done) * (total - done))} left`
  return `[${'#'.repeat(full)}${'.'.repeat(cells - full)}] ${done} of ${total}${left}`
}

function wait(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 90) return `${seconds} s`
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}

/** A line that is written over on a terminal; elsewhere one for every hundred. @param total pictures */
export function openProgress(total: number, out: NodeJS.WriteStream = process.stderr): ProgressBar {
  const started = Date.now()
  let open = false
  let width = 0
  return {
    show(done) {
      if (!out.isTTY) {
        if (done % 100 === 0 || done === total) out.write(`${done} of ${total}\n`)
        return
      }
      const line = progressLine({ done, total, elapsedMs: Date.now() - started })
      out.write(`\r${line.padEnd(width)}`)
      width = line.length
      open = true
    },
    end() {
      if (open) out.write('\n')
      open = false
    },
  }
}
