import type { ColumnType, Generated } from 'kysely'

export interface DownloadTable {
  id: string
  user_id: string
  digest: string
  filename: string
  /** Read as a parsed value; written as JSON text, so that both drivers store the same. */
  form: ColumnType<unknown, string, string>
  pictures: Generated<number>
  missing: Generated<number>
  entries: ColumnType<number | null, number | undefined, number>
  directory_at: ColumnType<number | null, number | undefined, number | null>
  directory_length: ColumnType<number | null, number | undefined, number | null>
  created_at: ColumnType<Date, undefined, never>
  expires_at: ColumnType<Date, Date, Date>
}

export interface DownloadPartTable {
  download_id: string
  number: number
  at: number
  directory_at: number
  entries: string
}

export interface DownloadTables {
  downloads: DownloadTable
  download_parts: DownloadPartTable
}
