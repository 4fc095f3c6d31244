// How often visitors may try something. Rules SH11, SH13 and SH23 in docs/spec/sharing.md.
import { EaselError } from '#base/errors.ts'

/** As `auth` counts, for all processes together. */
export interface Counter {
  /** Counts one more. @returns milliseconds to wait, or 0 when it may be done */
  take(key: string): Promise<number>
  /** Milliseconds to wait, or 0; counts nothing. */
  left(key: string): Promise<number>
  giveBack(key: string): Promise<void>
}

export interface Counters {
  open(name: string, rate: { readonly points: number; readonly seconds: number }): Counter
}

/** Too often. */
export class WaitError extends EaselError {
  override readonly name = 'WaitError'
  readonly waitSeconds: number

  constructor(waitMs: number) {
    super('too-many-requests', 'That was too often. Try again later.')
    this.waitSeconds = Math.ceil(waitMs / 1000)
  }
}

/** @throws WaitError */
export async function takeOne(counter: Counter, key: string): Promise<void> {
  const ms = await counter.take(key)
  if (ms > 0) throw new WaitError(ms)
}

const quarterSeconds = 15 * 60

/** @param factor how much more than a stranger's whoever comes here is allowed */
export function openShareLimits(counters: Counters, factor: number) {
  return {
    /** Names that lead nowhere, by address. */
    misses: counters.open('share misses', { points: 100 * factor, seconds: quarterSeconds }),
    /** Wrong passwords. */
    passwords: {
      byAddress: counters.open('share password by address', { points: 10, seconds: quarterSeconds }),
      byLink: counters.open('share password by link', { points: 100, seconds: 4 * quarterSeconds }),
    },
    /** Variants that have to be made, by address. */
    variants: counters.open('share variants', { points: 1000 * factor, seconds: quarterSeconds }),
    /** Looks for people, by who looks. */
    people: counters.open('share people', { points: 60 * factor, seconds: quarterSeconds }),
    /** Archives, by address. */
    archives: counters.open('share archives', { points: 30 * factor, seconds: quarterSeconds }),
  }
}

export type ShareLimits = ReturnType<typeof openShareLimits>
