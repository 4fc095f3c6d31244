// Records of an export become part of a library again. Rules TR50 … in docs/spec/transfer.md.
import type { LibraryRecords, RecordOutcome, RecordOutcomes, Tag } from '@easel/contract'
import { systemClock, type Clock } from '#base/clock.ts'
import { newId } from '#base/ids.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import { checkRoom } from '#library/room.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { takeGenerations } from './generations.ts'
import { takeLinks } from './links.ts'
import { findPlaces, type Place } from './places.ts'

export interface TakeBackPorts {
  readonly db: Db
  readonly events: Events
  readonly storage: Storage
  /** Below so many free bytes nothing is taken. */
  readonly minFreeBytes: number
  readonly clock?: Clock
}

export interface TakeBack {
  /**
   * Takes back what is not there yet, and says of each picture whether its file is to be sent. A repeat changes nothing.
   * @throws EaselError `disk-full`
   */
  records(userId: string, records: LibraryRecords): Promise<RecordOutcomes>
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
    async records(userId, { tags, generations, pictures, links }) {
      if (tags.length + generations.length > 0) await checkRoom(ports)
      return {
        tags: await takeTags(db, userId, tags),
        generations: await takeGenerations(ports, userId, { generations, now: clock.now() }),
        pictures: (await findPlaces(db, userId, pictures)).map(outcomeOf),
        links: await takeLinks(ports, userId, links),
      }
    },
  }
}
