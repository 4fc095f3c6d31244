import type { Defaults } from '#admin/defaults.ts'
import { sessionsChannel } from '#auth/forget.ts'
import { hashPassword, verifyPassword } from '#auth/password-hash.ts'
import type { RateLimiters } from '#auth/rate-limiter.ts'
import type { Log } from '#base/log.ts'
import type { Config } from '#config/config.ts'
import { openInstanceSecret } from '#connections/instance-secret.ts'
import type { OpenKeyring } from '#connections/instance-key.ts'
import type { Database } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Collections } from '#library/collections.ts'
import type { Images } from '#library/images.ts'
import { createSharing, type Sharing } from '#sharing/sharing.ts'
import type { Storage } from '#storage/spec/storage.ts'
import type { AddImages } from '#transfer/add-images.ts'
import type { PictureFiles } from '#transfer/download/picture-files.ts'

/** In local mode whoever comes is the owner. */
const ownerFactor = 100

interface Parts {
  readonly database: Database
  readonly keyring: OpenKeyring
  readonly events: Events
  readonly storage: Storage
  readonly log: Log
  readonly pictureFiles: PictureFiles
  readonly collections: Collections
  readonly images: Images
  readonly addImages: AddImages
  readonly limiters: RateLimiters
  readonly defaults: Defaults
}

export async function openSharing({ auth, publicUrl, cdnUrl }: Config, parts: Parts): Promise<Sharing> {
  const { database, defaults } = parts
  const { db } = database
  const sharing = createSharing({
    ...parts,
    db,
    publicUrl,
    cdnUrl,
    galleryIsOn: () => defaults.current().gallery,
    counters: parts.limiters,
    factor: auth === 'local' ? ownerFactor : 1,
    key: await openInstanceSecret(db, parts.keyring, 'share visits'),
    passwords: { hash: hashPassword, verify: verifyPassword },
  })
  // An account that is closed closes its links.
  const stop = await database.listen(sessionsChannel, sharing.forget, () => sharing.forget(null))
  return {
    ...sharing,
    async close() {
      await stop()
      await sharing.close()
    },
  }
}
