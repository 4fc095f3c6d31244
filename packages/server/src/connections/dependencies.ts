import type { Clock } from '#base/clock.ts'
import type { Log } from '#base/log.ts'
import type { Db } from '#db/database.ts'
import type { Events } from '#events/events.ts'
import type { Jobs } from '#jobs/jobs.ts'
import type { EngineHttp, Provider } from '#providers/spec/provider.ts'
import type { Secrets } from './secrets.ts'

/** What connections are built from. */
export interface ConnectionDependencies {
  readonly db: Db
  readonly jobs: Pick<Jobs, 'setLane'>
  readonly events: Pick<Events, 'append'>
  readonly secrets: Secrets
  /** By their ids. */
  readonly providers: ReadonlyMap<string, Provider>
  readonly log: Log
  /** Opens the way to one connection's engine. */
  readonly http: (options: { readonly baseUrl: string; readonly signal: AbortSignal }) => EngineHttp
  readonly clock: Clock
  /** Milliseconds that an engine has to say which models it has. */
  readonly askTimeoutMs: number
}
