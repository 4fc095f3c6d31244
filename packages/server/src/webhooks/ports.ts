// What webhooks stand on; `bin` passes it in. Rules in docs/spec/webhooks.md (WH1 …).
import type { Secrets } from '#connections/secrets.ts'
import type { Log } from '#base/log.ts'
import type { Database, Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'

export interface OutgoingMessage {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Whether the address may be a private one; else it is checked as it is connected to. */
  readonly allowPrivate: boolean
  /** Ends the attempt; the call then rejects with its reason. */
  readonly signal: AbortSignal
}

/** What a receiver answered. */
export interface MessageAnswer {
  /** Null: there was no answer. */
  readonly status: number | null
  /** What went wrong, in words for the owner; null: nothing. */
  readonly message: string | null
  /** Milliseconds after which it may be asked again, where it says so. */
  readonly retryAfterMs: number | null
}

/** Sends one message, following no redirect. It rejects only when its signal is aborted. */
export type SendMessage = (url: string, message: OutgoingMessage) => Promise<MessageAnswer>

/** Where a user's messages may go. */
export interface AddressRule {
  /** Whether private addresses are allowed to this user, as the user is now. */
  mayReachPrivate(userId: string): Promise<boolean>
  /** Why this user may not use an address, as in “must be …”; null: nothing stands against it. */
  refusal(userId: string, url: string): Promise<string | null>
}

/** A thing as the API shows it. @throws EaselError `not-found` when it is there no more */
type Show = (userId: string, id: string) => Promise<Readonly<Record<string, unknown>>>

export interface WebhookPorts {
  readonly db: Db
  readonly database: Pick<Database, 'listen'>
  readonly events: Pick<Events, 'watch'>
  readonly log: Log
  readonly secrets: Pick<Secrets, 'seal' | 'open'>
  readonly send: SendMessage
  readonly addresses: AddressRule
  readonly show: {
    readonly generation: Show
    readonly image: Show
    readonly share: Show
  }
  /** The origin that people use, or null: paths stay paths. */
  readonly publicUrl: string | null
  /** 0 … 1, by which waiting times differ; absent: at random. */
  readonly random?: () => number
}
