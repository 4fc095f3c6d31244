// The port between HTTP and who is who. Rules in docs/spec/accounts.md (AC1 …).
import type { Caller } from './caller.ts'

/** What a request shows of itself. */
export interface Credentials {
  /** The Cookie header; null when there is none or it does not count, because the request came from another website. */
  readonly cookie: string | null
  /** What stands behind `Bearer ` in Authorization, or null. */
  readonly bearer: string | null
}

/** `unknown`: a bearer token that is nobody's, or expired, or revoked. */
export type Identified = Caller | 'nobody' | 'unknown'

export interface Auth {
  readonly mode: 'local' | 'accounts'
  /** Who these credentials stand for. A bearer token decides alone where there is one. */
  identify(credentials: Credentials): Promise<Identified>
  /** The account that old clients without a token act as (`EASEL_COMPAT_USER`), or null. */
  compatCaller(): Promise<Caller | null>
  /**
   * Calls `listener` when what somebody's credentials stand for may have changed, in this process or another; with null when
   * that may be so of everybody. What this process remembered does not count any more then.
   * @returns a function that stops it
   */
  onChange(listener: (userId: string | null) => void): () => void
  close(): Promise<void>
}
