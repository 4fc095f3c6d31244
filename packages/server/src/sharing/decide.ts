// Whether a visitor may see something: decided here, and nowhere else. Rules SH10 … in docs/spec/sharing.md.
import type { ShareState } from '@easel/contract'
import { EaselError } from '#base/errors.ts'
import type { ShareRow } from './share-record.ts'

/**
 * What somebody wants of a link. `picture`: one of its pictures, smaller; `original`: one of them as it may be saved; `named`: that of
 * a link to one picture, by the link's name alone; `card`: what a preview of the link is made of, a published album's feed among it.
 */
export type Want = 'page' | 'picture' | 'original' | 'named' | 'archive' | 'card'

/** A link as it was found by its name. */
export interface FoundShare extends ShareRow {
  /** Whether its owner's account is open. */
  readonly owned: boolean
  /** Whether there is anything that it shows. */
  readonly shows: boolean
}

/** What a visitor has shown. */
export interface Shown {
  /** Milliseconds since 1970. */
  readonly now: number
  /** The link's password, as it is now. */
  readonly password: boolean
  /** That the visit was counted already. */
  readonly visit: boolean
  /** Whether albums may be published on this server. */
  readonly gallery: boolean
}

export type Decision =
  | { readonly state: 'open' }
  | { readonly state: 'absent' }
  | { readonly state: 'not-yet'; readonly startsAt: Date }
  | { readonly state: 'ended' }
  | { readonly state: 'password' }
  /** Originals may not be saved. */
  | { readonly state: 'kept' }
  /** It makes no preview. */
  | { readonly state: 'private' }

export function decide(found: FoundShare | null, { now, password, visit, gallery }: Shown, want: Want): Decision {
  if (found === null || found.revoked_at !== null || !found.owned || !found.shows) return { state: 'absent' }
  if (found.address !== null && !gallery) return { state: 'absent' }
  if (want === 'named' && found.kind !== 'image') return { state: 'absent' }
  if (found.expires_at !== null && found.expires_at.getTime() <= now) return { state: 'ended' }
  if (found.starts_at !== null && found.starts_at.getTime() > now)
    return { state: 'not-yet', startsAt: found.starts_at }
  if (isUsedUp(found) && !visit) return { state: 'ended' }
  if (want === 'card' && (found.password !== null || found.view_limit !== null)) return { state: 'private' }
  if (found.password !== null && !password) return { state: 'password' }
  if (!found.download && (want === 'original' || want === 'named' || want === 'archive')) return { state: 'kept' }
  return { state: 'open' }
}

const isUsedUp = ({ view_limit: limit, views }: ShareRow): boolean => limit !== null && views >= limit

/** A link's state as its owner is told. */
export function stateOf(row: ShareRow, { now, gallery }: Pick<Shown, 'now' | 'gallery'>): ShareState {
  if (row.revoked_at !== null) return 'revoked'
  if (row.expires_at !== null && row.expires_at.getTime() <= now) return 'expired'
  if (isUsedUp(row)) return 'used-up'
  if (row.address !== null && !gallery) return 'unpublished'
  return row.starts_at !== null && row.starts_at.getTime() > now ? 'not-yet' : 'open'
}

/** The same words whatever the reason is. */
export const absent = (): EaselError => new EaselError('not-found', 'There is nothing at this address.')

/** What a visitor is told who may not see what they want. */
export function refusalOf(decision: Exclude<Decision, { state: 'open' }>): EaselError {
  switch (decision.state) {
    case 'absent':
      return absent()
    case 'not-yet':
      return new EaselError('forbidden', `This link opens at ${decision.startsAt.toISOString()}.`)
    case 'ended':
      return new EaselError('gone', 'This link has ended.')
    case 'password':
      return new EaselError('unauthorized', 'This link asks for a password.')
    case 'kept':
      return new EaselError('forbidden', 'What this link shows may be looked at, and not saved.')
    case 'private':
      return new EaselError('unauthorized', 'There is no preview of this link.')
  }
}
