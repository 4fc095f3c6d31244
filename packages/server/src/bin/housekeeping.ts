import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'

export interface Task {
  readonly name: string
  readonly everyMs: number
  /** Milliseconds to the first run; absent: a whole period. */
  readonly soonMs?: number
  /** `signal` is aborted when the process ends: what takes long leaves the rest for the next time. */
  readonly run: (signal: AbortSignal) => Promise<unknown>
}

/** Runs what has to be done now and then, each task on its own, never twice at once. One that fails is tried again the next time. */
export function startHousekeeping({ tasks, log }: { tasks: readonly Task[]; log: Log }): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const timers = new Set<NodeJS.Timeout>()
  const running = new Set<Promise<void>>()

  function plan(task: Task, delayMs: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      const run = runOnce(task).finally(() => {
        running.delete(run)
        if (!stopping.signal.aborted) plan(task, task.everyMs)
      })
      running.add(run)
    }, delayMs)
    timer.unref()
    timers.add(timer)
  }

  async function runOnce({ name, run }: Task): Promise<void> {
    try {
      await run(stopping.signal)
    } catch (error) {
      log.error({ task: name, reason: messageOf(error) }, 'housekeeping failed')
    }
  }

  for (const task of tasks) plan(task, task.soonMs ?? task.everyMs)
  return {
    async stop() {
      stopping.abort()
      for (const timer of timers) clearTimeout(timer)
      await Promise.all(running)
    },
  }
}
