import { sql, type RawBuilder } from 'kysely'
import { fromKysely, PgBoss } from 'pg-boss'
import { messageOf } from '#base/errors.ts'
import { newId } from '#base/ids.ts'
import type { Log } from '#base/log.ts'
import type { Database, Trx } from '#db/database.ts'

export const queueName = 'easel'
/** The same in statements: as a value it would have them planned at every call, since the jobs of each queue are a table by itself. */
export const ourQueue = sql.lit(queueName)
export const wakeChannel = 'easel_jobs'
/** What pg-boss calls the group of a job is our lane. */
export const jobTable = sql.table('pgboss.job')

const daySeconds = 24 * 60 * 60

/** How this copy of pg-boss is run. */
export interface Queue {
  readonly boss: PgBoss
  readonly database: Database
}

const queueOptions = {
  // Never reached: a job is done when its handler returned, and until then it is tried again.
  retryLimit: 2_000_000_000,
  retryDelay: 0,
  // The longest that pg-boss allows; only a handler that hangs for a day is given up by it.
  expireInSeconds: daySeconds,
  // Waiting jobs older than this are deleted without a word, so: never.
  retentionSeconds: 10 * 365 * daySeconds,
  deleteAfterSeconds: 120,
  // A long line is no fault of ours to report.
  warningQueueSize: 1_000_000,
}

/**
 * The embedded database has one process, which finds its orphans when it starts: there a heartbeat could only take jobs from
 * their living owner, when the computer slept.
 */
function superviseOptions(kind: Database['kind']) {
  return kind === 'postgres'
    ? { heartbeatSeconds: 10, superviseIntervalSeconds: 5, monitorIntervalSeconds: 5 }
    : { heartbeatSeconds: null, superviseIntervalSeconds: 60, monitorIntervalSeconds: 60 }
}

export async function openQueue(database: Database, log: Log): Promise<Queue> {
  const { heartbeatSeconds, ...intervals } = superviseOptions(database.kind)
  const boss = new PgBoss({
    db: database.boss,
    backend: database.kind,
    schedule: false,
    ...intervals,
    maintenanceIntervalSeconds: 60,
    // For jobs that wait for others, of which there are none here.
    flowIntervalSeconds: 3600,
    reindex: database.kind === 'postgres',
    monitorVacuum: database.kind === 'postgres',
  })
  boss.on('error', (error) => log.error({ reason: messageOf(error) }, 'the job queue reports a fault'))
  boss.on('warning', ({ message }) => log.warn({ reason: message }, 'the job queue warns'))
  await boss.start()
  await boss.createQueue(queueName, queueOptions)
  await boss.updateQueue(queueName, { ...queueOptions, heartbeatSeconds })
  // pg-boss reads the queue's settings once, on a connection of its own: inside a transaction of the embedded database
  // that would wait for ever.
  await boss.findJobs(queueName, { id: newId() })
  return { boss, database }
}

/** pg-boss inside a transaction of ours. */
export function within(trx: Trx): { db: ReturnType<typeof fromKysely> } {
  return { db: fromKysely(trx) }
}

/** How many jobs a call of pg-boss touched: its types do not say, its answers do. */
export function affectedBy(response: object): number {
  return 'affected' in response && typeof response.affected === 'number' ? response.affected : 0
}

/** The call that wakes every worker, in all processes, at the commit. */
export function wake(): RawBuilder<unknown> {
  return sql`pg_notify(${sql.lit(wakeChannel)}, '')`
}

/** Wakes every worker, in all processes, when `trx` commits. */
export async function wakeWorkers(trx: Trx): Promise<void> {
  await sql`select ${wake()}`.execute(trx)
}
