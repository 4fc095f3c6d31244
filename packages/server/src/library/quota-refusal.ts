import type { Quota } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { EaselError } from '#base/errors.ts'
import type { Wanted } from './quotas.ts'

/** What is used of each limit. */
export type Used = { readonly [Name in keyof Quota]: number }

const refuse = (message: string) => new EaselError('quota-exceeded', message)

function size(bytes: number): string {
  const megabytes = bytes / 1024 ** 2
  if (megabytes >= 1024) return `${(megabytes / 1024).toFixed(1)} GB`
  return megabytes >= 10 ? `${Math.round(megabytes)} MB` : `${megabytes.toFixed(1)} MB`
}

const money = (amount: number): string => amount.toFixed(2)
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`

function untilMidnight(nowMs: number): string {
  const minutes = Math.ceil((86_400_000 - (nowMs % 86_400_000)) / 60_000)
  return minutes < 60 ? `in ${count(minutes, 'minute')}` : `in ${count(Math.round(minutes / 60), 'hour')}`
}

function nextMonth(nowMs: number): string {
  const now = new Date(nowMs)
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1))
  return first.toISOString().slice(0, 10)
}

function noRoom(limit: number, used: number, bytes: number | undefined): EaselError | null {
  if (bytes === undefined ? used < limit : used + bytes <= limit) return null
  const asked = bytes === undefined ? '' : `, and this takes ${size(bytes)}`
  return refuse(
    `Your library may hold ${size(limit)}. It holds ${size(used)}${asked}. There is room again when pictures are erased from the trash.`,
  )
}

/**
 * Why something is refused, or null when it is not. Each message names the limit, what is used of it, and when it is free again.
 * @param used before what is wanted
 */
export function refusal(
  limits: Quota,
  used: Used,
  { bytes, images = 0, generations = 0, clock = systemClock }: Wanted & { readonly clock?: Clock },
): EaselError | null {
  const stores = bytes !== undefined || generations > 0
  const full = limits.bytes === null || !stores ? null : noRoom(limits.bytes, used.bytes, bytes)
  if (full !== null) return full
  if (generations === 0) return null
  if (limits.imagesADay !== null && used.imagesADay + images > limits.imagesADay) {
    return refuse(
      `You may ask for ${count(limits.imagesADay, 'image')} a day. ${used.imagesADay} of today are used, and this asks for ${images}. ` +
        `The next day begins ${untilMidnight(clock.now())} (midnight UTC).`,
    )
  }
  if (limits.atOnce !== null && used.atOnce + generations > limits.atOnce) {
    return refuse(
      `You may have ${count(limits.atOnce, 'generation')} at once. ${used.atOnce} are waiting or running. ` +
        'The next one is taken when one of them has ended.',
    )
  }
  return overMoney(limits, used, clock)
}

/** Why nothing more that costs money may be asked for this month, or null when it may. */
export function overMoney(
  { moneyAMonth: limit }: Pick<Quota, 'moneyAMonth'>,
  { moneyAMonth: spent }: Pick<Used, 'moneyAMonth'>,
  clock: Clock = systemClock,
): EaselError | null {
  if (limit === null || spent < limit) return null
  return refuse(
    `You may spend ${money(limit)} a month on engines. ${money(spent)} of this month are spent. ` +
      `The next month begins on ${nextMonth(clock.now())} (UTC).`,
  )
}
