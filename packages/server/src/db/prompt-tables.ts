import type { ColumnType, Generated } from 'kysely'
import type { PromptPartKind } from '@easel/contract'

type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>

export interface PromptPartTable {
  id: string
  user_id: string
  kind: PromptPartKind
  name: string
  name_key: string
  text: string
  negative_prompt: ColumnType<string | null, string | null | undefined, string | null>
  lines: Generated<number>
  created_at: GeneratedTimestamp
  changed_at: GeneratedTimestamp
}

export interface PromptTables {
  prompt_parts: PromptPartTable
}
