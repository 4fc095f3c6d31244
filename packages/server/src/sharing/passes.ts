// What a visitor is given to show again: that the password was right, that the visit was counted. Rules SH11 and SH12.
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { Clock } from '#base/clock.ts'
import type { ShareRow } from './share-record.ts'

export type PassKind = 'password' | 'visit'

/** A cookie's value, good for one link. */
export interface Pass {
  readonly kind: PassKind
  readonly value: string
  readonly seconds: number
}

export interface Passes {
  give(kind: PassKind, share: ShareRow): Pass
  /** @param values everything that was shown; another site on the same host may have set one more */
  isGood(kind: PassKind, share: ShareRow, values: readonly string[]): boolean
  /** Stands for a visitor without naming them. */
  digest(text: string): string
}

const hourSeconds = 3600
const seconds = { password: 12 * hourSeconds, visit: hourSeconds } as const

/** @param key 32 bytes for this purpose alone */
export function createPasses(key: Buffer, clock: Clock): Passes {
  const secret = createSecretKey(key)
  const mac = (parts: readonly unknown[]) =>
    createHmac('sha256', secret).update(JSON.stringify(parts)).digest('base64url')

  /** With another password, the same one set anew among them, it is another code. */
  const codeOf = (kind: PassKind, { id, password }: ShareRow, until: number) =>
    mac([kind, id, kind === 'password' ? password : null, until])

  return {
    give(kind, share) {
      const now = Math.floor(clock.now() / 1000)
      const end = share.expires_at === null ? Infinity : Math.floor(share.expires_at.getTime() / 1000)
      const until = Math.min(now + seconds[kind], end)
      return { kind, value: `${until}.${codeOf(kind, share, until)}`, seconds: Math.max(until - now, 0) }
    },
    isGood(kind, share, values) {
      return values.some((value) => {
        const [, text = '', code = ''] = /^(\d{1,12})\.([\w-]{43})$/.exec(value) ?? []
        if (text === '' || Number(text) * 1000 <= clock.now()) return false
        return timingSafeEqual(Buffer.from(code), Buffer.from(codeOf(kind, share, Number(text))))
      })
    },
    digest: (text) => mac(['visitor', text]),
  }
}
