import { messageOf } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Claim } from './claim.ts'
import { affectedBy, queueName, wakeWorkers, within, type Queue } from './queue.ts'

const maxBackOffSeconds = 30

/** The handler returned: the job is gone. @returns false when the claim had been lost */
export async function finish({ boss, database }: Queue, { id, retryCount }: Claim): Promise<boolean> {
  return await inTransaction(database.db, async (trx) => {
    const held = affectedBy(await boss.complete(queueName, { id, retryCount }, undefined, within(trx))) > 0
    if (held) await wakeWorkers(trx)
    return held
  })
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
