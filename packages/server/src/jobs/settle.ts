import { sql } from 'kysely'
import { messageOf } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Claim } from './claim.ts'
import { needNotLast } from './claim-lock.ts'
import { affectedBy, jobTable, ourQueue, queueName, wake, wakeWorkers, within, type Queue } from './queue.ts'

const maxBackOffSeconds = 30

/** The handler returned: the job is gone. @returns false when the claim had been lost */
export async function finish({ database }: Queue, { id, retryCount }: Claim): Promise<boolean> {
  // What pg-boss's `complete` writes for a job that no other one waits for, with the rest in the same statement. Should a crash
  // undo it, the handler is called once more and finds its work done.
  const { rows } = await sql`
    with done as (
      update ${jobTable} set state = 'completed', completed_on = now()
      where name = ${ourQueue} and id = ${id} and state = 'active' and retry_count = ${retryCount}
      returning id
    )
    select ${wake()}, ${needNotLast(database.kind)} from done`.execute(database.db)
  return rows.length > 0
}

/** The job waits for another worker, which may take it at once. @returns false when the claim had been lost */
export async function handBack({ boss, database }: Queue, { id, retryCount }: Claim): Promise<boolean> {
  return await inTransaction(database.db, async (trx) => {
    const held = affectedBy(await boss.fail(queueName, { id, retryCount }, { reason: 'stopping' }, within(trx))) > 0
    if (held) await wakeWorkers(trx)
    return held
  })
}

/**
 * The handler threw: the job is tried again, later every time up to half a minute.
 * @returns false when the claim had been lost
 */
export async function tryLater({ boss, database }: Queue, { id, retryCount }: Claim, error: unknown): Promise<boolean> {
  const startAfter = Math.min(2 ** Math.min(retryCount, 10), maxBackOffSeconds)
  return await inTransaction(database.db, async (trx) => {
    const output = { reason: messageOf(error) }
    if (affectedBy(await boss.fail(queueName, { id, retryCount }, output, within(trx))) === 0) return false
    await boss.update({ name: queueName, options: { id, startAfter, ...within(trx) } })
    await wakeWorkers(trx)
    return true
  })
}
