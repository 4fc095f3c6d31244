// What is done now and then.
import { pruneAudit } from '#admin/audit-list.ts'
import { pruneSessions } from '#auth/sessions.ts'
import type { RateLimiters } from '#auth/rate-limiter.ts'
import { sweep } from '#library/sweep.ts'
import { emptyExpired } from '#library/trash.ts'
import type { Sharing } from '#sharing/sharing.ts'
import type { Webhooks } from '#webhooks/webhooks.ts'
import type { AssembleOptions, Foundations } from './foundations.ts'
import type { Task } from './housekeeping.ts'
import type { Leaving } from './leaving.ts'
import type { Library } from './open-library.ts'

const dayMs = 86_400_000
/** Security events are kept for a year. */
const auditDays = 365
/** As long a bulk action can be undone. */
const bulkDays = 7
/** So long stands what webhooks were told. */
const deliveryDays = 30

interface Parts {
  readonly library: Library
  readonly limits: { readonly limiters: RateLimiters }
  readonly sharing: Sharing
  readonly webhooks: Webhooks
  /** There where work is done. */
  readonly leaving: Leaving | null
}

/** What has to be done in this process. */
export function tasksOf(
  { log, config }: AssembleOptions,
  { database, storage, events }: Foundations,
  { library, limits, sharing, webhooks, leaving }: Parts,
): readonly Task[] {
  const { db } = database
  const daysAgo = (days: number) => new Date(Date.now() - days * dayMs)
  const always: readonly Task[] = [
    { name: 'events', everyMs: 3_600_000, run: () => events.prune(daysAgo(7)) },
    { name: 'database', everyMs: 300_000, run: () => database.maintain() },
    { name: 'sessions', everyMs: 3_600_000, run: () => pruneSessions(db) },
    { name: 'downloads', everyMs: 3_600_000, run: () => library.downloads.prune() },
    { name: 'visits', everyMs: 3_600_000, run: () => sharing.visits.prune() },
    { name: 'limits', everyMs: 600_000, run: () => limits.limiters.prune() },
    { name: 'webhooks', everyMs: 60_000, soonMs: 1000, run: () => webhooks.note() },
    { name: 'webhook deliveries', everyMs: 3_600_000, run: () => webhooks.prune(daysAgo(deliveryDays)) },
    { name: 'audit', everyMs: dayMs, run: () => pruneAudit(db, daysAgo(auditDays)) },
  ]
  if (leaving === null) return always
  const ports = { db, storage, events, log }
  const { bulks, sidecars } = library.collections
  return [
    ...always,
    { name: 'thumbnails', everyMs: 600_000, soonMs: 1000, run: () => library.derivatives.catchUp() },
    { name: 'sidecars', everyMs: 10_000, soonMs: 1000, run: (signal) => sidecars.writeAll(signal) },
    { name: 'bulk actions', everyMs: 10_000, soonMs: 1000, run: () => bulks.resume() },
    { name: 'finished bulk actions', everyMs: dayMs, run: () => bulks.prune(daysAgo(bulkDays)) },
    {
      name: 'trash',
      everyMs: 3_600_000,
      soonMs: 60_000,
      run: (signal) => emptyExpired(ports, daysAgo(config.trashDays), signal),
    },
    { name: 'sweep', everyMs: dayMs, soonMs: 30_000, run: (signal) => sweep(ports, { signal }) },
    { name: 'leaving', everyMs: 20_000, soonMs: 1000, run: () => leaving.run() },
  ]
}
