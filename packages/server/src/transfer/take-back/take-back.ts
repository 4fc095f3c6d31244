// Records of an export become part of a library again. Rules TR50 … in docs/spec/transfer.md.
import type { LibraryRecords, RecordOutcome, RecordOutcomes, Tag } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { newId } from '#base/ids.ts'
import type { Db } from '#db/database.ts'
import { checkRoom } from '#library/room.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { takeAlbumPictures, takeAlbums } from './albums.ts'
import { takeGenerations } from './generations.ts'
import { takeLinks } from './links.ts'
import { findPlaces, type Place } from './places.ts'
import type { RecordPorts } from './record-ports.ts'
import { takePrompts, type PromptFaults } from './prompts.ts'
import { takeSearches } from './searches.ts'
import { takeShares } from './shares.ts'

export interface TakeBackPorts extends RecordPorts, PromptFaults {
  readonly storage: Storage
  /** Below so many free bytes nothing is taken. */
  readonly minFreeBytes: number
  readonly clock?: Clock
}

export interface TakeBack {
  /**
   * Takes back what is not there yet, and says of each picture whether its file is to be sent. A repeat changes nothing.
   * @param powers `mayName`: links come back under their names, which whoever else brings them could have from anybody (TR59)
   * @throws EaselError `disk-full`
   */
  records(userId: string, records: LibraryRecords, powers: { readonly mayName: boolean }): Promise<RecordOutcomes>
}

/** Also those that no picture has. */
async function takeTags(db: Db, userId: string, tags: readonly Tag[]): Promise<RecordOutcome[]> {
  if (tags.length === 0) return []
  const rows = tags.map(({ tagType, tagId }) => ({ id: newId(), user_id: userId, tag_type: tagType, tag_id: tagId }))
  const taken = await db
    .insertInto('tags')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['user_id', 'tag_type', 'tag_id']).doNothing())
    .returning('id')
    .execute()
  const ids = new Set(taken.map(({ id }) => id))
  return rows.map(({ id }) => ({ outcome: ids.has(id) ? 'taken' : 'there', id: null, why: null }))
}

function outcomeOf(place: Place): RecordOutcome {
  if (place.outcome === 'there') return { outcome: 'there', id: place.row.id, why: null }
  if (place.outcome === 'refused') return { outcome: 'refused', id: null, why: place.why }
  return { outcome: 'wanted', id: place.id, why: null }
}

export function createTakeBack(ports: TakeBackPorts): TakeBack {
  const { db, clock = systemClock } = ports
  return {
    async records(userId, records, { mayName }) {
      const { tags, generations, pictures, links, albums, albumPictures, searches, prompts, shares } = records
      const news = [tags, generations, albums, albumPictures, searches, prompts, shares]
      if (news.some(({ length }) => length > 0)) await checkRoom(ports)
      const now = clock.now()
      return {
        tags: await takeTags(db, userId, tags),
        generations: await takeGenerations(ports, userId, { generations, now }),
        pictures: (await findPlaces(db, userId, pictures)).map(outcomeOf),
        links: await takeLinks(ports, userId, links),
        albums: await takeAlbums(ports, userId, { albums, now }),
        albumPictures: await takeAlbumPictures(ports, userId, albumPictures),
        searches: await takeSearches(ports, userId, { searches, now }),
        prompts: await takePrompts(ports, userId, { prompts, now }),
        shares: await takeShares(ports, { userId, now, mayName }, shares),
      }
    },
  }
}
