// Work whose price is known is refused before it begins when the money of the month would not do.
import type { Quota } from '@easel/contract'
import { sql, type RawBuilder } from 'kysely'
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError } from '#base/errors.ts'

/** In US dollars. */
export interface Priced {
  /** Spent this month. */
  readonly spent: number
  /** What is under way will cost, as far as prices are known. */
  readonly promised: number
  /** What is asked for costs. */
  readonly cost: number
}

/** Sums of prices are not exact to the last bit, and nobody is to be refused for that. */
const tolerance = 1e-9

const money = (amount: number): string => (amount > 0 && amount < 0.01 ? amount.toFixed(4) : amount.toFixed(2))

function nextMonth(nowMs: number): string {
  const now = new Date(nowMs)
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1)).toISOString().slice(0, 10)
}

/** Why something that costs this much is refused, or null when there is enough money for it. */
export function tooDear(
  { moneyAMonth: limit }: Pick<Quota, 'moneyAMonth'>,
  { spent, promised, cost }: Priced,
  clock: Clock = systemClock,
): EaselError | null {
  if (limit === null || cost === 0 || spent + promised + cost <= limit + tolerance) return null
  const waiting = promised > 0 ? `, ${money(promised)} go to what is under way` : ''
  return new EaselError(
    'quota-exceeded',
    `You may spend ${money(limit)} a month on engines. ${money(spent)} of this month are spent${waiting}, and this costs ` +
      `about ${money(cost)}. The next month begins on ${nextMonth(clock.now())} (UTC).`,
  )
}

/** What the generations of a user that wait or run will cost by the prices they were accepted at, or have cost already. */
export const promisedOf = (userId: string, except: string | null = null): RawBuilder<number> => sql<number>`coalesce((
  select sum(greatest(coalesce(picture_price, 0) * n, coalesce(cost_amount, 0))) from generations
  where user_id = ${userId} and state in ('queued', 'running') and id is distinct from ${except}::uuid), 0)`
