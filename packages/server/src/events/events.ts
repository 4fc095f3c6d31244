// The event port: an append-only log that every open page of a user follows. Rules in docs/spec/events.md (EV1 …).
import type { EaselEvent } from '@easel/contract'
import type { Compilable } from 'kysely'
import type { Db, Trx } from '#db/database.ts'

/**
 * An event as it reaches a subscriber. `seq` is null for progress, which is not in the log; with any other number, the next
 * subscription may go on from it.
 */
export interface Delivered {
  readonly seq: number | null
  readonly event: EaselEvent
}

export type LoggedEvent = Exclude<EaselEvent, { type: 'generation.progress' } | { type: 'reset' }>
export type ProgressEvent = Extract<EaselEvent, { type: 'generation.progress' }>

/** What a user is told. */
export interface Told {
  readonly userId: string
  readonly event: LoggedEvent
}

export interface Events {
  /**
   * Writes events to the log of a user; they are told when `trx` commits. Call it last in a transaction: it takes the user's lock,
   * so that sequence numbers rise in the order of commit.
   */
  append(trx: Trx, userId: string, events: readonly LoggedEvent[]): Promise<void>
  /** The same for several users at once, in one statement; everybody takes their locks in one order. */
  appendAll(trx: Trx, told: readonly Told[]): Promise<void>
  /**
   * A change of one row and its event in one statement, which is a transaction by itself.
   * @param change an insert, update or delete that returns the row's `user_id`, who is told; where it changes none, nobody is
   * @returns whether it has changed a row
   */
  appendWith(db: Db, change: Compilable<{ user_id: string }>, event: LoggedEvent): Promise<boolean>
  /** Tells open pages how far a generation is; nothing is kept. */
  progress(trx: Trx, userId: string, event: ProgressEvent): Promise<void>
  /**
   * Follows a user's events, on any process. With `since`, what came after that number is delivered first, in order and once;
   * when the log no longer reaches back so far, a `reset` comes instead.
   */
  subscribe(userId: string, since: number | null, onEvent: (delivered: Delivered) => void): Promise<() => void>
  /**
   * Calls `onGrowth` with the user whose log has grown, on any process; with null when that may be anybody's.
   * @returns a function that ends it
   */
  watch(onGrowth: (userId: string | null) => void): () => void
  /**
   * Calls `onWrite` with the user for whom this process writes: before the commit, so that nobody who waits for it can be told what was
   * before; after it where the writing is one statement, and before whoever made it goes on.
   * @returns a function that ends it
   */
  watchOwn(onWrite: (userId: string) => void): () => void
  /** Removes events older than this. @returns how many */
  prune(olderThan: Date): Promise<number>
  close(): Promise<void>
}
