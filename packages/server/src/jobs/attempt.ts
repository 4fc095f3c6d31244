import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Claim } from './claim.ts'
import type { ClaimedJob } from './jobs.ts'
import type { Queue } from './queue.ts'
import { finish, handBack, tryLater } from './settle.ts'

const settleRetryMs = 1_000

export type Handler = (job: ClaimedJob) => Promise<void>

interface Options {
  readonly queue: Queue
  readonly handler: Handler
  readonly log: Log
}

/** Runs the handler once and settles the job by what came of it. Never throws. */
export async function attempt({ queue, handler, log }: Options, claim: Claim, signal: AbortSignal): Promise<void> {
  const { id, payload } = claim
  try {
    await handler({ id, payload, signal })
  } catch (error) {
    if (signal.reason === 'stopping') {
      await settle(() => handBack(queue, claim))
    } else if (signal.reason !== 'lost') {
      log.warn({ job: id, reason: messageOf(error) }, 'a job failed and will be tried again')
      await settle(() => tryLater(queue, claim, error))
    }
    return
  }
  await settle(() => finish(queue, claim))

  /** For as long as the database cannot be reached and the claim holds. */
  async function settle(once: () => Promise<boolean>): Promise<void> {
    while (signal.reason !== 'lost') {
      try {
        const held = await once()
        if (!held) log.warn({ job: id }, 'a job had been taken over before it ended')
        return
      } catch (error) {
        log.warn({ job: id, reason: messageOf(error) }, 'a job could not be settled yet')
        if (signal.aborted) return
        await delay(settleRetryMs, undefined, { signal }).catch(() => {})
      }
    }
  }
}
