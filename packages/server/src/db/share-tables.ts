import type { ColumnType, Generated } from 'kysely'

type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

export interface ShareTable {
  id: string
  user_id: string
  kind: 'image' | 'album' | 'images'
  name: string
  image_id: ColumnType<string | null, string | null | undefined, string | null>
  album_id: ColumnType<string | null, string | null | undefined, string | null>
  filename: ColumnType<string | null, string | null | undefined, string | null>
  title: ColumnType<string | null, string | null | undefined, string | null>
  comment: ColumnType<string | null, string | null | undefined, string | null>
  starts_at: OptionalTimestamp
  expires_at: OptionalTimestamp
  password: ColumnType<string | null, string | null | undefined, string | null>
  view_limit: ColumnType<number | null, number | null | undefined, number | null>
  views: Generated<number>
  viewed_at: OptionalTimestamp
  download: boolean
  prompt: boolean
  listed: boolean
  address: ColumnType<string | null, string | null | undefined, string | null>
  created_at: GeneratedTimestamp
  revoked_at: OptionalTimestamp
}

export interface ShareImageTable {
  share_id: string
  position: number
  image_id: string
}

export interface ShareVisitTable {
  share_id: string
  visitor: string
  until: ColumnType<Date, Date | string, Date | string>
}

export interface ShareTables {
  shares: ShareTable
  share_images: ShareImageTable
  share_visits: ShareVisitTable
}
