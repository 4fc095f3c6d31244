// What webhooks are told with, and of what.
import type { Log } from '#base/log.ts'
import type { Config } from '#config/config.ts'
import { createAddressRule } from '#connections/reach.ts'
import type { Secrets } from '#connections/secrets.ts'
import type { Database } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Generations } from '#generation/generations.ts'
import type { Images } from '#library/images.ts'
import { checkAddress } from '#providers/kit/guard.ts'
import { createGuardedPost } from '#providers/kit/guarded-post.ts'
import type { Sharing } from '#sharing/sharing.ts'
import { openWebhooks, type Webhooks } from '#webhooks/webhooks.ts'

interface Ports {
  readonly database: Database
  readonly events: Events
  readonly secrets: Secrets
  readonly generations: Pick<Generations, 'get'>
  readonly images: Pick<Images, 'get'>
  readonly sharing: Pick<Sharing, 'links'>
}

/** The webhooks of this process, which sends where it works. */
export async function openProcessWebhooks(
  { config, log }: { readonly config: Config; readonly log: Log },
  { database, events, secrets, generations, images, sharing }: Ports,
): Promise<Webhooks> {
  const { db } = database
  const privateEngines = { allowed: config.privateEngines, checkPublic: checkAddress }
  return await openWebhooks(
    {
      db,
      database,
      events,
      log,
      secrets,
      send: createGuardedPost(),
      addresses: createAddressRule({ db, privateEngines }, 'send messages'),
      show: { generation: generations.get, image: images.get, share: sharing.links.get },
      publicUrl: config.publicUrl,
    },
    { sends: config.role !== 'api' },
  )
}
