// Links to pictures and albums, and albums shared with people here, built together. Rules in docs/spec/sharing.md (SH1 …) and
// docs/spec/people.md (SP1 …).
import { systemClock, type Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Collections } from '#library/collections.ts'
import type { Images } from '#library/images.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { AddImages } from '#transfer/add-images.ts'
import type { PictureFiles } from '#transfer/download/picture-files.ts'
import { createAlbumOwner, type AlbumOwner } from './album-owner.ts'
import { createCopyPictures, type CopyPictures } from './copy-pictures.ts'
import { openShareLimits, type Counters, type ShareLimits } from './limits.ts'
import { createLinks, type Links } from './links.ts'
import { createMembers, type Members } from './members.ts'
import { createPasses } from './passes.ts'
import { createRemembered } from './remembered.ts'
import { createUnlisted, type Unlisted } from './unlisted.ts'
import { createVariants, type Variants } from './variants.ts'
import { createVisits, type Visits } from './visits.ts'

export interface Sharing {
  readonly links: Links
  /** Links whose name is a file's, for the older systems. */
  readonly unlisted: Unlisted
  readonly visits: Visits
  readonly variants: Variants
  readonly limits: ShareLimits
  /** Whom people share their albums with. */
  readonly albumOwner: AlbumOwner
  /** Albums that others share. */
  readonly members: Members
  readonly copyPictures: CopyPictures
  /** Something of a person's account has changed; null: of anybody's. What this process remembered does not count any more. */
  forget(userId: string | null): void
  close(): Promise<void>
}

export interface SharingPorts {
  readonly db: Db
  readonly events: Events
  readonly log: Log
  readonly storage: Storage
  readonly pictureFiles: Pick<PictureFiles, 'make'>
  readonly collections: Pick<Collections, 'albums' | 'details'>
  readonly images: Pick<Images, 'restore'>
  readonly addImages: Pick<AddImages, 'receive' | 'add'>
  readonly counters: Counters
  /** How much more often than a stranger whoever comes here may do something: in local mode it is always the owner. */
  readonly factor: number
  /** 32 bytes for this purpose alone. */
  readonly key: Buffer
  readonly passwords: {
    readonly hash: (password: string) => Promise<string>
    readonly verify: (hash: string, password: string) => Promise<boolean>
  }
  /** The origin that people use, or null. */
  readonly publicUrl: string | null
  /** That of a CDN, for the pictures of open links; or null. */
  readonly cdnUrl: string | null
  /** Whether albums may be published, as an administrator says now. */
  readonly galleryIsOn: () => boolean
  readonly clock?: Clock | undefined
}

export function createSharing(ports: SharingPorts): Sharing {
  const { counters, factor, key, passwords, pictureFiles, clock = systemClock } = ports
  const limits = openShareLimits(counters, factor)
  const passes = createPasses(key, clock)
  const remembered = createRemembered(() => clock.now())
  const { events } = ports
  // Whatever changes a link, a picture or an album stands in its owner's log.
  const stops = [events.watch(remembered.forget), events.watchOwn(remembered.distrust)]
  const variants = createVariants({ ...ports, make: pictureFiles.make })
  return {
    links: createLinks({ ...ports, hashPassword: passwords.hash }),
    unlisted: createUnlisted(ports),
    visits: createVisits({ ...ports, passes, limits, remembered, verifyPassword: passwords.verify }),
    variants,
    limits,
    albumOwner: createAlbumOwner({ ...ports, searches: limits.people }),
    members: createMembers(ports),
    copyPictures: createCopyPictures({ ...ports, variants }),
    forget: remembered.forget,
    async close() {
      for (const stop of stops) stop()
    },
  }
}
