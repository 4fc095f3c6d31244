import { messageOf } from '#base/errors.ts'
import type { Log } from '#base/log.ts'
import type { Claim } from './claim.ts'
import { queueName, type Queue } from './queue.ts'

const beatMs = 2_500
/**
 * Ten seconds after its last beat another process takes a job. This one gives it up before that, looking at every beat whether it
 * has to, so that the two never run it at once.
 */
const lostAfterMs = 10_000 - beatMs

interface Held {
  readonly claim: Claim
  readonly onLost: () => void
  /** When the database last confirmed that the claim holds, in milliseconds since the process began. */
  confirmedAt: number
}

/** Tells the database that our running jobs are alive, and us when one is no longer ours. */
export interface Heartbeat {
  add(claim: Claim, onLost: () => void): void
  remove(claim: Claim): void
  stop(): void
}

export function startHeartbeat({ boss, database }: Queue, log: Log): Heartbeat {
  const claims = new Map<Claim, Held>()
  let beating = false

  async function beat(): Promise<void> {
    if (claims.size === 0) return
    const sent = [...claims.values()]
    const attempts = sent.map(({ claim: { id, retryCount } }) => ({ id, retryCount }))
    const sentAt = performance.now()
    const held = settledIds(await boss.touch(queueName, attempts))
    for (const one of sent) {
      if (held.has(one.claim.id)) one.confirmedAt = sentAt
      else lose(one.claim)
    }
  }

  function lose(claim: Claim): void {
    const lost = claims.get(claim)
    if (lost === undefined) return
    claims.delete(claim)
    log.warn({ job: claim.id }, 'a job was taken over by another worker')
    lost.onLost()
  }

  function loseSilent(): void {
    // The embedded database has no other process that could take a job over.
    if (database.kind === 'pglite') return
    const oldest = performance.now() - lostAfterMs
    for (const { claim, confirmedAt } of claims.values()) if (confirmedAt < oldest) lose(claim)
  }

  const timer = setInterval(() => {
    loseSilent()
    if (beating) return
    beating = true
    beat()
      .catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'the heartbeat of running jobs failed'))
      .finally(() => {
        beating = false
      })
  }, beatMs)

  return {
    add: (claim, onLost) => void claims.set(claim, { claim, onLost, confirmedAt: performance.now() }),
    remove: (claim) => void claims.delete(claim),
    stop: () => clearInterval(timer),
  }
}

/** The ids that a call of pg-boss touched: its types do not say, its answers do. */
function settledIds(response: object): ReadonlySet<string> {
  const ids: readonly unknown[] = 'settled' in response && Array.isArray(response.settled) ? response.settled : []
  return new Set(ids.filter((id) => typeof id === 'string'))
}
