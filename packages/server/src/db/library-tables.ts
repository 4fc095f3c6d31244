import type { ColumnType, Generated } from 'kysely'

type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>
/** Read as a parsed value; written as JSON text, so that both drivers store the same. */
type JsonColumn = ColumnType<unknown, string, string>

export interface ImageTagTable {
  image_id: string
  tag: string
  /** The picture's own time; the database fills it in. */
  created_at: GeneratedTimestamp
}

export interface AlbumTable {
  id: string
  user_id: string
  name: string
  /** What the name is compared by. */
  name_key: string
  description: string | null
  cover_id: string | null
  images: Generated<number>
  created_at: GeneratedTimestamp
  changed_at: GeneratedTimestamp
}

export interface AlbumImageTable {
  album_id: string
  image_id: string
  position: number
  added_at: GeneratedTimestamp
}

export interface SavedSearchTable {
  id: string
  user_id: string
  name: string
  /** What the name is compared by. */
  name_key: string
  query: JsonColumn
  created_at: GeneratedTimestamp
}

/** Kept by the database as pictures and their tags change. */
export interface ImageWordsTable {
  image_id: ColumnType<string, never, never>
  user_id: ColumnType<string, never, never>
  words: ColumnType<string, never, never>
  search: ColumnType<string, never, never>
}

/** Kept by the database as pictures come, change and go. */
export interface TimelineBucketTable {
  user_id: ColumnType<string, never, never>
  day: ColumnType<Date, never, never>
  starts_at: ColumnType<Date, never, never>
  starts_id: ColumnType<string, never, never>
  images: ColumnType<number, never, never>
  revision: ColumnType<number, never, never>
}

export interface BulkActionTable {
  id: string
  user_id: string
  action: JsonColumn
  selection: JsonColumn
  state: 'running' | 'done' | 'undoing' | 'undone' | 'failed'
  seen: Generated<number>
  changed: Generated<number>
  position: ColumnType<string | null, string | null | undefined, string | null>
  claimed_until: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
  created_at: GeneratedTimestamp
  finished_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
}

export interface BulkChangeTable {
  bulk_id: string
  image_id: string
  before: ColumnType<unknown, string | null, string | null>
}

export interface LibraryTables {
  image_tags: ImageTagTable
  albums: AlbumTable
  album_images: AlbumImageTable
  saved_searches: SavedSearchTable
  image_words: ImageWordsTable
  timeline_buckets: TimelineBucketTable
  bulk_actions: BulkActionTable
  bulk_changes: BulkChangeTable
}
