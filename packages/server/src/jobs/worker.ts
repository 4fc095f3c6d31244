import { setImmediate, setTimeout as delay } from 'node:timers/promises'
import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import { attempt, type Handler } from './attempt.ts'
import { claimNext, type Claim } from './claim.ts'
import { startHeartbeat } from './heartbeat.ts'
import type { Worker } from './jobs.ts'
import { wakeChannel, type Queue } from './queue.ts'
import { handBack } from './settle.ts'

/** A floor under NOTIFY: jobs whose back-off ended, and whatever a broken connection did not tell. */
const pollMs = 2_000
/** How long a handler may take to end after it was told to stop. */
const abortMs = 2_000

interface Options {
  readonly handler: Handler
  readonly slots: number
  readonly log: Log
}

interface Running {
  readonly claim: Claim
  readonly controller: AbortController
  readonly ended: Promise<void>
}

/** Takes jobs whenever there may be some, until it is stopped. */
export async function startWorker(queue: Queue, { handler, slots, log }: Options): Promise<Worker> {
  const heartbeat = startHeartbeat(queue, log)
  const running = new Set<Running>()
  let stopping = false
  let claiming: Promise<void> | null = null
  let more = false

  function start(claim: Claim): void {
    const controller = new AbortController()
    heartbeat.add(claim, () => controller.abort('lost'))
    const ended = attempt({ queue, handler, log }, claim, controller.signal).finally(() => {
      heartbeat.remove(claim)
      running.delete(one)
      wake()
    })
    const one: Running = { claim, controller, ended }
    running.add(one)
  }

  async function claimAll(): Promise<void> {
    do {
      // Whoever is woken several times at once looks once, and what is ready to be sent goes first.
      await setImmediate()
      more = false
      while (!stopping && running.size < slots) {
        const claim = await claimNext(queue)
        if (claim === null) break
        if (stopping) await handBack(queue, claim)
        else start(claim)
        // Whatever comes after this look wakes us.
        if (!claim.more) break
      }
    } while (more && !stopping)
  }

  function wake(): void {
    more = true
    if (stopping || claiming !== null) return
    more = false
    claiming = claimAll()
      .catch((error: unknown) => {
        // The poll tries again: waking at once would spin for as long as the database is away.
        more = false
        log.warn({ reason: messageOf(error) }, 'jobs cannot be taken now')
      })
      .finally(() => {
        claiming = null
        // Woken between the last look and here.
        if (more) wake()
      })
  }

  const stopListening = await queue.database.listen(wakeChannel, wake, wake)
  const poll = setInterval(wake, pollMs)
  wake()

  async function stop(graceMs: number): Promise<void> {
    stopping = true
    clearInterval(poll)
    await stopListening()
    await claiming
    await allEnded(running, graceMs)
    for (const { controller } of running) controller.abort('stopping')
    await allEnded(running, abortMs)
    // A handler that does not listen: its job goes to somebody else, and what it still does counts no more.
    const handed = await Promise.allSettled([...running].map(({ claim }) => handBack(queue, claim)))
    for (const one of handed) {
      if (one.status === 'rejected') log.warn({ reason: messageOf(one.reason) }, 'a job could not be handed back')
    }
    heartbeat.stop()
  }

  let stopped: Promise<void> | null = null
  return {
    stop(graceMs) {
      stopped ??= stop(graceMs)
      return stopped
    },
  }
}

/** Waits until all of these have ended, at most `ms`. */
async function allEnded(running: Iterable<Running>, ms: number): Promise<void> {
  const done = new AbortController()
  const all = Promise.allSettled([...running].map(({ ended }) => ended)).then(() => done.abort())
  const limit = delay(ms, undefined, { signal: done.signal }).catch(() => {})
  await Promise.race([all, limit])
}
