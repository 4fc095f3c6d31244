import { setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import { claimNext, type Claim } from './claim.ts'
import { startHeartbeat } from './heartbeat.ts'
import type { ClaimedJob, Worker } from './jobs.ts'
import { wakeChannel, type Queue } from './queue.ts'
import { finish, handBack, tryLater } from './settle.ts'

/** A floor under NOTIFY: jobs whose back-off ended, and whatever a broken connection did not tell. */
const pollMs = 2_000
const settleRetryMs = 1_000
/** How long a handler may take to end after it was told to stop. */
const abortMs = 2_000

interface Options {
  readonly handler: (job: ClaimedJob) => Promise<void>
  readonly slots: number
  readonly log: Log
}

interface Running {
  readonly controller: AbortController
  readonly claim: Claim
  readonly ended: Promise<void>
}

export async function startWorker(queue: Queue, { handler, slots, log }: Options): Promise<Worker> {
  const heartbeat = startHeartbeat(queue, log)
  const running = new Set<Running>()
  let stopping = false
  let claiming: Promise<void> | null = null
  let more = false

  /** Ends an attempt in the database, for as long as it takes and the claim holds. */
  async function settle(signal: AbortSignal, once: () => Promise<boolean>): Promise<void> {
    while (signal.reason !== 'lost') {
      try {
        await once()
        return
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'a job could not be settled yet')
        if (stopping) return
        await delay(settleRetryMs)
      }
    }
  }

  async function runOne(claim: Claim, { signal }: AbortController): Promise<void> {
    try {
      await handler({ id: claim.id, payload: claim.payload, signal })
      await settle(signal, () => finish(queue, claim))
    } catch (error) {
      if (signal.reason === 'stopping') await settle(signal, () => handBack(queue, claim))
      else if (signal.reason !== 'lost') {
        log.warn({ job: claim.id, reason: messageOf(error) }, 'a job failed and will be tried again')
        await settle(signal, () => tryLater(queue, claim, error))
      }
    }
  }

  function start(claim: Claim): void {
    const controller = new AbortController()
    heartbeat.add(claim, () => controller.abort('lost'))
    const ended = runOne(claim, controller).finally(() => {
      heartbeat.remove(claim)
      running.delete(one)
      wake()
    })
    const one: Running = { controller, claim, ended }
    running.add(one)
  }

  async function claimAll(): Promise<void> {
    do {
      more = false
      while (!stopping && running.size < slots) {
        const claim = await claimNext(queue)
        if (claim === null) break
        if (stopping) await handBack(queue, claim)
        else start(claim)
      }
    } while (more && !stopping)
  }

  function wake(): void {
    more = true
    if (stopping || claiming !== null) return
    claiming = claimAll()
      .catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'jobs cannot be taken now'))
      .finally(() => {
        claiming = null
      })
  }

  const stopListening = await queue.database.listen(wakeChannel, wake, wake)
  const poll = setInterval(wake, pollMs)
  wake()

  /** Waits for what is running, up to `ms`. */
  async function ended(ms: number): Promise<void> {
    const done = new AbortController()
    const all = Promise.allSettled([...running].map((one) => one.ended)).then(() => done.abort())
    const limit = delay(ms, undefined, { signal: done.signal }).catch(() => {})
    await Promise.race([all, limit])
  }

  return {
    async stop(graceMs) {
      if (stopping) return
      stopping = true
      clearInterval(poll)
      await stopListening()
      await claiming
      await ended(graceMs)
      for (const { controller } of running) controller.abort('stopping')
      await ended(abortMs)
      // A handler that does not listen: its job goes to somebody else, and what it still does is not settled.
      const deaf = [...running].map(({ claim }) => claim)
      await Promise.all(deaf.map((claim) => handBack(queue, claim)))
      heartbeat.stop()
    },
  }
}
