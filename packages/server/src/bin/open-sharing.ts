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
}

export async function openSharing({ auth, publicUrl }: Config, parts: Parts): Promise<Sharing> {
  const { db } = parts.database
  return createSharing({
    ...parts,
    db,
    publicUrl,
    counters: parts.limiters,
    factor: auth === 'local' ? ownerFactor : 1,
    key: await openInstanceSecret(db, parts.keyring, 'share visits'),
    passwords: { hash: hashPassword, verify: verifyPassword },
  })
}
