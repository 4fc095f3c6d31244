// Whoever tries names is refused after a while. Rule SH13 in docs/spec/sharing.md.
import type { Clock } from '#base/clock.ts'
import type { CountingPorts } from './counting.ts'
import { takeOne, WaitError, type ShareLimits } from './limits.ts'
import { createRecent } from './recent.ts'
import type { ShareRow } from './share-record.ts'
import type { Visitor } from './visits.ts'

export interface Guesses {
  /** A name that leads nowhere, each counted once. @throws WaitError */
  miss(name: string, visitor: Visitor): Promise<void>
  /** Whoever has guessed too often sees only what they have opened already. `key` stands for the visitor. @throws WaitError */
  checkStranger(share: ShareRow, visitor: Pick<Visitor, 'address'> & { readonly key: string }): Promise<void>
}

const quarterMs = 900_000

export function createGuesses(
  { db, passes, entered }: CountingPorts,
  { limits: { misses }, clock }: { readonly limits: ShareLimits; readonly clock: Clock },
): Guesses {
  const missed = createRecent(quarterMs, () => clock.now())
  return {
    async miss(name, { address }) {
      const key = passes.digest(JSON.stringify([address, name]))
      if (missed.has(key)) {
        const ms = await misses.left(address)
        if (ms > 0) throw new WaitError(ms)
        return
      }
      missed.add(key)
      await takeOne(misses, address)
    },
    async checkStranger(share, { address, key }) {
      if (entered.has(key)) return
      const ms = await misses.left(address)
      if (ms === 0) return
      // Another process may have let them in.
      const visit = db.selectFrom('share_visits').where('share_id', '=', share.id).where('visitor', '=', key)
      const known = await visit.where('until', '>', new Date(clock.now())).select('share_id').executeTakeFirst()
      if (known === undefined) throw new WaitError(ms)
    },
  }
}
