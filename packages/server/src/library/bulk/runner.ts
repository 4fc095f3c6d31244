// Goes on with bulk actions until they are over, each in one process at a time.
import { sql } from 'kysely'
import { BulkAction } from '@easel/contract'
import { EaselError, messageOf } from '#base/errors.ts'
import { inTransaction } from '#db/transaction.ts'
import type { Sidecars } from '../sidecars.ts'
import { claimed, proceed, step, stepBack, type BulkRow, type StepPorts } from './steps.ts'

export interface RunnerPorts extends StepPorts {
  readonly sidecars: Pick<Sidecars, 'changed'>
}

export interface Runner {
  /** Returns when it is over, or was interrupted. */
  run(id: string): Promise<void>
  /** Ends after the pictures it is at; the rest is for the next start. */
  close(): Promise<void>
}

export function createRunner(ports: RunnerPorts): Runner {
  const { db, events, log, sidecars } = ports
  const running = new Map<string, Promise<void>>()
  let stopped = false

  const find = (id: string) => db.selectFrom('bulk_actions').selectAll().where('id', '=', id).executeTakeFirst()

  async function claim(id: string): Promise<BulkRow | undefined> {
    return await db
      .updateTable('bulk_actions')
      .set({ claimed_until: claimed })
      .where('id', '=', id)
      .where('state', 'in', ['running', 'undoing'])
      .where((where) => where.or([where('claimed_until', 'is', null), where('claimed_until', '<', sql<Date>`now()`)]))
      .returningAll()
      .executeTakeFirst()
  }

  async function work(id: string): Promise<void> {
    let row = await claim(id)
    for (let more = true; more && row !== undefined && !stopped; row = await find(id)) {
      const action = BulkAction.parse(row.action)
      const back = row.state === 'undoing' && action.type !== 'erase'
      more = back ? await stepBack(ports, row, action) : await step(ports, row)
      sidecars.changed()
    }
    if (stopped) await db.updateTable('bulk_actions').set({ claimed_until: null }).where('id', '=', id).execute()
  }

  async function interrupted(id: string, error: unknown): Promise<void> {
    log.error({ bulk: id, reason: messageOf(error) }, 'a bulk action was interrupted')
    if (!(error instanceof EaselError)) {
      const soon = sql<Date>`now() + interval '10 seconds'`
      await db.updateTable('bulk_actions').set({ claimed_until: soon }).where('id', '=', id).execute()
      return
    }
    // What cannot be done will not be done by trying again.
    await inTransaction(db, async (trx) => {
      const row = await trx.selectFrom('bulk_actions').selectAll().where('id', '=', id).executeTakeFirst()
      if (row !== undefined) await proceed(trx, events, { ...row, state: 'failed' })
    })
  }

  async function begin(id: string): Promise<void> {
    try {
      await work(id)
    } catch (error) {
      await interrupted(id, error)
    } finally {
      running.delete(id)
    }
  }

  return {
    run(id) {
      const known = running.get(id)
      if (known !== undefined) return known
      const promise = begin(id)
      running.set(id, promise)
      return promise
    },
    async close() {
      stopped = true
      await Promise.all(running.values())
    },
  }
}
