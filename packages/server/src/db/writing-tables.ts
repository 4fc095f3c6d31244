import type { ColumnType, Generated } from 'kysely'

export interface WritingChoiceTable {
  user_id: string
  connection_id: string
  model: string
}

export interface WritingDayTable {
  user_id: string
  /** `YYYY-MM-DD`, UTC */
  day: ColumnType<string, string, string>
  cost: Generated<number>
}

export interface WritingTables {
  writing_choices: WritingChoiceTable
  writing_days: WritingDayTable
}
