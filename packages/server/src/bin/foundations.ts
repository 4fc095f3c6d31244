// What everything stands on, and what it is built with.
import type { Defaults } from '#admin/defaults.ts'
import type { Log } from '#base/log.ts'
import type { Config } from '#config/config.ts'
import type { OpenKeyring } from '#connections/instance-key.ts'
import type { Secrets } from '#connections/secrets.ts'
import type { Database } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Jobs } from '#jobs/jobs.ts'
import type { Provider } from '#providers/spec/provider.ts'
import type { Storage } from '#storage/spec/storage.ts'

export interface AssembleOptions {
  readonly config: Config
  readonly log: Log
  readonly providers: ReadonlyMap<string, Provider>
  /** The built web app, or null to serve none. */
  readonly webFolder: string | null
  readonly version: string
}

export interface Foundations {
  readonly database: Database
  readonly keyring: OpenKeyring
  readonly secrets: Secrets
  readonly storage: Storage
  readonly events: Events
  readonly jobs: Jobs
  readonly defaults: Defaults
}
