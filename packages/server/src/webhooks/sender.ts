// Sends what is due, in a process that works. Nothing of it is done inside a transaction.
import { messageOf } from '#base/errors.ts'
import { claimDue, release, untilNextDue, type Claimed } from './claim.ts'
import { bodyOf } from './message.ts'
import type { WebhookPorts } from './ports.ts'
import { webhooksChannel, type WebhookRow } from './records.ts'
import { settle, type Outcome } from './settle.ts'
import { signedHeaders } from './signature.ts'

/** Messages under way at once in this process: waiting for an answer costs next to nothing. */
const slots = 32
/** What another process left behind, or no notification told of, is found by then. */
const lookAgainMs = 30_000

export interface Sender {
  /** Takes nothing more; what is under way has so long to end, else it is handed back. */
  stop(graceMs: number): Promise<void>
}

type SenderPorts = Omit<WebhookPorts, 'events'>

/** In clear, the one that it has first; none when they cannot be opened. */
async function secretsOf({ db, secrets }: SenderPorts, webhook: WebhookRow): Promise<readonly string[]> {
  const place = { userId: webhook.user_id, webhookId: webhook.id }
  const { secret, old_secret: old, old_secret_until: until } = webhook
  const open = async (sealed: string | null) => (sealed === null ? null : await secrets.open(db, place, sealed))
  const first = await open(secret)
  if (first === null) return []
  const second = until !== null && until.getTime() > Date.now() ? await open(old) : null
  return second === null ? [first] : [first, second]
}

const nothing = { status: null, retryAfterMs: null, dropped: false }

async function attemptOnce(
  ports: SenderPorts,
  { delivery, webhook }: Claimed,
  signal: AbortSignal,
): Promise<Omit<Outcome, 'durationMs'>> {
  const body = await bodyOf(ports, webhook, delivery)
  if (body === null) return { ...nothing, dropped: true, message: 'It was deleted before it could be told' }
  const secrets = await secretsOf(ports, webhook)
  if (secrets.length === 0) return { ...nothing, message: 'The secret cannot be opened. Renew it' }
  const seconds = Math.floor(Date.now() / 1000)
  const answer = await ports.send(webhook.url, {
    headers: signedHeaders({ id: delivery.id, seconds, body }, secrets),
    body,
    allowPrivate: await ports.addresses.mayReachPrivate(webhook.user_id),
    signal,
  })
  return { ...answer, dropped: false }
}

/** Begins to send, and goes on until it is stopped. */
export async function startSender(ports: SenderPorts): Promise<Sender> {
  const { db, database, log, random = Math.random } = ports
  const underWay = new Set<Promise<void>>()
  const stopping = new AbortController()
  let looking: Promise<void> | null = null
  let again = false
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  async function attempt(claimed: Claimed): Promise<void> {
    const begun = performance.now()
    const ids = { webhook: claimed.webhook.id, delivery: claimed.delivery.id }
    try {
      const outcome = await attemptOnce(ports, claimed, stopping.signal)
      const durationMs = performance.now() - begun
      const off = await settle({ db, random }, claimed, { ...outcome, durationMs })
      log.debug({ ...ids, status: outcome.status }, 'a webhook was told')
      if (off !== null) log.warn({ ...ids, reason: off }, 'a webhook was switched off')
    } catch (error) {
      if (stopping.signal.aborted) await release(db, claimed)
      // Its claim runs out, and then it is tried again.
      else log.error({ ...ids, reason: messageOf(error) }, 'a webhook could not be told')
    }
  }

  function begin(claimed: Claimed): void {
    const running = attempt(claimed)
      .catch((error: unknown) => log.error({ reason: messageOf(error) }, 'an attempt could not be handed back'))
      .finally(() => {
        underWay.delete(running)
        wake()
      })
    underWay.add(running)
  }

  async function look(): Promise<void> {
    do {
      again = false
      const room = slots - underWay.size
      // Each that ends looks again.
      if (room === 0 || stopped) return
      for (const claimed of await claimDue(db, room)) begin(claimed)
    } while (again)
    planNext(await untilNextDue(db))
  }

  function planNext(ms: number | null): void {
    clearTimeout(timer)
    if (!stopped) timer = setTimeout(wake, Math.min(Math.max(ms ?? lookAgainMs, 0) + 1, lookAgainMs))
  }

  function wake(): void {
    if (stopped) return
    again = true
    looking ??= look()
      .catch((error: unknown) => {
        log.error({ reason: messageOf(error) }, 'webhooks that are due were not found')
        planNext(null)
      })
      .finally(() => {
        looking = null
        if (again && underWay.size < slots) wake()
      })
  }

  const stopListening = await database.listen(webhooksChannel, wake, wake)
  wake()

  return {
    async stop(graceMs) {
      stopped = true
      clearTimeout(timer)
      await stopListening()
      await looking
      const cut = setTimeout(() => stopping.abort(), graceMs)
      await Promise.all(underWay)
      clearTimeout(cut)
    },
  }
}
