// Row types of migration 0016: albums that are shared with people here.
import type { ColumnType } from 'kysely'

type GeneratedTimestamp = ColumnType<Date, Date | string | undefined, Date | string>

export interface PeopleGroupTable {
  id: string
  name: string
  /** What the name is compared by. */
  name_key: string
  created_at: GeneratedTimestamp
}

export interface GroupMemberTable {
  group_id: string
  user_id: string
}

/** Of `user_id` and `group_id` one is null. */
export interface AlbumGrantTable {
  id: string
  album_id: string
  user_id: string | null
  group_id: string | null
  role: 'viewer' | 'editor'
  prompt: boolean
  created_at: GeneratedTimestamp
}

export interface AlbumLeaverTable {
  album_id: string
  user_id: string
}

export interface AlbumAdditionTable {
  album_id: string
  image_id: string
  user_id: string
  position: number
  prompt: boolean
  added_at: GeneratedTimestamp
}

export interface PeopleTables {
  people_groups: PeopleGroupTable
  group_members: GroupMemberTable
  album_grants: AlbumGrantTable
  album_leavers: AlbumLeaverTable
  album_additions: AlbumAdditionTable
}
