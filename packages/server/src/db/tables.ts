import type { ColumnType, Generated } from 'kysely'
import type { GenerationState, ImageSource, TagType } from '@easel/contract'
import type { AccountTables } from './account-tables.ts'
import type { DownloadTables } from './download-tables.ts'
import type { LibraryTables } from './library-tables.ts'
import type { PeopleTables } from './people-tables.ts'
import type { PromptTables } from './prompt-tables.ts'
import type { ShareTables } from './share-tables.ts'
import type { WebhookTables } from './webhook-tables.ts'
import type { WritingTables } from './writing-tables.ts'

type Timestamp = ColumnType<Date, Date | string, Date | string>
type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>
/** Read as a parsed value; written as JSON text, so that both drivers store the same. */
type JsonColumn = ColumnType<unknown, string, string>
type GeneratedJson = ColumnType<unknown, string | undefined, string>

export interface DataKeyTable {
  user_id: string
  kid: string
  wrapped: string
  created_at: GeneratedTimestamp
}

export interface ConnectionTable {
  id: string
  user_id: string
  name: string
  provider: string
  base_url: string | null
  secret: string | null
  key_hint: string | null
  settings: GeneratedJson
  default_model: string | null
  concurrency: number
  position: Generated<number>
  is_default: Generated<boolean>
  environment_digest: string | null
  shared: Generated<boolean | null>
  fallback_id: string | null
  prices: GeneratedJson
  created_at: GeneratedTimestamp
  deleted_at: Timestamp | null
}

export interface GenerationTable {
  id: string
  user_id: string
  connection_id: string | null
  connection_name: string
  provider: string
  model: string
  state: GenerationState
  request: JsonColumn
  fitted: JsonColumn
  adjustments: GeneratedJson
  tags: GeneratedJson
  resolved_prompt: string
  resolution: ColumnType<unknown, string | null | undefined, string | null>
  revised_prompt: string | null
  n: number
  width: number | null
  height: number | null
  seed: number | null
  origin: string
  progress_completed: number | null
  progress_total: number | null
  preview_key: string | null
  error: ColumnType<unknown, string | null | undefined, string | null>
  cost_amount: number | null
  cost_currency: string | null
  parent_id: string | null
  idempotency_key: string | null
  idempotency_hash: string | null
  job_id: string | null
  cancel_requested: Generated<boolean>
  refine: ColumnType<'wanted' | 'asked' | null, 'wanted' | null | undefined, 'asked' | null>
  strict: Generated<boolean>
  batch: Generated<boolean>
  fallback_from: ColumnType<unknown, string | null | undefined, string | null>
  picture_price: number | null
  created_at: GeneratedTimestamp
  started_at: Timestamp | null
  finished_at: Timestamp | null
}

export interface GenerationCallTable {
  generation_id: string
  call_index: number
  first_image: number
  images: number
  state: 'waiting' | 'sent' | 'done' | 'failed'
  sent_at: Timestamp | null
  operation: ColumnType<unknown, string | null | undefined, string | null>
  error: ColumnType<unknown, string | null | undefined, string | null>
}

export interface ImageTable {
  id: string
  user_id: string
  generation_id: string | null
  generation_index: number | null
  filename: string
  storage_key: string
  source: ImageSource
  mime_type: string
  bytes: number
  width: number
  height: number
  sha256: string
  crc32: number
  thumbhash: string | null
  derived_at: Timestamp | null
  damage: string | null
  prompt: string | null
  typed_prompt: ColumnType<string | null, string | null | undefined, string | null>
  revised_prompt: string | null
  negative_prompt: string | null
  description: string | null
  title: ColumnType<string | null, string | null | undefined, string | null>
  notes: ColumnType<string | null, string | null | undefined, string | null>
  favourite: Generated<boolean>
  rating: Generated<number>
  model: string | null
  provider: string | null
  seed: number | null
  parameters: GeneratedJson
  parent_id: string | null
  history_second: string
  history_number: number
  created_at: Timestamp
  deleted_at: Timestamp | null
  /** Its files go: it cannot be restored any more. */
  erasing: Generated<boolean>
  revision: Generated<number>
  sidecar_due: Generated<boolean>
  sidecar_claimed: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
}

export interface TagTable {
  id: string
  user_id: string
  tag_type: TagType
  tag_id: string
  images: Generated<number>
  created_at: GeneratedTimestamp
}

export interface ModelDefaultTable {
  user_id: string | null
  family: 'any' | 'sdxl' | 'flux' | 'sdapi'
  connection_id: string
  model: string | null
}

export interface EventTable {
  seq: ColumnType<number, never, never>
  user_id: string
  event: JsonColumn
  created_at: GeneratedTimestamp
}

export interface JobLaneTable {
  lane: string
  concurrency: number
  now_turn: Generated<number>
  now_batch_turn: Generated<number>
}

export interface JobTurnTable {
  lane: string
  batch: boolean
  user_id: string
  last_turn: number
}

export interface LaneCallTable {
  id: Generated<number>
  lane: string
  held: Generated<boolean>
  expires_at: Timestamp
}

/** Every table of ours, as the migrations leave it. */
export interface Tables
  extends
    AccountTables,
    DownloadTables,
    LibraryTables,
    PeopleTables,
    PromptTables,
    ShareTables,
    WebhookTables,
    WritingTables {
  data_keys: DataKeyTable
  connections: ConnectionTable
  model_defaults: ModelDefaultTable
  generations: GenerationTable
  generation_calls: GenerationCallTable
  images: ImageTable
  tags: TagTable
  events: EventTable
  job_lanes: JobLaneTable
  job_turns: JobTurnTable
  lane_calls: LaneCallTable
}
