// What a library can do beside keeping pictures, built together.
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Storage } from '#storage/spec/storage.ts'
import { createAlbums, type Albums } from './albums.ts'
import { createBulks, type Bulks } from './bulk/bulk.ts'
import { createDetails, type Details } from './details.ts'
import { createSavedSearches, type SavedSearches } from './saved-searches.ts'
import { createSidecars, type Sidecars } from './sidecars.ts'
import { createTagList, type TagList } from './tag-list.ts'
import { createTimelines, type Timelines } from './timeline.ts'

export interface Collections {
  readonly details: Details
  readonly tags: TagList
  readonly albums: Albums
  readonly searches: SavedSearches
  readonly timelines: Timelines
  readonly bulks: Bulks
  readonly sidecars: Sidecars
  /** How long pictures stay in the trash. */
  readonly trashDays: number
  close(): Promise<void>
}

interface Ports {
  readonly db: Db
  readonly storage: Storage
  readonly events: Events
  readonly log: Log
  readonly trashDays: number
  /** See {@link createBulks}; absent: as long as an answer should take. */
  readonly bulkWaitMs?: number
}

export function createCollections(ports: Ports): Collections {
  const { db } = ports
  const sidecars = createSidecars(ports)
  const all = { ...ports, sidecars }
  const bulks = createBulks(all)
  return {
    details: createDetails(all),
    tags: createTagList(all),
    albums: createAlbums(all),
    searches: createSavedSearches(all),
    timelines: createTimelines(db),
    bulks,
    sidecars,
    trashDays: ports.trashDays,
    async close() {
      await bulks.close()
      await sidecars.close()
    },
  }
}
