import type { ColumnType, Generated } from 'kysely'
import type { WebhookOff } from '@easel/contract'

type Timestamp = ColumnType<Date, Date | string, Date | string>
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

export interface WebhookTable {
  id: string
  user_id: string
  name: string
  url: string
  /** Read as a parsed value; written as JSON text, so that both drivers store the same. */
  types: ColumnType<unknown, string, string>
  secret: string | null
  old_secret: ColumnType<string | null, string | null | undefined, string | null>
  old_secret_until: OptionalTimestamp
  seq: number
  off_at: OptionalTimestamp
  off_reason: ColumnType<WebhookOff | null, WebhookOff | null | undefined, WebhookOff | null>
  failing_since: OptionalTimestamp
  served_at: OptionalTimestamp
  created_at: ColumnType<Date, undefined, never>
}

export interface WebhookDeliveryTable {
  id: string
  webhook_id: string
  user_id: string
  seq: number | null
  type: string
  subject_id: string | null
  happened_at: Timestamp
  state: Generated<'waiting' | 'delivered' | 'failed' | 'dropped'>
  attempts: Generated<number>
  due_at: ColumnType<Date, Date | undefined, Date>
  attempt: ColumnType<string | null, undefined, string | null>
  attempt_until: OptionalTimestamp
  attempted_at: OptionalTimestamp
  duration_ms: ColumnType<number | null, undefined, number | null>
  status: ColumnType<number | null, undefined, number | null>
  message: ColumnType<string | null, string | null | undefined, string | null>
}

export interface WebhookTables {
  webhooks: WebhookTable
  webhook_deliveries: WebhookDeliveryTable
}
