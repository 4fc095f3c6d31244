import type { Database } from '#db/database.ts'
import type { Jobs } from '#jobs/jobs.ts'
import { cancelChannel } from './generations.ts'
import { generationOf, runGeneration, type RunPorts } from './run.ts'

export interface GenerationWorker {
  /** Takes no new work, waits up to `graceMs` for what runs and hands the rest back. */
  stop(graceMs: number): Promise<void>
}

/** Runs generations in this process, and stops single ones when their owner cancels them on any process. */
export async function startGenerationWorker(
  ports: RunPorts & { readonly database: Database; readonly jobs: Jobs },
  slots: number,
): Promise<GenerationWorker> {
  const { database, jobs, db } = ports
  const running = new Map<string, AbortController>()

  async function cancelMissed(): Promise<void> {
    if (running.size === 0) return
    const rows = await db
      .selectFrom('generations')
      .where('id', 'in', [...running.keys()])
      .where('cancel_requested', '=', true)
      .select('id')
      .execute()
    for (const { id } of rows) running.get(id)?.abort('cancelled')
  }

  const stopListening = await database.listen(
    cancelChannel,
    (id) => running.get(id)?.abort('cancelled'),
    () => void cancelMissed().catch((error: unknown) => ports.log.warn({ reason: String(error) }, 'cancels not read')),
  )
  const worker = await jobs.work(async (job) => {
    const id = generationOf(job)
    const cancel = new AbortController()
    running.set(id, cancel)
    try {
      await runGeneration(ports, { id, jobId: job.id }, AbortSignal.any([job.signal, cancel.signal]))
    } finally {
      // A generation that was handed over may run here again by now.
      if (running.get(id) === cancel) running.delete(id)
    }
  }, slots)
  return {
    async stop(graceMs) {
      await worker.stop(graceMs)
      await stopListening()
    },
  }
}
