// What somebody may use up, and who is refused. Rules in docs/spec/quotas.md (QU1 …).
import { sql, type RawBuilder } from 'kysely'
import { QuotaOverride, type Quota, type Usage } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { Db, Trx } from '#db/database.ts'
import { overMoney, refusal, type Used } from './quota-refusal.ts'

import { promisedOf, tooDear } from './quota-price.ts'

/** What holds for everybody who has nothing of their own. */
export interface QuotaDefaults {
  readonly quota: Quota
  readonly guestQuota: Quota
}

export interface Wanted {
  /** Asked of engines. */
  readonly images?: number
  /** What it costs in US dollars, where that is known. */
  readonly cost?: number
  /** Generations that begin. */
  readonly generations?: number
  /** To be stored. Of a generation nobody knows it: then there has to be some room. */
  readonly bytes?: number
}

export interface Quotas {
  /**
   * Refuses what would go over a limit, before any work and without writing anything.
   * @returns the limits; `bytes` goes to {@link keepImage}, which holds it also for many at once
   * @throws EaselError `quota-exceeded` that says which limit, what is used and when it is free again
   */
  checkQuota(userId: string, wanted: Wanted): Promise<Quota>
  /**
   * The same in the transaction that begins a generation, which counts its images. First statement there: it holds the user's line,
   * so that many at once are looked at one after the other.
   * @throws EaselError `quota-exceeded`
   */
  countGeneration(trx: Trx, userId: string, wanted: { readonly images: number; readonly cost: number }): Promise<void>
  /**
   * The same for a generation that goes to another engine at another price, which is looked at as if it began now.
   * @throws EaselError `quota-exceeded`
   */
  checkCost(trx: Trx, userId: string, wanted: { readonly generationId: string; readonly cost: number }): Promise<void>
  /**
   * Refuses what costs money once a month's is spent. Text models are asked so: no picture of theirs is counted.
   * @throws EaselError `quota-exceeded`
   */
  checkMoney(userId: string): Promise<void>
  /** Counts what a text model cost, in the same money as pictures. */
  countWriting(userId: string, cost: number): Promise<void>
  /** Whether this user was seen to have any limit. Who has none is spared the check before the work. */
  mayBeLimited(userId: string): boolean
  usage(userId: string): Promise<Usage>
}

const today = sql`(now() at time zone 'utc')::date`
const thisMonth = sql`date_trunc('month', now() at time zone 'utc')`

/** Limits of a person: their own where they have one (null: none), else the usual ones. */
function limitsOf({ quota, guestQuota }: QuotaDefaults, { role, quota: own }: { role: string; quota: unknown }): Quota {
  const usual = role === 'guest' ? guestQuota : quota
  const { bytes, imagesADay, atOnce, moneyAMonth } = QuotaOverride.parse(own)
  return {
    bytes: bytes === undefined ? usual.bytes : bytes,
    imagesADay: imagesADay === undefined ? usual.imagesADay : imagesADay,
    atOnce: atOnce === undefined ? usual.atOnce : atOnce,
    moneyAMonth: moneyAMonth === undefined ? usual.moneyAMonth : moneyAMonth,
  }
}

const isLimited = (limits: Quota): boolean => Object.values(limits).some((limit) => limit !== null)

const one = (value: RawBuilder<unknown>) => sql<number>`coalesce((${value}), 0)`
const bytesOf = (userId: string) => one(sql`select bytes from usage_totals where user_id = ${userId}`)
const activeOf = (userId: string) =>
  one(sql`select count(*) from generations where user_id = ${userId} and state in ('queued', 'running')`)
const spentOf = (userId: string) =>
  one(sql`
    select sum(cost) from (
      select cost from usage_days where user_id = ${userId} and day >= ${thisMonth}
      union all select cost from writing_days where user_id = ${userId} and day >= ${thisMonth}
    ) as spent`)

interface Read extends Used {
  readonly role: string
  readonly quota: unknown
}

/** Everything at once, without a lock. */
async function readAll(db: Db, userId: string): Promise<Read> {
  const { rows } = await sql<Read>`
    select role, quota, ${bytesOf(userId)} as bytes, ${activeOf(userId)} as "atOnce", ${spentOf(userId)} as "moneyAMonth",
      ${one(sql`select images from usage_days where user_id = ${userId} and day = ${today}`)} as "imagesADay"
    from users where id = ${userId}`.execute(db)
  return rows[0] ?? missing()
}

function missing(): never {
  throw new EaselError('not-found', 'There is no such person on this server.')
}

interface PriceCheck {
  readonly userId: string
  readonly limits: Quota
  readonly cost: number
  /** A generation that is not under way any more once this one is. */
  readonly except?: string
}

/** @throws EaselError `quota-exceeded` */
async function checkPrice(db: Db, { userId, limits, cost, except }: PriceCheck): Promise<void> {
  const { rows } = await sql<{ spent: number; promised: number }>`
    select ${spentOf(userId)} as spent, ${promisedOf(userId, except)} as promised`.execute(db)
  const refused = tooDear(limits, { ...(rows[0] ?? missing()), cost })
  if (refused !== null) throw refused
}

/** @param defaults as the administrator says now */
export function createQuotas({ db, defaults }: { db: Db; defaults: () => QuotaDefaults }): Quotas {
  const limited = new Set<string>()

  function noteLimits(userId: string, limits: Quota): Quota {
    if (isLimited(limits)) limited.add(userId)
    else limited.delete(userId)
    return limits
  }

  /** Takes the user's line (the row of `users`), then counts: what is read after this cannot change any more. */
  async function countImages(trx: Trx, userId: string, images: number) {
    const { rows } = await sql<{ role: string; quota: unknown; images: number; bytes: number }>`
      with person as (select id, role, quota from users where id = ${userId} for no key update),
      counted as (
        insert into usage_days as held (user_id, day, images) select id, ${today}, ${images}::integer from person
        on conflict (user_id, day) do update set images = held.images + excluded.images
        returning images
      )
      select role, quota, images, ${bytesOf(userId)} as bytes from person, counted`.execute(trx)
    return rows[0] ?? missing()
  }

  return {
    mayBeLimited: (userId) => isLimited(defaults().quota) || limited.has(userId),

    async checkQuota(userId, wanted) {
      const { role, quota, ...used } = await readAll(db, userId)
      const limits = noteLimits(userId, limitsOf(defaults(), { role, quota }))
      const refused = refusal(limits, used, wanted)
      if (refused !== null) throw refused
      if (limits.moneyAMonth !== null && wanted.cost !== undefined)
        await checkPrice(db, { userId, limits, cost: wanted.cost })
      return limits
    },

    async countGeneration(trx, userId, { images, cost }) {
      const row = await countImages(trx, userId, images)
      const limits = noteLimits(userId, limitsOf(defaults(), row))
      if (!isLimited(limits)) return
      const used = { bytes: row.bytes, imagesADay: row.images - images }
      const { rows } = await sql<Pick<Used, 'atOnce' | 'moneyAMonth'>>`
        select ${activeOf(userId)} as "atOnce", ${spentOf(userId)} as "moneyAMonth"`.execute(trx)
      const refused = refusal(limits, { ...used, ...(rows[0] ?? missing()) }, { images, generations: 1 })
      if (refused !== null) throw refused
      if (limits.moneyAMonth !== null) await checkPrice(trx, { userId, limits, cost })
    },

    async checkCost(trx, userId, { generationId, cost }) {
      const person = sql<{ role: string; quota: unknown }>`
        select role, quota from users where id = ${userId} for no key update`
      const limits = limitsOf(defaults(), (await person.execute(trx)).rows[0] ?? missing())
      await checkPrice(trx, { userId, limits, cost, except: generationId })
    },

    async checkMoney(userId) {
      const { role, quota, ...used } = await readAll(db, userId)
      const refused = overMoney(limitsOf(defaults(), { role, quota }), used)
      if (refused !== null) throw refused
    },

    async countWriting(userId, cost) {
      await sql`
        insert into writing_days as held (user_id, day, cost) values (${userId}, ${today}, ${cost})
        on conflict (user_id, day) do update set cost = held.cost + excluded.cost`.execute(db)
    },

    async usage(userId) {
      const { role, quota, ...used } = await readAll(db, userId)
      return { used, allowed: noteLimits(userId, limitsOf(defaults(), { role, quota })) }
    },
  }
}
